from __future__ import annotations

import re

from governance.assessment.models import ApprovalRequest
from risk.models import Indicator, Risk
from tests.cast import Cast
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in
from tests.risk.writing import TEXTS, next_quarter, treat, write


def test_an_empty_register_says_what_it_is_for(cast: Cast) -> None:
    assert "No risks here yet" in html_of(signed_in(cast, "dana"), "/risks")
    assert asks_to_sign_in("/risks")


def form(cast: Cast) -> dict[str, object]:
    return {
        **TEXTS,
        "system": str(cast.system.pk),
        "title": "Proxy target",
        "likelihood": "4",
        "impact": "4",
        "owner": str(cast.person("dev").pk),
        "requirements": ["MAP 5.1"],
        "review_on": next_quarter().isoformat(),
    }


def test_an_owner_enters_a_risk_by_the_form(cast: Cast) -> None:
    answer = signed_in(cast, "owen").post("/risks/new", form(cast))
    risk = Risk.objects.get()
    assert answer["Location"] == f"/risks/{risk.pk}"
    assert (risk.level, risk.requirements) == ("high", ["MAP 5.1"])


def test_the_whole_way_from_entry_to_acceptance(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "owen")
    treatment = {
        "treatment": "mitigate",
        "plan": "Ask for the labour force status.",
        "due_on": next_quarter().isoformat(),
        "residual_likelihood": "2",
        "residual_impact": "3",
    }
    client.post(f"/risks/{risk.pk}/treat", treatment)
    client.post(f"/risks/{risk.pk}/accept", {"reason": "Small and watched."})
    request = ApprovalRequest.objects.get(subject_kind="risk")
    assert "waits for you" in html_of(signed_in(cast, "erin"), "/approvals")
    decision = {"outcome": "approved", "reason": "Bounded.", "conditions": ""}
    signed_in(cast, "erin").post(f"/approvals/{request.pk}", decision)
    assert "residual risk accepted" in html_of(client, f"/risks/{risk.pk}")


def test_a_residual_above_the_risk_is_shown_again_with_the_reason(cast: Cast, risk: Risk) -> None:
    treatment = {
        "treatment": "accept",
        "plan": "As it is.",
        "residual_likelihood": "5",
        "residual_impact": "5",
    }
    answer = signed_in(cast, "owen").post(f"/risks/{risk.pk}/treat", treatment)
    assert "cannot be rated above" in answer.content.decode()


def test_a_form_that_was_filled_from_an_older_revision_saves_nothing(
    cast: Cast, risk: Risk
) -> None:
    client = signed_in(cast, "owen")
    path = f"/risks/{risk.pk}/treat"
    old = re.search(r'name="revision" value="(\d+)"', html_of(client, path))
    assert old and old[1] == "1"
    treat(cast, risk)
    form = {
        "treatment": "accept", "plan": "Live with it.", "residual_likelihood": 4,
        "residual_impact": 4, "due_on": "", "revision": old[1],
    }  # fmt: skip
    told = client.post(path, form).content.decode()
    assert "Somebody changed this meanwhile" in told and 'name="revision" value="1"' in told
    assert Risk.objects.get().treatment == "mitigate"
    assert client.post(path, {**form, "revision": "2"}).status_code == 302
    assert Risk.objects.get().treatment == "accept"


def test_a_cell_of_the_heat_map_leads_to_its_risks(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "dana")
    write(cast, title="Another", likelihood=1, impact=1)
    assert "/risks?cell=inherent-4-4" in html_of(client, "/risks")
    found = html_of(client, "/risks?cell=inherent-4-4")
    assert "Proxy target" in found and "Another" not in found


def test_strange_queries_answer_with_the_whole_list(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "dana")
    for query in ("cell=x", "cell=inherent-9-9", "sort=-nothing", "level=none", "state=%FF"):
        html_of(client, f"/risks?{query}")


def test_an_indicator_is_added_and_removed(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "owen")
    values = {
        "label": "PSI of age", "check": "drift", "slice": "AGEP", "direction": "above",
        "amber": "0.1", "red": "0.25",
    }  # fmt: skip
    client.post(f"/risks/{risk.pk}/watch", values)
    assert "no data" in html_of(client, f"/risks/{risk.pk}")
    client.post(f"/risks/{risk.pk}/indicators/{Indicator.objects.get().pk}/remove")
    assert not Indicator.objects.exists()


def test_a_validator_reads_and_is_offered_nothing_to_change(cast: Cast, risk: Risk) -> None:
    html = html_of(signed_in(cast, "vera"), f"/risks/{risk.pk}")
    assert f"/risks/{risk.pk}/edit" not in html
    assert signed_in(cast, "vera").get(f"/risks/{risk.pk}/edit").status_code == 403


def test_another_organisation_finds_nothing(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "nina")
    assert client.get(f"/risks/{risk.pk}").status_code == 404
    assert "Proxy target" not in html_of(client, "/risks")


def test_tab_and_card_stand_on_the_system_page(cast: Cast, risk: Risk) -> None:
    treat(cast, risk)
    client = signed_in(cast, "owen")
    assert "Proxy target" in html_of(client, f"/systems/{cast.system.pk}/risks")
    assert "What remains after treatment" in html_of(client, f"/systems/{cast.system.pk}")


def test_the_register_leaves_as_csv_under_its_filters(cast: Cast, risk: Risk) -> None:
    write(cast, title="Another", likelihood=1, impact=1)
    answer = signed_in(cast, "dana").get("/export/risks.csv?level=low")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Another" in text and "Proxy target" not in text


def test_the_list_needs_the_same_queries_for_one_and_for_four(cast: Cast, risk: Risk) -> None:
    client = signed_in(cast, "dana")
    one = queries_of(client, "/risks")
    for number in range(3):
        write(cast, title=f"Risk {number}")
    assert queries_of(client, "/risks") == one
