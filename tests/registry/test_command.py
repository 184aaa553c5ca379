"""The command against the platform itself, in one process."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from cli.client import CallRefused, Client
from cli.main import parser
from governance.assessment.actions.statements import make_statement
from governance.identity import actions as identity
from governance.registry.actions import register_dataset
from governance.registry.models import DatasetVersion
from tests.cast import Cast, make_release

VERBS = ["release.create", "deployment.record", "gate.ask"]


class Muniment:
    def __init__(self, token: str) -> None:
        self.client = Client("http://testserver", token)
        self.client.http = httpx.Client(
            transport=httpx.WSGITransport(app=get_wsgi_application()),
            base_url=self.client.http.base_url,
            headers=self.client.http.headers,
        )

    def __call__(self, *arguments: str) -> Any:
        options = parser().parse_args(arguments)
        return options.run(self.client, options)


@pytest.fixture
def muniment(cast: Cast) -> Muniment:
    _, text = identity.create_token(cast.system.unit, "ci (test)", VERBS, 30, by=cast.by("owen"))
    return Muniment(text)


def dataset(cast: Cast, name: str, digest: str) -> DatasetVersion:
    return register_dataset(
        cast.system.unit, name, role="evaluation", sha256=digest * 64, rows=5, by=cast.by("owen")
    )


def test_the_ids_a_pipeline_needs_are_listed_newest_first(cast: Cast, muniment: Muniment) -> None:
    release = make_release(cast)
    older, newer = dataset(cast, "older", "a"), dataset(cast, "newer", "b")
    assert [row["id"] for row in muniment("release", "list")] == [str(release.pk)]
    versions = [str(one.pk) for one in release.model_versions.all()]
    assert [row["id"] for row in muniment("model", "list")] == versions
    listed = [row["id"] for row in muniment("dataset", "list")]
    assert listed == [str(newer.pk), str(older.pk)]


def test_a_deployment_that_no_gate_let_pass_is_recorded_and_exits_1(
    cast: Cast, muniment: Muniment, capsys: pytest.CaptureFixture[str]
) -> None:
    release = make_release(cast)
    assert muniment("deploy", "production", "--release", str(release.pk)) == 1
    assert release.deployments.count() == 1
    assert "(never asked)" in capsys.readouterr().err


def test_a_roll_back_to_nothing_is_refused(cast: Cast, muniment: Muniment) -> None:
    with pytest.raises(CallRefused, match="Nothing was live in production before"):
        muniment("rollback", "production")


def test_an_id_of_nothing_is_told_as_such(muniment: Muniment) -> None:
    for id_ in ("PLAN", "01930000-0000-7000-8000-0000000000f1"):
        with pytest.raises(CallRefused, match=f"There is no such plan .*'{id_}'"):
            muniment.client.get(f"evaluation-plans/{id_}")
        with pytest.raises(CallRefused, match=f"There is no such monitor .*'{id_}'"):
            muniment.client.get(f"monitors/{id_}")
    with pytest.raises(CallRefused, match="There is no such release .*'7'"):
        muniment("evaluate", "--release", "7")


@pytest.mark.parametrize("token", ["wrong", "mnm_0123456789_wrong"])
def test_a_wrong_token_is_told_with_where_a_new_one_is_made(cast: Cast, token: str) -> None:
    with pytest.raises(CallRefused, match="wrong, revoked or expired.*page Tokens"):
        Muniment(token)("systems")


def test_a_decision_the_model_cannot_take_is_told_with_its_place(
    cast: Cast, muniment: Muniment
) -> None:
    version = str(make_release(cast).model_versions.get().pk)
    with pytest.raises(CallRefused) as refused:
        muniment("release", "create", "--model-version", version, "--cut-off", "2")
    assert "/decision/cutOff: It is a decimal from 0 to 1" in refused.value.details


@pytest.mark.parametrize(
    ("decision", "warning"),
    [
        (("--decision", "favourable=1"), "does not say cutOff"),
        (("--cut-off", "0.4"), "does not say favourable"),
        (("--cut-off", "0.4", "--decision", "favourable=1"), ""),
    ],
)
def test_a_release_that_cannot_be_evaluated_says_what_is_missing(
    cast: Cast,
    muniment: Muniment,
    capsys: pytest.CaptureFixture[str],
    decision: tuple[str, ...],
    warning: str,
) -> None:
    version = str(make_release(cast).model_versions.get().pk)
    row = muniment("release", "create", "--model-version", version, *decision)
    said = capsys.readouterr().err
    assert warning in said
    assert bool(row["notEvaluated"]) == bool(said) == bool(warning)


def test_the_gate_answers_with_the_address_of_its_page(
    cast: Cast, muniment: Muniment, capsys: pytest.CaptureFixture[str]
) -> None:
    release = make_release(cast)
    cast.sequence()
    assert muniment("gate", "production", "--release", str(release.pk)) == 1
    said = capsys.readouterr().out
    assert said.startswith("DENY")
    assert said.splitlines()[-1].strip().startswith("http://testserver/")


def test_the_gate_names_people_and_no_ids_of_persons(
    cast: Cast, muniment: Muniment, capsys: pytest.CaptureFixture[str]
) -> None:
    release = make_release(cast)
    make_statement(
        release.scope, "MEASURE 2.11", met=False, role="officer", text="A gap.", by=cast.by("dana")
    )
    cast.sequence()
    muniment("gate", "production", "--release", str(release.pk), "--explain")
    said = capsys.readouterr().out
    assert "dana (test)" in said
    assert f"erson {cast.person('dana').pk}" not in said
