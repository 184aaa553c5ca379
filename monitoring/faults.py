"""Errors of the engine that say something of this installation, nothing of a model or its data."""

from __future__ import annotations

INSTALLATION_FAULTS = frozenset(
    {
        "cancelled",
        "file_unreadable",
        "provider_not_used",
        "provider_unavailable",
        "provider_unknown",
    }
)
