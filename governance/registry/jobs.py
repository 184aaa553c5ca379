"""Reviews of AI systems that come due: the owner is told once, a week before."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from governance.registry.models import AISystem
from governance.work.actions import REVIEW_NOTICE, remind
from governance.work.kinds import DAY_SECONDS, register
from governance.work.runner import Run


@register("registry.remind", every_seconds=DAY_SECONDS, title="Remind of reviews of AI systems")
def remind_of_reviews(run: Run) -> dict[str, Any]:
    soon = timezone.now().date() + REVIEW_NOTICE
    due = AISystem.objects.with_people().filter(review_due_on__lte=soon)
    told = [
        remind(system.owner, str(system), system.review_due_on, system.get_absolute_url())
        for system in due
        if system.review_due_on
    ]
    return {"told": sum(told)}
