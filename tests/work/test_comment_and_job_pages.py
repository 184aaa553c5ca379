from __future__ import annotations

import pytest
from django.db import transaction

from governance.work.actions import enqueue
from governance.work.models import Comment, Job, JobState
from tests.cast import Cast, make_release
from tests.pages.browse import asks_to_sign_in, html_of, queries_of, signed_in


def dead_job(cast: Cast) -> Job:
    with transaction.atomic():
        job = enqueue("assessment.recompute", {}, unit=cast.system.unit)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DEAD, error="Traceback\n  File x\nValueError: no such column", attempt=3
    )
    return job


def test_a_comment_on_a_system_is_kept_with_its_writer(cast: Cast) -> None:
    client = signed_in(cast, "abel")
    answer = client.post(f"/comments/ai-system/{cast.system.pk}", {"text": "Looks odd."})
    assert answer["Location"] == f"/systems/{cast.system.pk}#comments"
    html = html_of(client, f"/systems/{cast.system.pk}")
    assert "Looks odd." in html and "abel (test)" in html


def test_everything_that_can_be_commented_on_takes_a_comment(cast: Cast) -> None:
    release = make_release(cast)
    client = signed_in(cast, "vera")
    for kind, pk in (
        ("release", release.pk),
        ("requirement", f"{cast.system.pk}/MEASURE-2.11"),
    ):
        assert client.post(f"/comments/{kind}/{pk}", {"text": "Seen."}).status_code == 302
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_an_empty_or_endless_comment_is_refused(cast: Cast, text: str) -> None:
    path = f"/comments/ai-system/{cast.system.pk}"
    answer = signed_in(cast, "abel").post(path, {"text": text}, follow=True)
    assert "Write a comment of 1 to 5000 characters" in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "ai-system/no-id",
        "pets/1",
        "ai-system/01a20b72-836f-7fda-94ba-66861f739e27",
        "requirement/x/y",
    ],
)
def test_what_is_not_there_takes_no_comment(cast: Cast, path: str) -> None:
    answer = signed_in(cast, "abel").post(f"/comments/{path}", {"text": "Hello"})
    assert answer.status_code == 404


def test_nobody_comments_on_what_they_cannot_see(cast: Cast) -> None:
    path = f"/comments/ai-system/{cast.system.pk}"
    assert signed_in(cast, "nina").post(path, {"text": "Hello"}).status_code == 404
    assert asks_to_sign_in(path, "post")


def test_a_comment_is_text_and_never_markup(cast: Cast) -> None:
    client = signed_in(cast, "abel")
    client.post(f"/comments/ai-system/{cast.system.pk}", {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in html_of(client, f"/systems/{cast.system.pk}")


def test_administrator_sees_what_was_given_up_and_runs_it_again(cast: Cast) -> None:
    job, client = dead_job(cast), signed_in(cast, "adam")
    assert "ValueError: no such column" in html_of(client, "/jobs")
    assert client.post(f"/jobs/{job.pk}/redrive").status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.READY
    again = client.post(f"/jobs/{job.pk}/redrive", follow=True)
    assert "Only a job that failed" in again.content.decode()


def test_jobs_are_for_administrators(cast: Cast) -> None:
    answer = signed_in(cast, "dana").get("/jobs")
    assert answer.status_code == 403
    assert "needs the role Administrator" in answer.content.decode()
    assert asks_to_sign_in("/jobs")


def test_jobs_of_another_organisation_do_not_exist(cast: Cast) -> None:
    job, client = dead_job(cast), signed_in(cast, "nina")
    assert "no such column" not in html_of(client, "/jobs?state=all")
    assert client.post(f"/jobs/{job.pk}/redrive").status_code == 404


def test_mail_of_an_installation_with_two_organisations_is_shown_to_neither(cast: Cast) -> None:
    with transaction.atomic():
        enqueue("work.mail_notification", {"notification": "01a20b72-836f-7fda-94ba-66861f739e27"})
    for name in ("adam", "nina"):
        assert "mail_notification" not in html_of(signed_in(cast, name), "/jobs?state=all")


def test_jobs_page_asks_as_many_queries_for_many_as_for_few(cast: Cast) -> None:
    dead_job(cast)
    client = signed_in(cast, "adam")
    before = queries_of(client, "/jobs")
    for _ in range(4):
        dead_job(cast)
    assert queries_of(client, "/jobs") == before
