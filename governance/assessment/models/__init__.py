from __future__ import annotations

from governance.assessment.models.approvals import Approval, ApprovalRequest
from governance.assessment.models.criteria import Assignment, Baseline, Catalog
from governance.assessment.models.documents import Document, Tailoring
from governance.assessment.models.findings import CorrectiveAction, ExceptionGrant, Finding
from governance.assessment.models.results import Result, ResultChange

__all__ = [
    "Approval",
    "ApprovalRequest",
    "Assignment",
    "Baseline",
    "Catalog",
    "CorrectiveAction",
    "Document",
    "ExceptionGrant",
    "Finding",
    "Result",
    "ResultChange",
    "Tailoring",
]
