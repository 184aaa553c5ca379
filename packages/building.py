"""Making a package: read the log at one instant, write every part, sign the manifest, keep the zip, log its digest."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.audit.actions import instant, record
from governance.audit.proofs import log_key
from governance.evidence import dsse
from governance.evidence.keys import installation_signer
from governance.identity.principal import Principal
from governance.registry import store
from governance.work.actions import notify
from governance.work.kinds import WorkFailed
from governance.work.runner import Run
from packages.archive import Archive, chunks
from packages.case import Case, case_of
from packages.models import AuditPackage
from packages.parts import access, evidence, keys, log, papers, readme, registers, results
from reports.choices import ReportState
from reports.content.snapshot import take
from verifier.build import engine_digest, single_file

logger = logging.getLogger(__name__)
FORMAT = "urn:muniment:package:v1"
MANIFEST_TYPE = "application/vnd.muniment.manifest+json"
LARGEST = 2 * 2**30
STEPS = 6


@dataclass(frozen=True)
class Built:
    """A package before anybody sees it: its file, the digest of its manifest, and what the manifest says."""

    path: Path
    manifest_sha256: str
    manifest: dict[str, Any]


def build(package: AuditPackage, folder: Path, run: Run) -> Built:
    """Write the zip into `folder`. Raises TryLater, WorkFailed or LeaseLost; nothing is kept then.

    What stands in the log below its size never changes, so that no lock is held however long this takes.
    """
    run.progress("Waiting for a signed checkpoint", 0, STEPS)
    path = folder / package.filename
    snapshot = take(package.entry_id, package.effective_at, package.period_from)
    case = case_of(package.unit, snapshot)
    archive = Archive(path)
    manifest = write_parts(package, archive, case, run)
    return Built(path, hashlib.sha256(archive.close(manifest, sign)).hexdigest(), manifest)


def write_parts(package: AuditPackage, archive: Archive, case: Case, run: Run) -> dict[str, Any]:
    run.progress(f"Writing {case.size:,} entries of the log", 1, STEPS)
    entries = log.write(archive, case)
    run.progress("Writing the signed statements", 2, STEPS)
    statements = evidence.write(archive, case)
    keys.write(archive, case)
    judged = results.write(archive, case, lambda words: run.progress(words, 3, STEPS))
    run.progress("Writing tables and files", 4, STEPS)
    registers.write(archive, case)
    archive.add_table("changes.csv", log.CHANGES, log.changes(case))
    archive.add_table("access-start.csv", access.TITLES, access.access_at(case, case.since))
    archive.add_table("access-end.csv", access.TITLES, access.access_at(case, case.until))
    papers.write(archive, case)
    archive.add_table("people.csv", ("id", "name"), case.names.rows())
    manifest = manifest_of(package, case) | {
        "entries": entries,
        "statements": statements,
        "results": judged,
    }
    archive.add("verify.py", [single_file()])
    archive.add("README.txt", [readme.text_of(manifest, package.filename)])
    return manifest


def manifest_of(package: AuditPackage, case: Case) -> dict[str, Any]:
    key = log_key(Path(settings.KEYS_DIR))
    if key is None:
        raise WorkFailed("The log has no key yet: start the sequencer.")
    unit = package.unit
    return {
        "format": FORMAT,
        "id": str(package.pk),
        "madeAt": instant(timezone.now()),
        "version": settings.VERSION,
        "scope": {
            "type": unit.kind,
            "id": str(unit.pk),
            "path": unit.path_ids,
            "name": unit.name,
        },
        "period": {"from": instant(case.since), "to": instant(case.until)},
        "effectiveAt": instant(case.until),
        "log": {
            "origin": case.snapshot.origin,
            "vkey": key.first,
            "size": case.size,
            "root": case.snapshot.root,
        },
        "engine": engine_digest(),
        "seed": case.snapshot.root,
    }


def sign(manifest: bytes) -> bytes:
    envelope = dsse.sign(manifest, installation_signer(), payload_type=MANIFEST_TYPE)
    return dsse.write_envelope(envelope)


def make(package: AuditPackage, run: Run) -> AuditPackage:
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        built = build(package, Path(folder), run)
        run.progress("Keeping the package", 5, STEPS)
        file = store.put(chunks(built.path), LARGEST)
    with transaction.atomic():
        run.assert_held()
        package.state, package.ready_at = ReportState.READY, timezone.now()
        package.file, package.manifest_sha256 = file, built.manifest_sha256
        package.log_size = built.manifest["log"]["size"]
        package.root = built.manifest["log"]["root"]
        package.counts = {
            name: built.manifest[name] for name in ("entries", "statements", "results")
        }
        package.made_entry_id = record_made(package, run.principal)
        package.save()
        notify(
            package.asked_by,
            "package_ready",
            f"Audit package ready: {package.unit}",
            package.get_absolute_url(),
            f"{package.counts['statements']} statements, log size {package.log_size}.",
        )
    return package


def record_made(package: AuditPackage, by: Principal) -> Any:
    assert package.file is not None  # it was just kept
    return record(
        "packages.package_made",
        by=by,
        object_type="package",
        object_id=package.pk,
        unit_path=package.unit.path,
        facts={
            "sha256": package.file.sha256,
            "manifest": package.manifest_sha256,
            "logSize": package.log_size,
            "root": package.root,
        },
    )


def fail(package: AuditPackage, reason: str, by: Principal) -> None:
    """Say why there is no package; who asked is told."""
    with transaction.atomic():
        open_ = AuditPackage.objects.filter(pk=package.pk).exclude(state=ReportState.READY)
        if open_.update(state=ReportState.FAILED, reason=reason[:1000]) != 1:
            return
        record(
            "packages.package_failed",
            by=by,
            object_type="package",
            object_id=package.pk,
            unit_path=package.unit.path,
            texts={"reason": reason[:1000]},
        )
        title = f"No audit package: {package.unit}"
        notify(package.asked_by, "package_failed", title, package.get_absolute_url(), reason[:1000])
