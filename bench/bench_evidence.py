"""How fast signatures are checked, rows are held against the log, and evidence from elsewhere is taken in.

    python -m bench.bench_evidence

Runs on embedded servers of its own in a temporary folder. Prints one line for each figure.
"""

# ruff: noqa: PLC0415 (Django is set up first)
from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.installation import installation, sequencer

SUBMISSIONS = 100
STATEMENTS = 1000


def rate(act: Callable[[], object], seconds: float = 1.0) -> float:
    """How often a second, best of three."""
    best = 0.0
    for _ in range(3):
        number, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds / 3:
            act()
            number += 1
        best = max(best, number / (time.perf_counter() - started))
    return best


def seconds_of(act: Callable[[], object]) -> float:
    """Best of five."""
    found = []
    for _ in range(5):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return min(found)


def signatures() -> None:
    from governance.audit import canonical
    from governance.evidence import dsse
    from governance.evidence.checked import hashes_to
    from tests.evidence import samples
    from tests.evidence.pipelines import signer

    key, made = signer(1), samples.measurement()
    payload, digest = canonical.dumps(made), canonical.digest(made)
    envelope, keys = dsse.sign(payload, key), {key.keyid: key.public_bytes}
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    print(f"payload of {len(payload)} bytes")
    print(f"envelopes verified     {rate(lambda: dsse.verify(envelope, keys)):>9,.0f} per s")
    print(f"canonical digest       {rate(lambda: canonical.digest(made)):>9,.0f} per s")
    print(f"row against its digest {rate(lambda: hashes_to(made, digest)):>9,.0f} per s")


def reading(cast: Any, pipeline: Any) -> None:
    """Statements of one system read for judgement, and the same without holding them against the log."""
    from django.db import transaction

    from governance.assessment import rules
    from governance.audit.ids import new_id
    from governance.audit.queries import log_size
    from governance.evidence.actions import emit_record
    from governance.evidence.models import Evidence

    with transaction.atomic():
        for number in range(STATEMENTS):
            emit_record(
                "document",
                record_id=new_id(),
                state="in-force",
                fields={"title": f"Document {number}", "text": "words " * 60},
                scope=pipeline.release.scope,
                by=cast.by("owen"),
            )
    cast.sequence()
    size = log_size()
    rows = Evidence.objects.filter(unit=cast.system.unit)
    names = ("log_index", "payload_sha256", "statement")
    bare = seconds_of(lambda: list(rows.in_log_up_to(size).values_list(*names)))
    held = seconds_of(lambda: rows.indexed(size))
    found = rows.indexed(size)
    laid = seconds_of(lambda: rules.read_log(found, size))
    print(
        f"{len(found)} statements: read {bare * 1000:.0f} ms, read and checked {held * 1000:.0f} ms, "
        f"laid out by the rules {laid * 1000:.0f} ms"
    )


def submissions(pipeline: Any) -> None:
    envelopes = [pipeline.sign(pipeline.measurement()) for _ in range(SUBMISSIONS)]
    started = time.perf_counter()
    for envelope in envelopes:
        answer = pipeline.post(json.dumps(envelope))
        assert answer.status_code == 201, answer.content
    spent = time.perf_counter() - started
    print(f"submissions            {SUBMISSIONS / spent:>9,.0f} per s (one client, in process)")


def main() -> None:
    with installation() as home, sequencer(home) as sequenced:
        from django.conf import settings

        from tests.cast import make_cast_with, register_places
        from tests.evidence.pipelines import make_pipeline

        settings.ALLOWED_HOSTS = ["*"]
        signatures()
        cast = make_cast_with(sequenced)
        cast.system = register_places(cast)
        pipeline = make_pipeline(cast)
        submissions(pipeline)
        reading(cast, pipeline)


if __name__ == "__main__":
    main()
