from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from governance.audit import canonical
from governance.audit.actions import instant
from governance.evidence.actions import emit_record, subject
from governance.evidence.models import Evidence
from governance.identity.errors import Conflict, InvalidInput
from governance.identity.principal import Principal
from governance.registry.models import AISystem, ModelVersion, Release
from governance.registry.signatures import check_decision

MANIFEST_PARTS = ("preprocessing", "decision", "image", "limitations")


def create_release(
    system: AISystem,
    versions: Sequence[ModelVersion],
    parts: Mapping[str, Any],
    *,
    by: Principal,
) -> Release:
    """Fix the manifest of a system: model digests, pre- and post-processing, cut-off, intended use.

    `parts` holds text or string maps under the names of MANIFEST_PARTS. The digest of the manifest's canonical
    JSON is the release's identity.
    """
    by.require("release.create", system.unit.path)
    if not versions:
        raise InvalidInput("models", "A release names at least one model version.", "/models")
    foreign = [v for v in versions if not v.model.unit.path.startswith(system.unit.path)]
    if foreign:
        raise InvalidInput("models", f"{foreign[0]} belongs to another AI system.", "/models")
    check_decision(parts.get("decision"), [version.signature for version in versions])
    manifest = build_manifest(system, versions, parts)
    digest = canonical.digest(manifest)
    try:
        with transaction.atomic():
            AISystem.objects.select_for_update().get(pk=system.pk)
            last = system.releases.aggregate(last=Max("number"))["last"] or 0
            release = Release.objects.create(
                system=system,
                number=last + 1,
                manifest=manifest,
                digest=digest,
                created_by_id=by.person_id,
            )
            release.model_versions.set(versions)
            state_release(release, by=by)
    except IntegrityError as error:
        raise Conflict("release_exists", "A release with exactly this manifest exists.") from error
    return release


def build_manifest(
    system: AISystem, versions: Sequence[ModelVersion], parts: Mapping[str, Any]
) -> dict[str, Any]:
    unknown = sorted(set(parts) - set(MANIFEST_PARTS))
    if unknown:
        raise InvalidInput(
            "manifest_part", f"Unknown part '{unknown[0]}'. Known: {', '.join(MANIFEST_PARTS)}."
        )
    intended = Evidence.objects.of_record(system.pk).first()
    assert intended is not None  # a registered system has stated itself
    models = [
        {"model": str(v.model_id), "version": str(v.number), "digest": v.digest} for v in versions
    ]
    manifest = {
        "system": str(system.pk),
        "models": models,
        "preprocessing": parts.get("preprocessing", "none"),
        "decision": parts.get("decision", {}),
        "image": parts.get("image", ""),
        "limitations": parts.get("limitations", ""),
        "intendedUseRevision": intended.subjects[0],
    }
    try:
        canonical.dumps(manifest)
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            "manifest",
            f"The manifest holds text and maps of text; write numbers as strings. {error}",
        ) from error
    return manifest


def state_release(release: Release, *, by: Principal) -> None:
    fields = {
        **release.manifest,
        "number": str(release.number),
        "digest": release.digest,
        "createdAt": instant(release.created_at),
        "authors": sorted(str(person) for person in release.authors),
    }
    emit_record(
        "release",
        record_id=release.pk,
        state="made",
        fields=fields,
        scope=release.scope,
        by=by,
        subjects=[subject(str(release), release.digest)],
    )
