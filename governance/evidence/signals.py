"""Sent inside the transaction of the change; a receiver inserts a Job row and does nothing else."""

from __future__ import annotations

from django.dispatch import Signal

# A statement was recorded: `evidence`.
recorded = Signal()
# A key was revoked: `entry_id` of the revocation, and the `units` where statements lose their weight.
revoked = Signal()
