from __future__ import annotations

from django.db import models


class PredicateType(models.TextChoices):
    MEASUREMENT = "measurement"
    DRIFT = "drift"
    RECORD = "record"
    MANAGEMENT_STATEMENT = "management-statement"
    CONCLUSION = "conclusion"
    APPROVAL = "approval"
    GATE_DECISION = "gate-decision"
    REPORT = "report"


class Assurance(models.TextChoices):
    COMPUTED_HERE = "computed-here", "computed here"
    COMPUTED_ELSEWHERE = "computed-elsewhere", "computed elsewhere and signed"
    RECORD = "record", "record of this platform"
    STATEMENT = "statement", "stated by a person"


class KeyPurpose(models.TextChoices):
    INSTALLATION = "installation"
    PIPELINE = "pipeline"


class RevocationReason(models.TextChoices):
    RETIRED = "retired", "retired: another key takes its place"
    LOST = "lost", "lost: nobody holds the private key any more"
    COMPROMISED = "compromised", "compromised: somebody else may hold the private key"
