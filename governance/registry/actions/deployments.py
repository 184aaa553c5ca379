from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import instant
from governance.evidence.actions import emit_record
from governance.identity.choices import Role
from governance.identity.directory import holders
from governance.identity.errors import Conflict
from governance.identity.principal import Principal
from governance.registry.actions.systems import check_choice
from governance.registry.choices import Environment
from governance.registry.models import AISystem, Deployment, Release
from governance.registry.passing import has_passed
from governance.work.actions import notify


def record_deployment(
    release: Release,
    environment: str,
    *,
    by: Principal,
    at: datetime | None = None,
    is_rollback: bool = False,
) -> Deployment:
    """What is live from now on; ends the deployment before it in the same environment."""
    by.require("deployment.record", release.system.unit.path)
    check_choice(environment, Environment.values, "environment")
    started_at = at or timezone.now()
    with transaction.atomic():
        AISystem.objects.select_for_update().get(pk=release.system_id)
        before = Deployment.objects.filter(
            system=release.system, environment=environment, ended_at=None
        ).first()
        if before and before.release_id == release.pk:
            raise Conflict("already_live", f"{release} is live in {environment} already.")
        if before and before.started_at > started_at:
            raise Conflict("deployed_before", "The live deployment began later than this one.")
        if before:
            close(before, started_at, by)
        deployment = Deployment.objects.create(
            release=release,
            system=release.system,
            environment=environment,
            started_at=started_at,
            previous=before,
            is_rollback=is_rollback,
            recorded_by_id=by.person_id,
        )
        state_deployment(deployment, by=by)
        if not has_passed(release, environment):
            tell_officers(deployment)
    return deployment


def tell_officers(deployment: Deployment) -> None:
    """What runs is a fact and is recorded; that the gate did not let it pass must be known."""
    release = deployment.release
    for officer in holders(Role.OFFICER, release.system.unit.path):
        notify(
            officer,
            "live_without_gate",
            f"Live in {deployment.environment} without the gate: {release}",
            release.get_absolute_url(),
        )


def end_deployment(deployment: Deployment, *, by: Principal) -> Deployment:
    """Take it out of service with nothing in its place."""
    by.require("deployment.record", deployment.release.system.unit.path)
    with transaction.atomic():
        held = Deployment.objects.select_for_update().get(pk=deployment.pk)
        if held.ended_at is not None:
            raise Conflict("deployment_ended", "This deployment has ended already.")
        close(held, timezone.now(), by)
    return held


def close(deployment: Deployment, at: datetime, by: Principal) -> None:
    deployment.ended_at = at
    deployment.save(update_fields=["ended_at"])
    state_deployment(deployment, by=by)


def state_deployment(deployment: Deployment, *, by: Principal) -> None:
    ended = deployment.ended_at
    emit_record(
        "deployment",
        record_id=deployment.pk,
        state="retired" if ended else "live",
        fields={
            "system": str(deployment.system_id),
            "release": str(deployment.release_id),
            "releaseDigest": deployment.release.digest,
            "environment": deployment.environment,
            "from": instant(deployment.started_at),
            "to": instant(ended) if ended else None,
            "previous": str(deployment.previous_id) if deployment.previous_id else None,
            "rollback": deployment.is_rollback,
        },
        scope=deployment.scope,
        by=by,
    )
