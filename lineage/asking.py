"""The two questions of the lineage page: which instant, and as known when."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.utils import timezone

from governance.audit.models import Leaf
from governance.audit.queries import log_size
from governance.identity.calendar import INSTANT_SENTENCE, is_known_instant
from governance.identity.errors import InvalidInput
from governance.identity.models import Unit
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from lineage.upstream import Moment

T = TypeVar("T")
_SIZE = re.compile(r"[0-9]{1,18}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
EXAMPLE = "such as 2026-11-03T10:04 (UTC) or 2026-11-03"


class LiveForm(forms.Form):
    """`system`, `at` (instant or day) and `known` (instant, day, or size of the log); empty means now."""

    system = forms.ModelChoiceField(AISystem.objects.none(), label="AI system", empty_label=None)
    at = forms.CharField(
        label="Live at (UTC)",
        required=False,
        max_length=40,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )
    known = forms.CharField(
        label="As known at",
        required=False,
        max_length=40,
        help_text="A time in UTC, or a size of the log.",
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = AISystem.objects.visible_to(principal).select_related("unit")
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]

    def clean_at(self) -> datetime:
        return _read(self.cleaned_data["at"], instant_asked)

    def clean_known(self) -> int:
        return _read(self.cleaned_data["known"], size_asked)

    @property
    def moment(self) -> Moment:
        return Moment(self.cleaned_data["at"], self.cleaned_data["known"])


def _read(text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except InvalidInput as error:
        raise forms.ValidationError(error.sentence) from error


def instant_asked(text: str) -> datetime:
    """The instant in ISO 8601, UTC where no zone is given; a day means its end; nothing means now."""
    text = text.strip()
    if not text:
        return timezone.now()
    try:
        found = instant_read(text)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("instant", f"Write a time {EXAMPLE}.", "/at") from error
    if not is_known_instant(found):
        raise InvalidInput("instant", INSTANT_SENTENCE, "/at")
    return found


def instant_read(text: str) -> datetime:
    if _DAY.fullmatch(text):
        day = datetime.combine(date.fromisoformat(text), time(), UTC)
        return day + timedelta(days=1, microseconds=-1)
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def size_asked(text: str) -> int:
    """The size of the log meant: a number of entries, or how many there were at an instant; nothing means all."""
    text, size = text.strip(), log_size()
    if not text:
        return size
    if _SIZE.fullmatch(text):
        if int(text) > size:
            raise InvalidInput(
                "log_size", f"The log has {size:,} entries now; give at most that.", "/known"
            )
        return int(text)
    try:
        instant = instant_asked(text)
    except InvalidInput as error:
        raise InvalidInput(
            "known", f"Write a size of the log, such as {size}, or a time {EXAMPLE}.", "/known"
        ) from error
    last = Leaf.objects.filter(at__lte=instant).order_by("-index").first()
    return last.index + 1 if last else 0


def units_seen(principal: Principal, system: AISystem) -> tuple[UUID, ...] | None:
    """Units whose events this principal may see in a system's story; None: all of the organisation."""
    organisation = f"/{system.unit.path_ids[0]}/"
    if principal.sees(organisation):
        return None
    seen = Unit.objects.visible_to(principal).below(organisation).values_list("pk", flat=True)
    return tuple({*seen, *(UUID(one) for one in system.unit.path_ids)})
