"""Measured beside the data by the command, and by a worker here: the same figures of the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.client import CallRefused
from cli.main import main, parser
from governance.audit import canonical
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.pipeline_keys import register_key, revoke_key
from governance.identity import actions as identity
from monitoring.models import Monitor
from tests.cast import Cast
from tests.environment.session import PROJECT
from tests.evidence.pipelines import make_pipeline
from tests.monitoring.places import CRITERIA, Places, figure, model_bytes, parquet, survey
from tests.monitoring.watched import Watched, people
from tests.registry.test_command import Muniment

VERBS = ["evidence.submit"]
# What the machine took is not a property of the rows.
TIMED = {"latency_p95", "throughput"}


class Beside:
    """A pipeline beside the data: the command with a token and a key of its own, and the files."""

    def __init__(self, places: Places, folder: Path) -> None:
        self.places, self.folder = places, folder
        by = places.cast.by("owen")
        token, text = identity.create_token(places.cast.system.unit, "lab", VERBS, 30, by=by)
        self.muniment, self.key = Muniment(text), folder / "key.pem"
        self.muniment("evidence", "keygen", "--out", str(self.key))
        from cli import local

        public = local.private_key(self.key).public_key().public_bytes_raw()
        self.registered = register_key(token, public.hex(), by=by)
        self.model, self.data = folder / "model.onnx", folder / "rows.parquet"
        self.model.write_bytes(model_bytes())
        self.data.write_bytes(parquet(survey(4000, seed=2)))

    def evaluate(self, plan: Any, **files: Path) -> Any:
        named = {"model": self.model, "data": self.data, "key": self.key, **files}
        options = [one for name, path in named.items() for one in (f"--{name}", str(path))]
        return self.muniment("evaluate", "--local", "--plan", str(plan.pk), *options)


@pytest.fixture
def beside(places: Places, tmp_path: Path) -> Beside:
    return Beside(places, tmp_path)


def handed_in(beside: Beside) -> dict[tuple[str, str], Evidence]:
    rows = Evidence.objects.filter(keyid=beside.registered.keyid)
    return {(one.kind, one.slice): one for one in rows}


def test_the_figures_are_the_workers(beside: Beside, capsys: pytest.CaptureFixture[str]) -> None:
    places = beside.places
    plan = places.approve(places.write_plan(*CRITERIA))
    run = places.evaluate(plan)
    assert beside.evaluate(plan) == 0
    assert "computed elsewhere and signed" in capsys.readouterr().out
    found = handed_in(beside)
    assert set(found) == {(one["check"], one["slice"]) for one in run.results}
    for (check, slice_), row in found.items():
        here, said = figure(run, check, slice_), row.predicate
        stated = Evidence.objects.get(id=here["evidence"]).predicate
        for part in (
            "series",
            "plan",
            "dataset",
            "parameters",
            "code",
            "environment",
            "population",
            "sample",
        ):
            assert said[part] == stated[part], (check, part)
        if check not in TIMED:
            for part in ("value", "groups", "leftOut", "groupMetric"):
                assert said[part] == stated[part], (check, part)
        assert (row.assurance, row.subjects) == (
            "computed-elsewhere",
            [places.release.digest, run.version.digest],
        )


def test_no_row_leaves(beside: Beside) -> None:
    """What is handed in grows with groups, not with rows, and holds no column of the data."""
    places = beside.places
    beside.evaluate(places.approve(places.write_plan(*CRITERIA)))
    bodies = [canonical.dumps(row.statement) for row in handed_in(beside).values()]
    assert bodies and max(map(len, bodies)) < 6000


def test_figures_from_beside_the_data_satisfy_what_asks_for_no_more(beside: Beside) -> None:
    places = beside.places
    beside.evaluate(places.approve(places.write_plan(*CRITERIA)))
    node = places.element("MEASURE 2.3", "performance")
    assert (node["state"], node["basis"]) == ("holds", "computed-elsewhere")


def test_a_key_that_may_not_sign_is_told_before_anything_is_measured(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli import local

    monkeypatch.setattr(local, "measurements", lambda *_: pytest.fail("It was measured."))
    plan, other = beside.places.approve(beside.places.write_plan(*CRITERIA)), beside.folder / "new"
    with pytest.raises(ValueError, match="cannot be read"):
        beside.evaluate(plan, key=other)
    beside.muniment("evidence", "keygen", "--out", str(other))
    with pytest.raises(ValueError, match="not registered for this token's account"):
        beside.evaluate(plan, key=other)
    revoke_key(beside.registered, "lost", by=beside.places.cast.by("owen"))
    with pytest.raises(ValueError, match="is revoked"):
        beside.evaluate(plan)


def test_what_did_not_arrive_is_kept_and_can_be_handed_in_later(
    beside: Beside, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = beside.places.approve(beside.places.write_plan(*CRITERIA))
    monkeypatch.chdir(beside.folder)
    client, post = beside.muniment.client, beside.muniment.client.post
    arrived: list[str] = []

    def once(path: str, body: Any) -> Any:
        if arrived:
            raise CallRefused(0, "unreachable", "No answer.")
        arrived.append(path)
        return post(path, body)

    monkeypatch.setattr(client, "post", once)
    with pytest.raises(CallRefused, match="No answer"):
        beside.evaluate(plan)
    monkeypatch.undo()
    (folder,) = beside.folder.glob("not-handed-in-*")
    assert folder.name in capsys.readouterr().err
    kept = sorted(folder.iterdir())
    assert len(handed_in(beside)) == 1 and kept
    for file in kept:
        beside.muniment("evidence", "submit", str(file))
    assert len(handed_in(beside)) == 1 + len(kept)


def test_rows_that_are_not_registered_are_told_with_a_command_that_runs(
    watched: Watched, tmp_path: Path
) -> None:
    beside = Beside(watched.places, tmp_path)
    (tmp_path / "reference.parquet").write_bytes(parquet(survey(3000, seed=3)))
    beside.data.write_bytes(parquet(people(102, rows=2000)))
    files = {"model": beside.model, "reference": tmp_path / "reference.parquet", "key": beside.key}
    options = [one for name, path in files.items() for one in (f"--{name}", str(path))]
    with pytest.raises(ValueError, match="Register the rows first") as refused:
        beside.muniment(
            "profile", "--local", "--monitor", str(watched.monitor.pk), *options,
            "--data", str(beside.data), "--observed", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z",
        )  # fmt: skip
    shown = parser().parse_args(str(refused.value).partition("muniment ")[2].split())
    assert (shown.role, shown.rows) == ("production", 2000)


def test_drift_beside_the_data_is_the_workers(
    watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = Beside(watched.places, tmp_path)
    rows = people(101)
    batch = watched.batch(rows)
    # The tests' own shortcut for the reference's scores is not the engine's.
    Monitor.objects.filter(pk=watched.monitor.pk).update(reference_scores="")
    run = watched.run()
    assert run.batch_id == batch.pk
    stated = Evidence.objects.get(id=run.evidence_id).predicate
    (tmp_path / "reference.parquet").write_bytes(parquet(survey(3000, seed=3)))
    (tmp_path / "rows.parquet").write_bytes(parquet(rows))
    begin, end = (
        f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (batch.observed_from, batch.observed_until)
    )
    files = {"model": beside.model, "reference": tmp_path / "reference.parquet", "key": beside.key}
    options = [one for name, path in files.items() for one in (f"--{name}", str(path))]
    code = beside.muniment(
        "profile", "--local", "--monitor", str(watched.monitor.pk), *options,
        "--data", str(tmp_path / "rows.parquet"), "--observed", begin, end,
    )  # fmt: skip
    (row,) = Evidence.objects.filter(keyid=beside.registered.keyid)
    said = row.predicate
    for here, there in zip(said["columns"], stated["columns"], strict=True):
        assert {k: (v, there[k]) for k, v in here.items() if there[k] != v} == {}
    assert (said["status"], code) == (stated["status"], 1 if run.drifted else 0)
    assert (row.type, row.assurance) == ("drift", "computed-elsewhere")
    assert "drifted:" in capsys.readouterr().out


def test_other_files_are_refused(beside: Beside) -> None:
    plan = beside.places.approve(beside.places.write_plan(*CRITERIA))
    other = beside.folder / "other"
    other.write_bytes(b"other")
    with pytest.raises(ValueError, match="no model of this release"):
        beside.evaluate(plan, model=other)
    with pytest.raises(ValueError, match="not the plan's data"):
        beside.evaluate(plan, data=other)
    with pytest.raises(ValueError, match="--labels-file"):
        beside.evaluate(plan, **{"labels-file": other})
    draft = beside.places.write_plan(*CRITERIA)
    with pytest.raises(ValueError, match="Have it approved"):
        beside.evaluate(draft)
    with pytest.raises(ValueError, match="--local needs --plan"):
        beside.muniment("evaluate", "--local")
    with pytest.raises(ValueError, match="--release"):
        beside.muniment("evaluate")
    assert not handed_in(beside)


def test_keygen_keeps_the_private_half_to_its_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pipeline.pem"
    assert main(["--token", "", "evidence", "keygen", "--out", str(file)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    out = capsys.readouterr().out
    assert out.startswith("-----BEGIN PUBLIC KEY-----") and "PRIVATE" not in out
    assert main(["--token", "", "evidence", "keygen", "--out", str(file)]) == 2
    assert f"The file {file} exists, and no key is replaced." in capsys.readouterr().err


def test_a_statement_is_signed_and_handed_in(cast: Cast, tmp_path: Path) -> None:
    pipeline = make_pipeline(cast)
    muniment, key = Muniment(pipeline.text), tmp_path / "key.pem"
    muniment("evidence", "keygen", "--out", str(key))
    from cli import local

    public = local.private_key(key).public_key().public_bytes_raw()
    register_key(pipeline.token, public.hex(), by=cast.by("owen"))
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(pipeline.measurement(), indent=2))
    answer = muniment("evidence", "submit", str(file), "--key", str(key))
    assert Evidence.objects.get(id=answer["id"]).keyid == answer["keyid"]
    file.write_text(json.dumps(pipeline.sign(pipeline.measurement())))
    answer = muniment("evidence", "submit", str(file))
    assert answer["keyid"] == pipeline.key.keyid and SigningKey.objects.count() == 3
    file.write_text(json.dumps(pipeline.measurement()))
    with pytest.raises(ValueError, match="is a plain statement. Give --key"):
        muniment("evidence", "submit", str(file))
    file.write_text(json.dumps({**pipeline.sign(pipeline.measurement()), "payloadType": "x"}))
    with pytest.raises(CallRefused) as refused:
        muniment("evidence", "submit", str(file))
    assert refused.value.details == "\n  at /payloadType"
    key.chmod(0o644)
    with pytest.raises(ValueError, match="set it to 0600"):
        muniment("evidence", "submit", str(file), "--key", str(key))


def test_the_command_loads_no_room_until_it_is_asked_to() -> None:
    script = "import sys, cli.main; cli.main.parser(); print([m for m in sys.modules if m.split('.')[0] in " \
        "{'governance', 'monitoring', 'inference', 'numpy', 'django', 'cryptography'}])"  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"
