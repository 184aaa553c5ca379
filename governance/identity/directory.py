"""Who and what a principal can see of its organisation: people, units, tokens."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict

from governance.audit.querysets import within
from governance.identity.errors import NotFound
from governance.identity.models import Account, Person, RoleGrant, Token, Unit
from governance.identity.principal import Principal
from governance.identity.tables import table


def organisations(principal: Principal) -> tuple[str, ...]:
    """Paths of the organisations the principal belongs to: colleagues are seen, whatever one's scope."""
    return tuple(sorted({f"/{path.strip('/').split('/')[0]}/" for path in principal.paths}))


def people_seen(principal: Principal, query: str = "") -> QuerySet[Person]:
    rows = Person.objects.filter(within(organisations(principal), "unit__path"))
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(email__icontains=query))
    live = RoleGrant.objects.live().select_related("unit").order_by("unit__path", "role")
    return rows.select_related("unit").prefetch_related(
        Prefetch("grants", queryset=live, to_attr="live_grants"), "accounts"
    )


def find_colleague(pk: UUID, principal: Principal) -> Person:
    found = people_seen(principal).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", f"No person that you can see has the id {pk}.")
    return found


def find_grant(pk: UUID, principal: Principal) -> RoleGrant:
    seen = RoleGrant.objects.live().filter(within(organisations(principal), "unit__path"))
    found = seen.select_related("unit", "person").filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", f"No role in force that you can see has the id {pk}.")
    return found


def tokens_seen(principal: Principal) -> QuerySet[Token]:
    rows = Token.objects.filter(within(principal.paths, "unit__path"))
    return rows.select_related("unit", "created_by")


def find_token(pk: UUID, principal: Principal) -> Token:
    found = tokens_seen(principal).filter(pk=pk).first()
    if found is None:
        raise NotFound("not_found", f"No token that you can see has the id {pk}.")
    return found


def units_for(principal: Principal, action: str) -> QuerySet[Unit]:
    """Where the principal may do this."""
    return Unit.objects.filter(within(principal.paths_for(action), "path"))


def words_of_query(query: QueryDict, name: str = "q", limit: int = 100) -> str:
    return query.get(name, "").strip()[:limit].replace("\0", "")


def holders(role: str, path: str) -> list[Person]:
    """Active people who hold a role at a unit or above it, each once."""
    grants = RoleGrant.objects.live().filter(role=role).select_related("person", "unit")
    held = [g.person for g in grants if path.startswith(g.unit.path) and g.person.is_active]
    return list(dict.fromkeys(held))


def roles_held(person: Person) -> list[str]:
    grants: list[RoleGrant] = person.live_grants  # type: ignore[attr-defined]
    return [f"{grant.get_role_display()} at {grant.unit}" for grant in grants]


def logins(person: Person) -> list[str]:
    accounts: list[Account] = list(person.accounts.all())
    return [account.login for account in accounts]


@table(
    "people",
    ("Name", "name"),
    ("E-mail", "email"),
    ("Unit", "unit.name"),
    ("Roles", roles_held),
    ("Accounts", lambda person: len(logins(person))),
    ("Active", "is_active"),
)
def people_table(principal: Principal, query: QueryDict) -> QuerySet[Person]:
    return people_seen(principal, words_of_query(query))


@table(
    "tokens",
    ("Name", "name"),
    ("Prefix", "prefix"),
    ("Unit", "unit.name"),
    ("Verbs", "verbs"),
    ("Sponsor", "created_by.name"),
    ("Created", "created_at"),
    ("Expires", "expires_at"),
    ("Revoked", "revoked_at"),
)
def tokens_table(principal: Principal, query: QueryDict) -> QuerySet[Token]:
    return tokens_seen(principal)


@table("units", ("Name", "name"), ("Kind", "get_kind_display"), ("Above", "parent.name"))
def units_table(principal: Principal, query: QueryDict) -> QuerySet[Unit]:
    return Unit.objects.visible_to(principal).exclude(kind="system").select_related("parent")
