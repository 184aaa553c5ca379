from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit.models import OutboxEntry
from governance.identity.errors import Forbidden, InvalidInput
from governance.identity.models import Unit
from governance.work.models import Job
from governance.work.runner import run
from packages import actions
from packages.models import AuditPackage
from tests.cast import Cast
from tests.packages.packing import finish_package
from tests.pages.browse import html_of, signed_in


def untouched() -> tuple[int, int, int]:
    return AuditPackage.objects.count(), OutboxEntry.objects.count(), Job.objects.count()


def test_an_auditor_asks_on_the_page_and_takes_the_zip(cast: Cast) -> None:
    client = signed_in(cast, "abel")
    assert "No package yet" in html_of(client, "/packages")
    since = (timezone.now() - timedelta(days=30)).date().isoformat()
    asked = client.post("/packages/ask", {"unit": cast.system.unit.pk, "since": since})
    package = AuditPackage.objects.get()
    assert asked.status_code == 302 and asked["Location"] == package.get_absolute_url()
    assert "Being made" in html_of(client, package.get_absolute_url())


def test_a_package_of_another_organisation_cannot_be_asked_for(cast: Cast) -> None:
    foreign = Unit.objects.get(pk=cast.accounts["nina"].responsible.unit_id)
    before = untouched()
    with pytest.raises(Forbidden):
        actions.request_package(foreign, None, by=cast.by("abel"))
    form = {"unit": foreign.pk, "since": "2026-01-01"}
    answer = signed_in(cast, "abel").post("/packages/ask", form)
    assert "Select a valid choice" in answer.content.decode()
    assert untouched() == before


@pytest.mark.parametrize("since", ["", "tomorrow", "2999-01-01", "1801-01-01"])
def test_a_period_that_does_not_begin_in_the_past_is_refused(cast: Cast, since: str) -> None:
    before = untouched()
    form = {"unit": cast.system.unit.pk, "since": since}
    answer = signed_in(cast, "abel").post("/packages/ask", form)
    assert answer.status_code == 200 and "error" in answer.content.decode()
    assert untouched() == before


def test_a_period_longer_than_ten_years_is_refused(cast: Cast) -> None:
    begin = timezone.now() - timedelta(days=4000)
    with pytest.raises(InvalidInput, match="at most 3660 days"):
        actions.request_package(cast.system.unit, begin, by=cast.by("abel"))


def test_made_twice_it_is_kept_and_logged_once(
    cast: Cast, settings: object, tmp_path: object
) -> None:
    settings.KEYS_DIR = cast.sequencer.home.folder  # type: ignore[attr-defined]
    package = finish_package(
        cast, actions.request_package(cast.organisation, None, by=cast.by("abel"))
    )
    assert package.job is not None
    Job.objects.filter(pk=package.job.pk).update(state="ready")
    before = OutboxEntry.objects.filter().count()
    run(package.job.pk)
    again = AuditPackage.objects.get()
    assert (again.file_id, again.made_entry_id) == (package.file_id, package.made_entry_id)
    assert OutboxEntry.objects.count() == before
