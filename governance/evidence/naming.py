"""What an id stands for: a person, a unit, a token, a statement or a record, as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from governance.evidence.models import Evidence
from governance.evidence.reading import UUID_FORM, label, title
from governance.identity.choices import AccountKind, UnitKind
from governance.identity.models import Account, Person, Token, Unit
from governance.identity.principal import Principal


@dataclass(frozen=True)
class Thing:
    """The words for an id, and the address of its page where there is one."""

    words: str
    url: str = ""


def things_named(texts: Iterable[str], principal: Principal) -> dict[str, Thing]:
    """What these ids stand for; texts that are no ids, and ids that are not known, are left out."""
    ids = {UUID(text) for text in texts if UUID_FORM.match(text)}
    if not ids:
        return {}
    return {
        **records(ids, principal),
        **statements(ids, principal),
        **tokens(ids, principal),
        **units(ids, principal),
        **people(ids),
    }


def people(ids: set[UUID]) -> dict[str, Thing]:
    return {str(pk): Thing(person.name) for pk, person in Person.objects.in_bulk(ids).items()}


def units(ids: set[UUID], principal: Principal) -> dict[str, Thing]:
    found = Unit.objects.visible_to(principal).filter(pk__in=ids)
    return {
        str(unit.pk): Thing(
            unit.name, reverse("system", args=[unit.pk]) if unit.kind == UnitKind.SYSTEM else ""
        )
        for unit in found
    }


def tokens(ids: set[UUID], principal: Principal) -> dict[str, Thing]:
    seen = Token.objects.filter(pk__in=ids, unit__in=Unit.objects.visible_to(principal))
    return {str(token.pk): Thing(token.name) for token in seen}


def statements(ids: set[UUID], principal: Principal) -> dict[str, Thing]:
    found = Evidence.objects.visible_to(principal).filter(id__in=ids).defer("envelope")
    return {str(one.id): thing_of(one) for one in found}


def records(ids: set[UUID], principal: Principal) -> dict[str, Thing]:
    """The newest revision of each record."""
    seen = Evidence.objects.visible_to(principal).filter(type="record", record_id__in=ids)
    newest = seen.order_by("record_id", "-revision").distinct("record_id").defer("envelope")
    return {str(one.record_id): thing_of(one) for one in newest}


def thing_of(found: Evidence) -> Thing:
    words = record_words(found) if found.fields else title(found.predicate, found.type_words)
    return Thing(words, reverse("evidence", args=[found.id]))


def record_words(found: Evidence) -> str:
    """ "Release 2", "Deployment: production", "System: Job-support places"."""
    fields: dict[str, Any] = found.fields
    kind = label(found.kind)
    if fields.get("number"):
        return f"{kind} {fields['number']}"
    others = [one["name"] for one in found.statement["subject"][1:]]
    own = [fields[name] for name in ("name", "title", "environment") if fields.get(name)]
    return ": ".join([kind, *map(str, (own or others)[:1])])


def actors(accounts: Iterable[UUID]) -> dict[UUID, str]:
    """How programs that act for a person are named, by account; people act as themselves."""
    found = Account.objects.filter(pk__in=set(accounts), kind=AccountKind.SERVICE)
    return {
        account.pk: f"{program(account)} (for {account.sponsor})"
        for account in found.select_related("sponsor").prefetch_related("tokens")
    }


def program(account: Account) -> str:
    token = next(iter(account.tokens.all()), None)
    if token is not None:
        return f"CI {token.name}"
    return "Muniment" if account.login.startswith("platform:") else account.login
