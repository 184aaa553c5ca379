"""The first acts of the story, played by its own people on the real pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from config.pages.account import new_first_run_token
from demo.people.cast import SECOND, make_people
from demo.people.person import Person
from demo.story import step_01
from demo.story.stage import Stage


@pytest.fixture
def founded(live_server: LiveServer, settings: Any, tmp_path: Path) -> dict[str, Person]:
    settings.MUNIMENT_HOME = tmp_path
    people = make_people(live_server.url)
    nothing: Any = None
    token = new_first_run_token()
    stage = Stage(tmp_path, live_server.url, token, people, nothing, nothing, print)
    step_01.found(stage)
    step_01.add_people(stage)
    step_01.add_second_account(stage)
    return people


def test_everybody_ends_with_a_password_of_their_own_that_is_printed(
    founded: dict[str, Person], live_server: LiveServer
) -> None:
    for role in (*step_01.NEWCOMERS, "officer", SECOND):
        person = founded[role]
        again = Person(role, person.name, person.login, person.password, live_server.url)
        page = again.sign_in()
        assert page.title.startswith("What needs you")
        assert "Set a password of your own" not in page.text
