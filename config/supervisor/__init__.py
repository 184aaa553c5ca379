"""One process that runs all the others: `manage.py up`. Pure Python, no Django."""

from __future__ import annotations

from config.supervisor.service import Service
from config.supervisor.supervisor import Supervisor

__all__ = ["Service", "Supervisor"]
