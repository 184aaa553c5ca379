"""An audit package of a long log: how large, how long to make, and what checking it costs.

    python -m bench.bench_package [--entries 100000]

Entries are those of a busy installation: each names an act, an object and two digests. Bar: 100,000 entries in at
most 60 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.installation import installation, sequencer

if TYPE_CHECKING:
    from packages.models import AuditPackage

CHUNK = 1000


def fill(cast: Any, entries: int) -> None:
    """So many entries in the organisation's own place."""
    from django.db import transaction  # noqa: PLC0415

    from governance.audit.actions import record  # noqa: PLC0415

    by, path = cast.by("owen"), cast.organisation.path
    for start in range(0, entries, CHUNK):
        with transaction.atomic():
            for number in range(start, min(start + CHUNK, entries)):
                digest = hashlib.sha256(b"%d" % number).hexdigest()
                record(
                    "bench.noted", by=by, object_type="thing", object_id=digest[:32], unit_path=path,
                    facts={"payload": digest, "kind": "bench"}, texts={"reason": f"Note {number}"},
                )  # fmt: skip
        cast.sequence()
    cast.sequencer.sign()


def make(cast: Any) -> tuple[AuditPackage, float]:
    from governance.work.runner import run  # noqa: PLC0415
    from packages.actions import request_package  # noqa: PLC0415
    from packages.models import AuditPackage  # noqa: PLC0415

    package = request_package(cast.organisation, None, by=cast.by("abel"))
    cast.sequence()
    cast.sequencer.sign()
    begin = time.process_time()
    assert package.job is not None
    assert run(package.job.pk) == "done"
    found = AuditPackage.objects.select_related("file").get(pk=package.pk)
    return found, time.process_time() - begin


def check(zip_path: Path, folder: Path) -> tuple[int, float, str]:
    """Exit status, CPU seconds and first line of the one file on the package."""
    import resource  # noqa: PLC0415

    from verifier.build import single_file  # noqa: PLC0415

    program = folder / "verify.py"
    program.write_bytes(single_file())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(zip_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return said.returncode, spent, said.stdout.splitlines()[0]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=100_000)
    entries = options.parse_args().entries
    with installation() as home, sequencer(home) as writer, tempfile.TemporaryDirectory() as folder:
        from governance.registry import store  # noqa: PLC0415
        from tests.cast import make_cast_with, register_places  # noqa: PLC0415

        cast = make_cast_with(writer)
        cast.system = register_places(cast)
        fill(cast, entries)
        package, seconds = make(cast)
        assert package.file is not None
        path = store.path_of(package.file.sha256)
        status, spent, line = check(path, Path(folder))
    print(
        f"log of {package.log_size:,} entries: {package.file.size / 1e6:.1f} MB zipped (bar: 60 MB for 100,000)"
    )
    print(
        f"made in {seconds:.1f} CPU s of the worker; checked in {spent:.1f} CPU s, exit {status}: {line}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
