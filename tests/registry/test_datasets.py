from __future__ import annotations

from typing import Any

import pytest

from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, InvalidInput
from governance.registry import actions
from governance.registry.models import DatasetVersion, Upload
from tests.cast import Cast
from tests.pages.browse import signed_in

INSPECTION = {"checks": ["test"], "reasons": [], "rows": 3, "columns": ["id", "AGEP"]}


def uploaded(cast: Cast, kind: str = "dataset", data: bytes = b"three rows") -> Upload:
    by = cast.by("owen")
    return actions.receive_upload(cast.system.unit, kind, "rows.parquet", [data], by=by)


def admitted(cast: Cast, **changes: Any) -> Upload:
    return actions.finish_inspection(
        uploaded(cast), True, {**INSPECTION, **changes}, by=cast.by("dev")
    )


def register(cast: Cast, **values: Any) -> DatasetVersion:
    return actions.register_dataset(
        cast.system.unit, "people", **{"role": "evaluation", "by": cast.by("dev"), **values}
    )


def test_a_file_that_was_uploaded_as_something_else_is_no_dataset(cast: Cast) -> None:
    model = actions.finish_inspection(
        uploaded(cast, "model", b"a model"), True, {"inputs": [], "outputs": []}, by=cast.by("dev")
    )
    for upload in (uploaded(cast, "document"), model):
        with pytest.raises(InvalidInput, match="Upload it as a dataset"):
            register(cast, upload=upload, rows=1_000_000, columns=["invented"])
    assert not DatasetVersion.objects.exists()


def test_a_file_whose_rows_were_not_counted_is_no_dataset(cast: Cast) -> None:
    uncounted = admitted(cast, rows=0)
    for upload in (uploaded(cast, data=b"waits"), uncounted):
        with pytest.raises(Conflict, match="not admitted"):
            register(cast, upload=upload, rows=5)
    assert not DatasetVersion.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rows": 4}, "rows: 4, not 3"),
        ({"columns": ["other"]}, r"columns: \['other'\], not \['id', 'AGEP'\]"),
        ({"sha256": "a" * 64}, "sha256: aaa"),
    ],
)
def test_what_is_said_of_an_uploaded_file_must_be_what_was_counted(
    cast: Cast, said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Conflict, match=sentence):
        register(cast, upload=admitted(cast), **said)
    assert not DatasetVersion.objects.exists()


def test_a_count_that_nothing_can_hold_is_refused(cast: Cast) -> None:
    path = f"/api/v1/systems/{cast.system.pk}/datasets"
    body = {"name": "far", "role": "training", "sha256": "e" * 64}
    for rows in (10**30, 10**12 + 1, 0, -1):
        answer = signed_in(cast, "dev").post(path, {**body, "rows": rows}, "application/json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/rows"
    with pytest.raises(InvalidInput, match="1 to"):
        register(cast, sha256="e" * 64, rows=10**30)


def test_the_same_digest_under_another_name_is_refused_and_says_its_name(cast: Cast) -> None:
    first = register(cast, sha256="c" * 64, rows=5)
    with pytest.raises(Conflict, match="name: persons, not people"):
        actions.register_dataset(
            cast.system.unit,
            "persons",
            role="evaluation",
            sha256="c" * 64,
            rows=5,
            by=cast.by("dev"),
        )
    assert register(cast, sha256="c" * 64, rows=5) == first


def test_the_same_digest_with_other_counts_is_refused_and_says_what_differs(cast: Cast) -> None:
    first = register(cast, sha256="e" * 64, rows=10, columns=["id"])
    assert register(cast, sha256="e" * 64, rows=10) == first
    with pytest.raises(Conflict, match="rows: 11, not 10"):
        register(cast, sha256="e" * 64, rows=11, columns=["id"])
    with pytest.raises(Conflict, match="columns"):
        register(cast, sha256="e" * 64, rows=10, columns=["id", "AGEP"])
    assert Evidence.objects.of_record(first.pk).count() == 1


def test_a_file_that_follows_completes_the_dataset_that_was_only_named(cast: Cast) -> None:
    upload = admitted(cast)
    named = register(cast, sha256=upload.artefact_id, rows=10)
    completed = register(cast, upload=upload)
    assert completed.pk == named.pk
    assert completed.artefact_id == upload.artefact_id
    assert (completed.rows, completed.columns) == (3, ["id", "AGEP"])
    revisions = Evidence.objects.of_record(named.pk).order_by("revision")
    held = [one.statement["predicate"]["fields"]["heldHere"] for one in revisions]
    assert held == [False, True]
    assert register(cast, upload=upload) == completed
    assert revisions.count() == 2
