from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from governance.audit.ids import new_id
from governance.identity.choices import AccountKind, Role, UnitKind
from governance.identity.querysets import RoleGrantQuerySet, UnitQuerySet

TOKEN_MAX_AGE = timedelta(days=90)


class Unit(models.Model):
    """A node of the tree organisation → unit → AI system; the scope of roles, tokens and sight."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    kind = models.CharField(max_length=16, choices=UnitKind.choices)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=800, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        indexes = (models.Index(fields=["path"], name="unit_path", opclasses=["text_pattern_ops"]),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=UnitKind.ORGANISATION, parent__isnull=True)
                | (~Q(kind=UnitKind.ORGANISATION) & Q(parent__isnull=False)),
                name="unit_organisation_is_a_root",
            ),
            models.UniqueConstraint(
                "parent", "name", name="unit_name_once_in_parent", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.path:
            self.path = f"{self.parent.path if self.parent else '/'}{self.id}/"
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def path_ids(self) -> list[str]:
        return self.path.strip("/").split("/")

    @property
    def organisation_id(self) -> uuid.UUID:
        return uuid.UUID(self.path_ids[0])


class Person(models.Model):
    """A human being. Rules about people compare persons, never accounts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="people")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "people"
        constraints = (models.UniqueConstraint("unit", "email", name="person_email_once_in_unit"),)

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def create_human(
        self, login: str, password: str, person: Person, *, by_other: bool = False
    ) -> Account:
        account = Account(
            login=login, kind=AccountKind.HUMAN, person=person, password_set_by_other=by_other
        )
        account.set_password(password)
        account.save()
        return account

    def create_service(self, login: str, sponsor: Person) -> Account:
        account = Account(login=login, kind=AccountKind.SERVICE, sponsor=sponsor)
        account.set_unusable_password()
        account.save()
        return account


class Account(AbstractBaseUser):
    """A way to sign in. A service account acts for its sponsor, a person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=8, choices=AccountKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="accounts")
    sponsor = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="sponsored_accounts"
    )
    is_active = models.BooleanField(default=True)
    # Somebody else knows the password: the account reads, and speaks for nobody.
    password_set_by_other = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "login"
    objects = AccountManager()

    class Meta:
        ordering = ("login",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=AccountKind.HUMAN, person__isnull=False, sponsor__isnull=True)
                | Q(kind=AccountKind.SERVICE, person__isnull=True, sponsor__isnull=False),
                name="account_human_has_person_service_has_sponsor",
            ),
        )

    def __str__(self) -> str:
        return self.login

    @property
    def responsible(self) -> Person:
        """The person whose act this account's act is."""
        person = self.person or self.sponsor
        assert person is not None  # the database constraint says so
        return person


class RoleGrant(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    # Given by naming the person at an AI system; ends when somebody else is named.
    by_naming = models.BooleanField(default=False)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        ordering = ("unit__path", "role")
        constraints = (
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("person")),
                name="role_grant_not_to_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.CI), name="role_grant_ci_is_for_tokens_only"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} is {self.get_role_display()} at {self.unit}"


class Token(models.Model):
    """A service account's key: bound to one unit and named verbs, expires, never approves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="tokens")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    verbs = ArrayField(models.CharField(max_length=40))
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + TOKEN_MAX_AGE),
                name="token_expires_within_90_days",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class SignInTries(models.Model):
    """Wrong passwords of late for one sign-in name, or from one address; kept as a digest of it."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["last_at"], name="sign_in_tries_last"),)

    def __str__(self) -> str:
        return f"{self.failures} of {self.key[:8]}"
