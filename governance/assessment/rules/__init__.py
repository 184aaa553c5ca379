"""Rules: what holds of an AI system, as a pure function of signed statements.

Standard library only, Python 3.9 syntax, relative imports only: an auditor's offline verifier
carries this folder.
"""

from __future__ import annotations

from .approvals import APPROVED
from .badges import badge
from .evaluation import evaluate, inherit
from .grammar import RuleError, parse_entry, parse_rule
from .instants import InstantError
from .log import Indexed, Log, StatementError, read_log
from .targets import TargetError, target_from

__all__ = [
    "APPROVED",
    "Indexed",
    "InstantError",
    "Log",
    "RuleError",
    "StatementError",
    "TargetError",
    "badge",
    "evaluate",
    "inherit",
    "parse_entry",
    "parse_rule",
    "read_log",
    "target_from",
]
