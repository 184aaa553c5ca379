"""Sent inside the transaction that records a statement; a receiver inserts a Job row and does nothing else."""

from __future__ import annotations

from django.dispatch import Signal

recorded = Signal()
