"""Who could do what here at one instant: roles of people, and tokens of programs with who answers for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from governance.identity.models import RoleGrant, Token
from packages.case import Case

TITLES = ("what", "who", "answers", "may", "unit", "from", "until")


def access_at(case: Case, at: datetime) -> Iterator[tuple[object, ...]]:
    yield from roles_at(case, at)
    yield from tokens_at(case, at)


def roles_at(case: Case, at: datetime) -> Iterator[tuple[object, ...]]:
    standing = Q(ends_at=None) | Q(ends_at__gt=at)
    rows = RoleGrant.objects.filter(case.within("unit__path"), standing, starts_at__lte=at)
    for one in rows.select_related("person", "unit").order_by("unit__path", "role", "person__name"):
        who = case.names.of(str(one.person_id))
        yield "role", who, who, one.get_role_display(), one.unit.name, one.starts_at, one.ends_at


def tokens_at(case: Case, at: datetime) -> Iterator[tuple[object, ...]]:
    standing = Q(revoked_at=None) | Q(revoked_at__gt=at)
    rows = Token.objects.filter(
        case.within("unit__path"), standing, created_at__lte=at, expires_at__gt=at
    )
    for one in rows.select_related("account__sponsor", "account__person", "unit").order_by(
        "unit__path", "name"
    ):
        answers = case.names.of(str(one.account.responsible.pk))
        verbs = ", ".join(one.verbs)
        yield "token", one.name, answers, verbs, one.unit.name, one.created_at, one.expires_at
