"""While the log is refused nothing changes, everything can be read, and people are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from governance.audit.closing import LogClosed, refusal_in, refuse, reopen, told_path
from governance.audit.models import Leaf, OutboxEntry
from governance.identity import actions
from governance.identity.models import Unit
from governance.work import runner
from governance.work.actions import enqueue
from governance.work.alarm import watch_log
from governance.work.kinds import KINDS, register
from governance.work.models import Job, JobState, Notification
from tests.audit.running import SequencerProcess, refused, superuser, wait_for
from tests.cast import PASSWORD, Cast
from tests.environment import session
from tests.pages.browse import html_of, signed_in

SENTENCE = "The database holds 2 entries, but 5 were signed."


@pytest.fixture
def closed(cast: Cast, settings: Settings) -> Cast:
    settings.KEYS_DIR = cast.sequencer.home.folder
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cast.sequence()
    cast.sequencer.sign()
    refuse(settings.KEYS_DIR, SENTENCE, 2, 5)
    return cast


def counted() -> tuple[int, int, int]:
    return Unit.objects.count(), OutboxEntry.objects.count(), Leaf.objects.count()


def test_a_page_answers_that_nothing_can_be_changed(closed: Cast) -> None:
    before = counted()
    client = signed_in(closed, "adam")
    unit = str(closed.organisation.pk)
    new = {"name": "New", "email": "new@service.test", "password": PASSWORD, "unit": unit}
    answer = client.post("/people/add", new)
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    html = answer.content.decode()
    assert "Nothing can be changed now" in html and "Restore the newest backup" in html
    assert counted() == before


def test_the_api_answers_a_problem(closed: Cast) -> None:
    client = signed_in(closed, "owen")
    answer = client.post(
        f"/api/v1/systems/{closed.system.pk}/datasets",
        {"name": "d", "role": "training", "sha256": "0" * 64, "rows": 1, "columns": ["a"]},
        content_type="application/json",
    )
    assert answer.status_code == 503, answer.content
    body = answer.json()
    assert body["code"] == "log_refused" and SENTENCE in body["detail"]
    assert "log_status" in body["detail"] and answer["Retry-After"] == "60"


def test_a_verb_raises_and_leaves_nothing(closed: Cast) -> None:
    before = counted()
    with pytest.raises(LogClosed):
        actions.create_unit(closed.organisation, "Late", by=closed.by("adam"))
    assert counted() == before


@pytest.mark.parametrize("path", ["/", "/systems", "/log", "/log/checkpoints", "/evidence"])
def test_reading_goes_on_under_a_banner(closed: Cast, path: str) -> None:
    html = html_of(signed_in(closed, "abel"), path)
    assert "The audit log was refused" in html and SENTENCE in html


def test_a_stranger_sees_the_banner_without_its_reason(closed: Cast) -> None:
    from django.test import Client

    html = html_of(Client(), "/sign-in")
    assert "The audit log was refused" in html and SENTENCE not in html


def test_without_a_refusal_there_is_no_banner(closed: Cast) -> None:
    reopen(closed.sequencer.home.folder)
    assert "was refused" not in html_of(signed_in(closed, "abel"), "/log")


def test_a_person_can_still_sign_in(closed: Cast) -> None:
    from django.test import Client

    answer = Client().post("/sign-in", {"username": "dana@service.test", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_task_waits_and_counts_no_attempt(closed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.work.actions.ring", lambda *_: None)
    by = closed.by("adam")

    @register("test.changes")
    def change(run: Any) -> None:
        actions.create_unit(closed.organisation, "By a task", by=by)

    try:
        job = enqueue("test.changes", {})
        assert runner.run(job.pk) == "put-back"
        kept = Job.objects.get(pk=job.pk)
        assert kept.state == JobState.READY and kept.attempt == 0 and SENTENCE in kept.error
        reopen(closed.sequencer.home.folder)
        Job.objects.filter(pk=job.pk).update(run_after=kept.created_at)
        assert runner.run(job.pk) == JobState.DONE
    finally:
        KINDS.pop("test.changes")


def test_administrators_and_officers_are_mailed_once(closed: Cast) -> None:
    for _ in range(3):
        watch_log()
    told = sorted(message.to[0] for message in mail.outbox)
    assert told == ["adam@service.test", "dana@service.test", "nina@elsewhere.test"]
    assert SENTENCE in mail.outbox[0].body and "read-only" in mail.outbox[0].subject


def test_mail_that_does_not_go_out_is_tried_again(closed: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    watch_log()
    assert not told_path(settings.KEYS_DIR).exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    watch_log()
    assert mail.outbox


def test_a_refusal_that_is_over_is_entered_once(closed: Cast, settings: Settings) -> None:
    watch_log()
    told = told_path(settings.KEYS_DIR).read_text()
    reopen(settings.KEYS_DIR)
    watch_log()
    watch_log()
    # A ticker that died before it removed the file.
    told_path(settings.KEYS_DIR).write_text(told)
    closed.sequence()
    watch_log()
    assert closed.sequence() == 0
    entry = Leaf.objects.get(action="log.refused")
    assert b'"signed":"5"' in bytes(entry.body) and b'"size":"2"' in bytes(entry.body)
    assert Notification.objects.filter(kind="log_open", person=closed.person("adam")).count() == 1


def test_a_refusal_that_cannot_be_read_closes_the_log(closed: Cast, settings: Settings) -> None:
    (settings.KEYS_DIR / "log.refused").write_text("{")
    with pytest.raises(LogClosed, match="cannot be read"):
        actions.create_unit(closed.organisation, "Late", by=closed.by("adam"))
    watch_log()
    reopen(settings.KEYS_DIR)


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=session.PROJECT,
        env={**os.environ, "MUNIMENT_HOME": str(home), "MUNIMENT_DB_ROLE": "app"},
        capture_output=True,
        text=True,
    )


def test_a_live_sequencer_closes_the_log_commands_fail_and_a_restored_log_opens_it(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    """One run through with real processes."""
    home = cast.sequencer.home
    settings.KEYS_DIR = home.folder
    cast.sequencer.connection.close()
    process = SequencerProcess(tmp_path, tmp_path / "sequencer.log")
    try:
        wait_for(lambda: home.last_signed() and home.last_signed().size, 30)
        good = manage(tmp_path, "log_status")
        assert good.returncode == 0, good.stderr
        assert "refusal      none" in good.stdout and "anchors      none" in good.stdout
        with superuser() as db:
            db.execute("CREATE TABLE kept AS SELECT * FROM audit_leaf")
            db.execute("DELETE FROM audit_leaf WHERE index > 2")
        assert "were signed" in refused(home).sentence or "were written" in refused(home).sentence
        bad = manage(tmp_path, "log_status")
        assert bad.returncode == 1 and "REFUSED" in bad.stderr
        rotated = manage(tmp_path, "rotate_log_key")
        assert rotated.returncode == 1 and "Nothing can be changed" in rotated.stderr
        assert "Traceback" not in rotated.stderr
        with superuser() as db:
            db.execute("INSERT INTO audit_leaf SELECT * FROM kept WHERE index > 2")
        wait_for(lambda: refusal_in(home.folder) is None, 25)
        assert process.process.poll() is None
    finally:
        process.end()
