"""Whoever hands in evidence cannot spoil a package: what the platform takes, the verifier takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cast import make_cast, register_places
from tests.evidence.hostile import HARMLESS, HOSTILE
from tests.evidence.pipelines import make_pipeline
from tests.packages.packing import Packed, make_package


def test_a_package_made_after_hostile_envelopes_holds(
    committed_db: str, connect_as: Any, settings: Any, tmp_path: Path
) -> None:
    # One folder of keys from the first statement on: a second key would need the first one's signature.
    settings.KEYS_DIR = tmp_path / "keys"
    cast = make_cast(connect_as, tmp_path / "keys")
    cast.system = register_places(cast)
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
