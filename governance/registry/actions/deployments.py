from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from governance.audit.actions import instant
from governance.evidence.actions import emit_record
from governance.identity.errors import Conflict
from governance.identity.principal import Principal
from governance.registry.actions.systems import check_choice
from governance.registry.choices import Environment
from governance.registry.models import AISystem, Deployment, Release


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
    return deployment


def end_deployment(deployment: Deployment, *, by: Principal) -> Deployment:
    """Take it out of service with nothing in its place."""
    by.require("deployment.record", deployment.release.system.unit.path)
    with transaction.atomic():
        held = Deployment.objects.select_for_update().get(pk=deployment.pk)
        if held.ended_at is not None:
            raise Conflict("deployment_ended", "This deployment has ended already.")
        close(held, timezone.now(), by)
    return held


def roll_back(system: AISystem, environment: str, *, by: Principal) -> Deployment:
    """Put the release that was live before back into service."""
    by.require("deployment.record", system.unit.path)
    live = Deployment.objects.live().filter(system=system, environment=environment).first()
    if live is None or live.previous is None:
        raise Conflict("nothing_to_roll_back", f"Nothing was live in {environment} before.")
    return record_deployment(live.previous.release, environment, by=by, is_rollback=True)


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
