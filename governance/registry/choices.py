from __future__ import annotations

from django.db import models


class Tier(models.TextChoices):
    PROHIBITED = "prohibited", "prohibited practice"
    HIGH = "high", "high risk"
    LIMITED = "limited", "limited risk"
    MINIMAL = "minimal", "minimal risk"


class TierState(models.TextChoices):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


class ActRole(models.TextChoices):
    """Roles of the EU AI Act, Article 3."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"
    BOTH = "both", "provider and deployer"


class UploadKind(models.TextChoices):
    MODEL = "model"
    DATASET = "dataset"
    DOCUMENT = "document"


class UploadState(models.TextChoices):
    INSPECTING = "inspecting"
    ADMITTED = "admitted"
    REFUSED = "refused"


class DatasetRole(models.TextChoices):
    TRAINING = "training"
    EVALUATION = "evaluation"
    REFERENCE = "reference"
    PRODUCTION = "production"
    LABELS = "labels"


# The tasks whose models can be evaluated and watched; the others are registered and released only.
EVALUATED_TASKS = frozenset({"binary"})


class Environment(models.TextChoices):
    STAGING = "staging"
    PRODUCTION = "production"
