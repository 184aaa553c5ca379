"""One noun a file; ALL adds each command to the parser."""

from __future__ import annotations

from cli.commands import deployments, evaluation, gate, lineage, monitoring, registry, verify

ALL = (
    *registry.ALL,
    *deployments.ALL,
    *lineage.ALL,
    *evaluation.ALL,
    *gate.ALL,
    *monitoring.ALL,
    *verify.ALL,
)
