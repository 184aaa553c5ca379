from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.identity.rest_fields import InstantField, StrictSerializer, TextField
from governance.registry.actions.datasets import MOST_ROWS
from governance.registry.choices import ActRole, DatasetRole, Environment, Tier
from governance.registry.models import (
    AISystem,
    DatasetVersion,
    Deployment,
    ModelVersion,
    Release,
    Upload,
)
from governance.registry.passing import gate_words


class SystemInput(StrictSerializer):
    unit = serializers.UUIDField(help_text="Organisation or unit that the system belongs to.")
    name = TextField(max_length=200)
    role = serializers.ChoiceField(ActRole.choices)
    tier = serializers.ChoiceField(Tier.choices)
    tierReason = TextField(max_length=4000)
    owner = serializers.UUIDField(required=False, help_text="Person; you, where left out.")
    profile = serializers.DictField(child=TextField(allow_blank=True))


class SystemOutput(serializers.ModelSerializer[AISystem]):
    id = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="unit.name")
    unit = serializers.UUIDField(source="unit.parent_id")
    tierState = serializers.CharField(source="tier_state")
    tierReason = serializers.CharField(source="tier_reason")
    owner = serializers.UUIDField(source="owner_id")
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = AISystem
        fields = (
            "id",
            "name",
            "unit",
            "role",
            "tier",
            "tierState",
            "tierReason",
            "owner",
            "profile",
            "createdAt",
        )


class UploadOutput(serializers.ModelSerializer[Upload]):
    sha256 = serializers.CharField(source="artefact_id")
    size = serializers.IntegerField(source="artefact.size")
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Upload
        fields = ("id", "kind", "filename", "sha256", "size", "state", "inspection", "createdAt")


class ModelVersionInput(StrictSerializer):
    model = TextField(max_length=120, help_text="Name of the model.")
    upload = serializers.UUIDField(help_text="An admitted upload of kind model.")
    method = TextField(max_length=120)
    signature = serializers.JSONField()
    trainingData = serializers.ListField(child=TextField(), allow_empty=False)
    commit = TextField(max_length=64, allow_blank=True)
    parameters = serializers.DictField(child=TextField(allow_blank=True))


class ModelVersionOutput(serializers.ModelSerializer[ModelVersion]):
    model = serializers.CharField(source="model.name")
    digest = serializers.CharField(source="artefact_id")
    trainingData = serializers.ListField(source="training_data")
    notEvaluated = serializers.CharField(source="not_evaluated", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ModelVersion
        fields = (
            "id",
            "model",
            "number",
            "digest",
            "task",
            "method",
            "signature",
            "trainingData",
            "commit",
            "parameters",
            "notEvaluated",
            "createdAt",
        )


class DatasetInput(StrictSerializer):
    name = TextField(max_length=200)
    role = serializers.ChoiceField(DatasetRole.choices)
    upload = serializers.UUIDField(required=False)
    sha256 = TextField(required=False, help_text="Where the file stays with you.")
    rows = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ROWS)
    columns = serializers.ListField(
        child=TextField(max_length=200), required=False, max_length=10_000
    )
    description = TextField(required=False, allow_blank=True, max_length=4000)
    observedFrom = InstantField(required=False)
    observedUntil = InstantField(required=False)


class DatasetOutput(serializers.ModelSerializer[DatasetVersion]):
    observedFrom = serializers.DateTimeField(source="observed_from")
    observedUntil = serializers.DateTimeField(source="observed_until")
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = DatasetVersion
        fields = (
            "id",
            "name",
            "role",
            "sha256",
            "rows",
            "columns",
            "description",
            "observedFrom",
            "observedUntil",
            "createdAt",
        )


class ReleaseInput(StrictSerializer):
    models = serializers.ListField(
        child=serializers.UUIDField(), help_text="Ids of model versions.", allow_empty=False
    )
    preprocessing = TextField(required=False, allow_blank=True)
    decision = serializers.DictField(
        child=TextField(), required=False, help_text="e.g. {'cutOff': '0.5'}"
    )
    image = TextField(required=False, allow_blank=True)
    limitations = TextField(required=False, allow_blank=True)


class ReleaseOutput(serializers.ModelSerializer[Release]):
    system = serializers.UUIDField(source="system_id")
    notEvaluated = serializers.CharField(source="not_evaluated", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Release
        fields = ("id", "system", "number", "digest", "manifest", "notEvaluated", "createdAt")


class DeploymentInput(StrictSerializer):
    release = serializers.UUIDField()
    environment = serializers.ChoiceField(Environment.choices)


class DeploymentOutput(serializers.ModelSerializer[Deployment]):
    system = serializers.UUIDField(source="system_id")
    release = serializers.UUIDField(source="release_id")
    startedAt = serializers.DateTimeField(source="started_at")
    endedAt = serializers.DateTimeField(source="ended_at")
    isRollback = serializers.BooleanField(source="is_rollback")

    class Meta:
        model = Deployment
        fields: tuple[str, ...] = (
            "id",
            "system",
            "release",
            "environment",
            "startedAt",
            "endedAt",
            "isRollback",
        )


class GateSaid(serializers.Serializer[dict[str, str]]):
    verdict = serializers.CharField()
    decidedAt = serializers.CharField()


class DeploymentRecorded(DeploymentOutput):
    gate = serializers.SerializerMethodField()

    class Meta(DeploymentOutput.Meta):
        fields = (*DeploymentOutput.Meta.fields, "gate")

    @extend_schema_field(GateSaid(allow_null=True))
    def get_gate(self, deployment: Deployment) -> dict[str, str] | None:
        return gate_words(deployment.release, deployment.environment)
