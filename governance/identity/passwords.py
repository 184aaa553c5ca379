"""Passwords: who may set one, and what shows that it is the account's own person."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from governance.audit.actions import record
from governance.identity.errors import Forbidden, InvalidInput
from governance.identity.models import Account
from governance.identity.principal import Principal


def change_password(account: Account, present: str, new: str, *, by: Principal) -> None:
    """The account's own person sets another password; every other session of the account ends."""
    if account.pk != by.account_id:
        raise Forbidden("not_own_account", "Only its person changes an account's password.")
    check_present(account, present)
    check_password(new)
    if account.check_password(new):
        raise InvalidInput(
            "password_same", "Choose a password that is not the present one.", "/new"
        )
    with transaction.atomic():
        account.set_password(new)
        account.password_set_by_other = False
        account.save(update_fields=["password", "password_set_by_other"])
        record(
            "identity.password_changed",
            by=by,
            object_type="account",
            object_id=account.pk,
            unit_path=account.responsible.unit.path,
        )


def proofs_of(account: Account) -> list[Account]:
    """The accounts whose password shows that it is the person who takes over a new account.

    Who made a second account knows its first password; only the person knows that of their other one.
    """
    others = Account.objects.filter(
        person=account.person, is_active=True, password_set_by_other=False
    ).exclude(pk=account.pk)
    return (list(others) if account.password_set_by_other else []) or [account]


def check_present(account: Account, present: str) -> None:
    proofs = proofs_of(account)
    if any(proof.check_password(present) for proof in proofs):
        return
    sentence = "This is not your present password."
    if account not in proofs:
        names = " or ".join(proof.login for proof in proofs)
        sentence = f"Show that it is you: type the password of your other account, {names}."
    raise InvalidInput("password_wrong", sentence, "/present")


def check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput("password", " ".join(error.messages), "/password") from error
