"""Kinds of work, one noun a file. What computes is imported by the worker that does it."""

from __future__ import annotations

from monitoring.jobs import evaluate, labels, slots

__all__ = ["evaluate", "labels", "slots"]
