from __future__ import annotations

from tests.packages.packing import Packed


def test_what_is_in_a_package_fits_and_something_outside_vouches_for_it(packed: Packed) -> None:
    for package in (packed.system, packed.organisation):
        key = packed.manifest(package)["log"]["vkey"]
        inside = packed.verify(packed.file(package))
        assert inside.returncode == 3, inside.stdout + inside.stderr
        kept = str(packed.checkpoint(package))
        outside = packed.verify(packed.file(package), "--key", key, "--checkpoint", kept)
        assert outside.returncode == 0, outside.stdout + outside.stderr
        print(outside.stdout)
