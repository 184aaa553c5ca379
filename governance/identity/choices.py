from __future__ import annotations

from django.db import models


class UnitKind(models.TextChoices):
    ORGANISATION = "organisation"
    UNIT = "unit"
    SYSTEM = "system", "AI system"


class AccountKind(models.TextChoices):
    HUMAN = "human"
    SERVICE = "service"


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    DEVELOPER = "developer", "Developer"
    OFFICER = "officer", "Compliance officer"
    VALIDATOR = "validator", "Validator"
    EXECUTIVE = "executive", "Accountable executive"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
    CI = "ci", "CI pipeline"
