"""Which database role may do what to which table.

A table not named here: the app may select, insert, update and delete; the sequencer nothing.
A table named here: exactly what stands here, for the roles that stand here.
"""

from __future__ import annotations

from typing import Literal

Privilege = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]
GrantedRole = Literal["app", "sequencer"]

APPEND: dict[GrantedRole, tuple[Privilege, ...]] = {"app": ("SELECT", "INSERT")}

TABLE_GRANTS: dict[str, dict[GrantedRole, tuple[Privilege, ...]]] = {
    "audit_outbox": {"app": ("SELECT", "INSERT"), "sequencer": ("SELECT", "UPDATE", "DELETE")},
    "audit_leaf": {"app": ("SELECT",), "sequencer": ("SELECT", "INSERT")},
    "audit_tile": {"app": ("SELECT",), "sequencer": ("SELECT", "INSERT", "UPDATE")},
    "audit_checkpoint": {"app": ("SELECT",), "sequencer": ("SELECT", "INSERT")},
    # Words are deleted only after a row of audit_erasure: a trigger looks.
    "audit_entry_text": {"app": ("SELECT", "INSERT", "DELETE")},
    "audit_anchor": APPEND,
    "audit_legal_hold": APPEND,
    "audit_erasure": APPEND,
    "evidence_evidence": APPEND,
    "evidence_signingkey": APPEND,
    "evidence_keyrevocation": APPEND,
    "assessment_approval": APPEND,
    "gates_gatedecision": APPEND,
    "lineage_rawevent": APPEND,
}
