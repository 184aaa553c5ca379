"""Who is acting: an account, the person answerable for it, and what it may do where."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from governance.identity.choices import AccountKind, Role
from governance.identity.errors import Forbidden
from governance.identity.models import Account, RoleGrant, Token
from governance.identity.policy import ACTIONS, READING, roles_for

SPEAK_LATER = "Set a password of your own first: Account, Change password."


@dataclass(frozen=True)
class Grant:
    role: str
    path: str


@dataclass(frozen=True)
class Principal:
    account_id: uuid.UUID
    kind: str
    person_id: uuid.UUID
    name: str
    grants: tuple[Grant, ...]
    verbs: frozenset[str] | None = None
    token_id: uuid.UUID | None = None
    password_is_own: bool = True

    @property
    def is_service(self) -> bool:
        return self.kind == AccountKind.SERVICE

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({grant.path for grant in self.grants}))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def roles_at(self, path: str) -> frozenset[str]:
        return frozenset(g.role for g in self.grants if path.startswith(g.path))

    def sees(self, path: str) -> bool:
        return any(path.startswith(seen) for seen in self.paths)

    def may(self, action: str, path: str) -> bool:
        """Whether the policy table lets this principal do `action` on something at `path`."""
        if self.verbs is not None and action not in self.verbs:
            return False
        return bool(self.roles_at(path) & roles_for(action))

    def paths_for(self, action: str) -> tuple[str, ...]:
        """Where this principal may do `action`: paths of the grants whose role the policy table names."""
        if self.verbs is not None and action not in self.verbs:
            return ()
        allowed = roles_for(action)
        return tuple(sorted({g.path for g in self.grants if g.role in allowed}))

    def may_somewhere(self, action: str) -> bool:
        if self.verbs is not None and action not in self.verbs:
            return False
        return bool(self.roles & roles_for(action))

    def require(self, action: str, path: str) -> None:
        """Raise Forbidden, naming the roles that may, unless `may(action, path)`.

        An account whose password somebody else set may read: nobody can tell yet who speaks with it.
        """
        if not self.may(action, path):
            raise Forbidden(
                "not_allowed",
                f"{ACTIONS[action].sentence} needs the role {role_words(action)} here. "
                "An administrator of this organisation can grant it.",
            )
        if not self.password_is_own and action not in READING:
            raise Forbidden("password_not_own", SPEAK_LATER)


def role_words(action: str) -> str:
    labels = [label for value, label in Role.choices if value in roles_for(action)]
    return " or ".join(labels) if labels else "of nobody"


def principal_of(account: Account) -> Principal:
    """The principal of a signed-in human account; its roles are its person's."""
    person = account.responsible
    grants = RoleGrant.objects.live().filter(person=person).select_related("unit")
    return Principal(
        account_id=account.pk,
        kind=account.kind,
        person_id=person.pk,
        name=person.name,
        grants=tuple(Grant(g.role, g.unit.path) for g in grants),
        password_is_own=not account.password_set_by_other,
    )


def principal_of_token(token: Token) -> Principal:
    """The principal of a CI token: one scope, named verbs, its sponsor answerable."""
    return Principal(
        account_id=token.account_id,
        kind=AccountKind.SERVICE,
        person_id=token.account.responsible.pk,
        name=token.account.login,
        grants=(Grant(Role.CI, token.unit.path),),
        verbs=frozenset(token.verbs) | {"read"},
        token_id=token.pk,
    )
