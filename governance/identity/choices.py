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

    @property
    def sentence(self) -> str:
        """What who holds it does, in one sentence."""
        return SENTENCES[self.value]


SENTENCES = {
    "owner": "Answers for AI systems: registers them, states what holds, mends findings, asks for approval.",
    "developer": "Builds: registers models and data, makes releases, writes plans, deploys.",
    "officer": "Keeps the rules: confirms tiers, assigns requirements, approves plans, raises findings, grants exceptions.",
    "validator": "Tests releases that others made, gives an independent opinion, raises findings.",
    "executive": "Decides: approves releases and documents, and accepts what remains of a risk.",
    "auditor": "Reads everything here, the audit log included, and asks for reports; changes no record.",
    "administrator": "Manages people, roles and units; judges and approves nothing.",
    "ci": "A pipeline: delivers evidence and asks the gate; never approves.",
}
