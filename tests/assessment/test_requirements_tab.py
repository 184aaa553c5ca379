"""The tab of a system's requirements: filtered by state, given to a person many at a time, taken as CSV."""

from __future__ import annotations

import re

from governance.assessment.models import Assignment
from governance.assessment.posture import posture
from tests.cast import Cast
from tests.pages.browse import html_of, signed_in


def tab(cast: Cast) -> str:
    return f"/systems/{cast.system.pk}/requirements"


def in_state(cast: Cast, state: str) -> set[str]:
    return {row.requirement for row in posture(cast.system) if row.state == state}


def test_the_tab_shows_one_state_when_asked_without_script(cast: Cast) -> None:
    cast.judge()
    html = html_of(signed_in(cast, "dana"), f"{tab(cast)}?state=not-yet-due")
    assert set(re.findall(r'name="chosen" value="([^"]+)"', html)) == in_state(cast, "not-yet-due")


def test_the_csv_holds_what_the_tab_shows(cast: Cast) -> None:
    cast.judge()
    client = signed_in(cast, "dana")
    address = f"/export/requirements.csv?system={cast.system.pk}"
    html = html_of(client, f"{tab(cast)}?state=not-yet-due")
    assert f"{address}&amp;state=not-yet-due" in html
    lines = b"".join(client.get(f"{address}&state=not-yet-due")).decode().strip().splitlines()
    assert len(lines) == len(in_state(cast, "not-yet-due")) + 1


def test_all_that_are_shown_are_assigned_with_one_button(cast: Cast) -> None:
    cast.judge()
    answer = signed_in(cast, "dana").post(
        f"/systems/{cast.system.pk}/assign",
        {"person": cast.person("owen").pk, "all": "not-yet-due"},
    )
    assert answer.status_code == 302
    given = set(Assignment.objects.values_list("requirement", flat=True))
    assert given == in_state(cast, "not-yet-due") != set()


def test_the_form_stands_before_the_tables(cast: Cast) -> None:
    html = html_of(signed_in(cast, "dana"), tab(cast))
    assert html.index("Assign all that are shown") < html.index("Outcomes of GOVERN")
    assert 'aria-label="Choose all of GOVERN"' in html
    assert "Assign all" not in html_of(signed_in(cast, "abel"), tab(cast))
