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

# Tables whose rows may change without an entry in the log, and why. Every other table is guarded by the database:
# a transaction that changes it and writes no entry is refused at its commit (config/entry_guard.py).
UNAUDITED: dict[str, str] = {
    "audit_outbox": "the log itself",
    "audit_leaf": "the log itself",
    "audit_tile": "the log itself",
    "audit_checkpoint": "the log itself",
    "audit_entry_text": "words of the log's entries",
    "audit_anchor": "receipts: an entry for each would never let the log rest",
    "identity_signintries": "counts wrong passwords",
    "work_job": "work under way; what it does leaves entries",
    "work_schedule": "when the next slot is due",
    "work_scheduleslot": "which slots were begun",
    "work_idempotencykey": "answers to repeat",
    "work_notification": "mail about what the log says already",
    "registry_artefact": "bytes by digest; what names them leaves an entry",
    "assessment_result": "a cache of the rules' answers",
    "assessment_resultchange": "a cache of the rules' answers",
    "lineage_projectionmark": "projection of raw events, whose arrival leaves an entry",
    "lineage_lineagejob": "projection of raw events",
    "lineage_runattempt": "projection of raw events",
    "lineage_dataversion": "projection of raw events",
    "lineage_datause": "projection of raw events",
    "lineage_dataalias": "projection of raw events",
    "lineage_contradiction": "projection of raw events",
    "monitoring_monitorrun": "a slot under way; what came of it is a signed record",
    "reports_chart": "pictures by digest",
    "django_session": "who is signed in; signing in leaves an entry",
    "django_migrations": "changed by the owner alone",
    "django_content_type": "changed by the owner alone",
    "auth_permission": "not used",
    "auth_group": "not used",
    "auth_group_permissions": "not used",
}

# How far a worker has come, and when somebody was last here: changed without an entry by themselves.
UNAUDITED_COLUMNS: dict[str, tuple[str, ...]] = {
    "reports_report": ("state", "reason", "job_id"),
    "packages_auditpackage": ("state", "reason", "job_id"),
    "monitoring_evaluationrun": ("state", "started_at"),
    "monitoring_batch": ("state", "scores"),
    # Which scores of the reference are kept, and what an indicator read last: both follow from the log.
    "monitoring_monitor": ("reference_scores",),
    "risk_indicator": ("signal", "value", "reason", "evidence_id", "observed_to", "since"),
    "identity_account": ("last_login",),
}
