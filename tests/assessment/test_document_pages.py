from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.assessment.actions import approvals
from governance.assessment.models import ApprovalRequest, Document
from governance.assessment.topics import topics, topics_for
from governance.identity.models import Unit
from governance.registry.models import Upload
from tests.cast import Cast
from tests.environment.by_hand import by_hand
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in

TODAY = timezone.now().date()
POLICY = b"<script>alert(1)</script> Our policy (test)"


def body(**changes: Any) -> dict[str, Any]:
    return {
        "topic": "ai-policy",
        "title": "AI policy",
        "file": SimpleUploadedFile("policy.html", POLICY),
        "valid_from": TODAY.isoformat(),
        "valid_until": (TODAY + timedelta(days=365)).isoformat(),
    } | changes


def attach(cast: Cast, by: str = "dana", unit: Unit | None = None, **changes: Any) -> Document:
    path = f"/documents/attach?unit={(unit or cast.organisation).pk}"
    answer = signed_in(cast, by).post(path, body(**changes))
    assert answer.status_code == 302, answer.content.decode()
    return Document.objects.latest("id")


def test_officer_attaches_a_policy_and_the_executive_is_asked(cast: Cast) -> None:
    document = attach(cast)
    html = html_of(signed_in(cast, "abel"), f"/documents/{document.pk}")
    assert "GOVERN 1.2" in html and "waits for approval" in html
    asked = ApprovalRequest.objects.get(subject_id=document.pk)
    approvals.decide(asked, "approved", "Read.", by=cast.by("erin"))
    assert "in force" in html_of(signed_in(cast, "abel"), "/documents?state=in-force")


def test_the_file_is_a_download_that_cannot_run(cast: Cast) -> None:
    document = attach(cast)
    answer = signed_in(cast, "abel").get(f"/documents/{document.pk}/file")
    assert b"".join(answer.streaming_content) == POLICY  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="policy.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"valid_until": "2020-01-01"}, "ends before it begins"),
        ({"topic": "pets"}, "Select a valid choice"),
        ({"file": SimpleUploadedFile("empty.pdf", b"")}, "empty"),
        ({"title": "\u200b"}, "Write a name"),
        ({"file": ""}, "This field is required"),
    ],
)
def test_a_document_that_cannot_be_attached_leaves_nothing(
    cast: Cast, change: dict[str, Any], sentence: str
) -> None:
    path = f"/documents/attach?unit={cast.organisation.pk}"
    answer = signed_in(cast, "dana").post(path, body(**change))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Document.objects.exists() and not Upload.objects.exists()


def test_first_the_place_is_chosen(cast: Cast) -> None:
    html = html_of(signed_in(cast, "dana"), "/documents/attach")
    assert str(cast.organisation.pk) in html and str(cast.system.pk) in html


def test_an_auditor_attaches_nothing_and_nobody_attaches_elsewhere(cast: Cast) -> None:
    place = f"/documents/attach?unit={cast.organisation.pk}"
    assert signed_in(cast, "abel").get(place).status_code == 403
    assert signed_in(cast, "nina").get(place).status_code in {403, 404}
    assert signed_in(cast, "dana").get("/documents/attach?unit=x").status_code == 404
    assert asks_to_sign_in("/documents")


def test_documents_of_another_organisation_do_not_exist(cast: Cast) -> None:
    document, client = attach(cast), signed_in(cast, "nina")
    assert client.get(f"/documents/{document.pk}").status_code == 404
    assert client.get(f"/documents/{document.pk}/file").status_code == 404
    assert "AI policy" not in html_of(client, "/documents")


def test_an_expired_document_says_so(cast: Cast) -> None:
    document = attach(cast)
    past = TODAY - timedelta(days=1)
    with by_hand():
        Document.objects.filter(pk=document.pk).update(
            state="in-force", valid_from=past, valid_until=past
        )
    assert "It expired" in html_of(signed_in(cast, "abel"), f"/documents/{document.pk}")


def test_topics_come_from_the_baseline_with_the_requirements_they_answer(cast: Cast) -> None:
    assert topics()["ai-policy"].requirements == ("GOVERN 1.2",)
    own = {topic.slug for topic in topics_for(cast.system.unit)}
    assert "value-review" in own and "ai-policy" not in own
    assert "ai-policy" in {topic.slug for topic in topics_for(cast.organisation)}


def test_a_system_shows_its_own_documents_and_the_way_to_all(cast: Cast) -> None:
    document = attach(cast, "owen", cast.system.unit, topic="value-review")
    html = html_of(signed_in(cast, "owen"), f"/systems/{cast.system.pk}")
    assert f"/documents/{document.pk}" in html and 'href="/documents"' in html


def test_the_list_asks_as_many_queries_for_many_as_for_few(cast: Cast) -> None:
    attach(cast)
    client = signed_in(cast, "dana")
    before = queries_of(client, "/documents")
    for number in range(3):
        attach(cast, title=f"Policy {number}", topic="roles")
    assert queries_of(client, "/documents") == before
