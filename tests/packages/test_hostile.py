"""Whoever hands in evidence cannot spoil a package: what the platform takes, the verifier takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cast import Cast
from tests.evidence.hostile import HARMLESS, HOSTILE
from tests.evidence.pipelines import make_pipeline
from tests.packages.packing import Packed, make_package


def test_a_package_made_after_hostile_envelopes_holds(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.KEYS_DIR = cast.sequencer.home.folder
    p = make_pipeline(cast)
    made = [make(p) for make, *_ in HOSTILE.values()] + [make(p) for make in HARMLESS.values()]
    taken = [p.post(envelope).status_code for envelope in made].count(201)
    package = make_package(cast, cast.system.unit)
    packed = Packed(cast, package, package, tmp_path)
    key, kept = packed.manifest(package)["log"]["vkey"], packed.checkpoint(package)
    said = packed.verify(packed.file(package), "--key", key, "--checkpoint", str(kept))
    assert said.stdout.startswith("HOLDS."), said.stdout + said.stderr
    rows = packed.table(package, "evidence/register.csv")
    assert [row["key"] for row in rows].count(p.signer.keyid) == taken >= len(HARMLESS)
