from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit.actions import instant, record
from governance.identity.authentication import new_secret
from governance.identity.choices import AccountKind, Role, UnitKind
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.models import TOKEN_MAX_AGE, Account, Person, RoleGrant, Token, Unit
from governance.identity.passwords import check_password
from governance.identity.policy import TOKEN_VERBS
from governance.identity.principal import Principal, principal_of
from governance.identity.telling import tell


def create_organisation(name: str, admin_name: str, email: str, password: str) -> Account:
    """Found an organisation with its first administrator; returns that person's account."""
    check_password(password)
    check_email(email)
    with transaction.atomic():
        unit = Unit.objects.create(kind=UnitKind.ORGANISATION, name=clean_name(name))
        person = Person.objects.create(unit=unit, name=clean_name(admin_name), email=email)
        account = Account.objects.create_human(email, password, person)
        RoleGrant.objects.create(person=person, role=Role.ADMINISTRATOR, unit=unit)
        Account.objects.create_service(platform_login(unit), sponsor=person)
        by = principal_of(account)
        record_unit("identity.organisation_founded", unit, by)
        record_grant(person, Role.ADMINISTRATOR, unit, by)
    return account


def platform_login(unit: Unit) -> str:
    return f"platform:{unit.organisation_id}"


def platform_principal(unit: Unit) -> Principal:
    """What the platform does by itself below `unit` is answered for by the founder of the organisation."""
    account = Account.objects.select_related("sponsor").get(login=platform_login(unit))
    return Principal(
        account_id=account.pk,
        kind=AccountKind.SERVICE,
        person_id=account.responsible.pk,
        name="Muniment",
        grants=(),
        verbs=frozenset(),
    )


def create_unit(parent: Unit, name: str, *, by: Principal) -> Unit:
    by.require("person.manage", parent.path)
    if parent.kind == UnitKind.SYSTEM:
        raise InvalidInput("unit_parent", "A unit cannot lie below an AI system.", "/parent")
    try:
        with transaction.atomic():
            unit = Unit.objects.create(parent=parent, kind=UnitKind.UNIT, name=clean_name(name))
            record_unit("identity.unit_created", unit, by)
    except IntegrityError as error:
        raise Conflict("unit_exists", f"{parent} already has a unit of this name.") from error
    return unit


def create_person(unit: Unit, name: str, email: str, password: str, *, by: Principal) -> Account:
    """A person with an account to sign in with; roles are granted apart."""
    by.require("person.manage", unit.path)
    check_email(email)
    check_password(password)
    try:
        with transaction.atomic():
            person = Person.objects.create(unit=unit, name=clean_name(name), email=email)
            account = Account.objects.create_human(email, password, person, by_other=True)
            record_person("identity.person_created", person, account, by)
            tell_of_account(account)
    except IntegrityError as error:
        raise Conflict("person_exists", "Somebody here already has this e-mail.") from error
    return account


def add_account(person: Person, login: str, password: str, *, by: Principal) -> Account:
    """A second way to sign in for the same person; its acts are the same person's acts."""
    by.require("person.manage", person.unit.path)
    if not person.is_active:
        raise Conflict("person_left", f"{person} is deactivated and gets no account.")
    check_password(password)
    try:
        with transaction.atomic():
            account = Account.objects.create_human(login, password, person, by_other=True)
            record_person("identity.account_added", person, account, by)
            tell_of_account(account)
    except IntegrityError as error:
        raise Conflict("login_exists", "This sign-in name is taken.") from error
    return account


def grant_role(
    person: Person, role: str, unit: Unit, *, by: Principal, ends_at: datetime | None = None
) -> RoleGrant:
    by.require("person.manage", unit.path)
    if role not in Role.values or role == Role.CI:
        raise InvalidInput("role_unknown", f"'{role}' is not a role a person can have.", "/role")
    if person.pk == by.person_id:
        raise Conflict("own_role", "Nobody grants a role to themselves. Ask another administrator.")
    if not person.is_active:
        raise Conflict("person_left", f"{person} is deactivated and gets no role.")
    with transaction.atomic():
        grant = RoleGrant.objects.create(
            person=person, role=role, unit=unit, granted_by_id=by.person_id, ends_at=ends_at
        )
        record_grant(person, role, unit, by)
    return grant


def end_grant(grant: RoleGrant, *, by: Principal) -> None:
    by.require("person.manage", grant.unit.path)
    admins = RoleGrant.objects.live().filter(
        role=Role.ADMINISTRATOR, unit=grant.unit, person__is_active=True
    )
    if grant.role == Role.ADMINISTRATOR and not admins.exclude(person=grant.person).exists():
        raise Conflict("last_administrator", "The last administrator keeps this role.")
    with transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk).update(ends_at=timezone.now())
        record_ended(grant, by)


def create_token(
    unit: Unit, name: str, verbs: list[str], days: int, *, by: Principal
) -> tuple[Token, str]:
    """A CI token for `unit`; its sponsor is who creates it. Returns the row and the text, shown once."""
    by.require("token.create", unit.path)
    unknown = sorted(set(verbs) - set(TOKEN_VERBS))
    if unknown or not verbs:
        raise InvalidInput(
            "token_verbs", f"Choose from: {', '.join(TOKEN_VERBS)}. Not: {unknown}.", "/verbs"
        )
    if not 1 <= days <= TOKEN_MAX_AGE.days:
        raise InvalidInput("token_days", f"A token lives 1 to {TOKEN_MAX_AGE.days} days.", "/days")
    prefix, secret_hash, text = new_secret()
    sponsor = Person.objects.get(pk=by.person_id)
    now = timezone.now()
    with transaction.atomic():
        account = Account.objects.create_service(f"ci:{prefix}", sponsor=sponsor)
        token = Token.objects.create(
            account=account,
            unit=unit,
            name=clean_name(name),
            prefix=prefix,
            secret_sha256=secret_hash,
            verbs=sorted(verbs),
            created_by=sponsor,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(
            "identity.token_created",
            by=by,
            object_type="token",
            object_id=token.pk,
            unit_path=unit.path,
            facts={"verbs": token.verbs, "expires": instant(token.expires_at)},
        )
    return token, text


def revoke_token(token: Token, *, by: Principal) -> None:
    by.require("token.revoke", token.unit.path)
    with transaction.atomic():
        changed = Token.objects.filter(pk=token.pk, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if changed != 1:
            raise Conflict("token_revoked", "This token is revoked already.")
        record(
            "identity.token_revoked",
            by=by,
            object_type="token",
            object_id=token.pk,
            unit_path=token.unit.path,
        )


def tell_of_account(account: Account) -> None:
    """Nobody gets an account without hearing of it."""
    tell(
        account.responsible,
        "account_added",
        f"There is an account in your name: {account.login}",
        "/account",
        "An administrator made it and knows its first password. Sign in and set a password of your own; "
        "until then it can only read. If you did not expect this, tell the compliance officer.",
    )


def clean_name(text: str, limit: int = 200) -> str:
    """One printable line of 1 to `limit` characters."""
    text = " ".join(text.split())
    if not text or len(text) > limit or not text.isprintable():
        raise InvalidInput("name", f"Write a name of 1 to {limit} printable characters.", "/name")
    return text


def check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput("email", f"'{email}' is not an e-mail address.", "/email") from error


def record_unit(action: str, unit: Unit, by: Principal) -> None:
    record(
        action,
        by=by,
        object_type="unit",
        object_id=unit.pk,
        unit_path=unit.path,
        facts={"kind": unit.kind},
        texts={"name": unit.name},
    )


def record_person(action: str, person: Person, account: Account, by: Principal) -> None:
    record(
        action,
        by=by,
        object_type="person",
        object_id=person.pk,
        unit_path=person.unit.path,
        facts={"account": str(account.pk)},
        texts={"name": person.name, "email": person.email, "login": account.login},
    )


def record_grant(person: Person, role: str, unit: Unit, by: Principal) -> None:
    record(
        "identity.role_granted",
        by=by,
        object_type="person",
        object_id=person.pk,
        unit_path=unit.path,
        facts={"role": role},
    )


def record_ended(grant: RoleGrant, by: Principal) -> None:
    record(
        "identity.role_ended",
        by=by,
        object_type="person",
        object_id=grant.person_id,
        unit_path=grant.unit.path,
        facts={"role": grant.role, "grant": str(grant.pk)},
    )
