from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.identity.errors import InvalidInput
from governance.registry.actions import edit_system
from governance.registry.models import AISystem
from governance.work.actions import enqueue, ensure_schedules
from governance.work.models import Job, Notification, Schedule
from governance.work.runner import run
from tests.cast import PROFILE, Cast
from tests.pages.browse import html_of, signed_in


def in_days(number: int) -> date:
    return timezone.now().date() + timedelta(days=number)


@pytest.fixture
def system(cast: Cast) -> AISystem:
    return cast.system


def told() -> list[str]:
    """Who has been told of a review, after the daily look."""
    assert run(enqueue("registry.remind", {}).pk) == "done"
    rows = Notification.objects.filter(kind="review_due").select_related("person")
    return [f"{row.person}: {row.title}" for row in rows]


def test_the_owner_sets_the_next_review_on_the_page(cast: Cast, system: AISystem) -> None:
    client, day = signed_in(cast, "owen"), in_days(90)
    path = f"/systems/{system.pk}/edit"
    client.post(path, {**PROFILE, "review_due_on": day.isoformat()})
    assert AISystem.objects.get(pk=system.pk).review_due_on == day
    assert f'value="{day.isoformat()}"' in html_of(client, path)


def test_a_review_in_the_past_is_refused_and_changes_nothing(cast: Cast, system: AISystem) -> None:
    client = signed_in(cast, "owen")
    body = {**PROFILE, "purpose": "Another", "review_due_on": in_days(0).isoformat()}
    answer = client.post(f"/systems/{system.pk}/edit", body)
    assert "Choose a day to come" in answer.content.decode()
    held = AISystem.objects.get(pk=system.pk)
    assert (held.review_due_on, held.profile["purpose"]) == (None, PROFILE["purpose"])
    with pytest.raises(InvalidInput):
        edit_system(system, profile=PROFILE, review_due_on=in_days(-1), by=cast.by("owen"))


@pytest.mark.parametrize(("days", "number"), [(7, 1), (8, 0)])
def test_the_owner_is_told_a_week_before_and_once(
    cast: Cast, system: AISystem, days: int, number: int
) -> None:
    day = in_days(days)
    edit_system(system, profile=PROFILE, review_due_on=day, by=cast.by("owen"))
    expected = f"owen (test): Review due {day.day} {day:%b %Y}: {system}"
    assert told() == [expected] * number
    assert told() == [expected] * number


def test_a_new_day_is_told_anew(cast: Cast, system: AISystem) -> None:
    for days in (3, 5):
        edit_system(system, profile=PROFILE, review_due_on=in_days(days), by=cast.by("owen"))
        told()
    assert len(told()) == 2


def test_what_the_platform_does_by_itself_has_one_schedule_each(cast: Cast) -> None:
    ensure_schedules()
    kinds = list(Schedule.objects.filter(unit=None).values_list("kind", flat=True))
    assert sorted(kinds) == sorted(set(kinds))
    assert {"registry.remind", "risk.remind", "monitoring.sweep"} <= set(kinds)
    assert not Job.objects.filter(kind="registry.remind").exists()
