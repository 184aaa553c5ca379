"""Assessment's lists under the filters of their pages, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.assessment.choices import DocumentState, FindingState, Severity
from governance.assessment.criteria import current_entries, outcomes
from governance.assessment.models import (
    Approval,
    ApprovalRequest,
    CorrectiveAction,
    Document,
    ExceptionGrant,
    Finding,
    Result,
)
from governance.assessment.posture import Row, posture
from governance.identity.directory import words_of_query
from governance.identity.principal import Principal
from governance.identity.tables import table
from governance.registry.exports import of_system, system_id
from governance.registry.finders import find_system


class FindingFilter(forms.Form):
    q = forms.CharField(label="Title, system or requirement", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("", "Not closed"),
            (FindingState.OPEN, "Open, or action planned"),
            *FindingState.choices[1:],
            ("all", "All"),
        ],
    )
    severity = forms.ChoiceField(
        label="Severity", required=False, choices=[("", "Any"), *Severity.choices]
    )


class DocumentFilter(forms.Form):
    q = forms.CharField(label="Title or topic", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), *DocumentState.choices]
    )


def filtered_findings(principal: Principal, query: QueryDict) -> QuerySet[Finding]:
    seen = Finding.objects.visible_to(principal).select_related("system__unit", "owner")
    seen = seen.prefetch_related("actions")
    rows = of_system(query, seen, "system")
    form = FindingFilter(query)
    form.is_valid()
    data, text = form.cleaned_data, words_of_query(query)
    state = data.get("state", "")
    if text:
        named = Q(title__icontains=text) | Q(system__unit__name__icontains=text)
        rows = rows.filter(named | Q(requirement__icontains=text))
    if state in FindingState.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.exclude(state=FindingState.CLOSED)
    if data.get("severity"):
        rows = rows.filter(severity=data["severity"])
    return rows.order_by("-id")


def filtered_documents(principal: Principal, query: QueryDict) -> QuerySet[Document]:
    rows = Document.objects.visible_to(principal).select_related("unit", "author")
    form = DocumentFilter(query)
    form.is_valid()
    text = words_of_query(query)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(topic__icontains=text))
    if form.cleaned_data.get("state"):
        rows = rows.filter(state=form.cleaned_data["state"])
    return rows.order_by("unit__path", "topic", "-id")


def today() -> date:
    return timezone.now().date()


def age_days(row: Any) -> int:
    return int((timezone.now() - row.created_at).days)


def days_left(row: Any) -> int:
    """Days until something is due; negative once it is overdue."""
    return int((row.due_on - today()).days)


def validity_of(document: Document) -> tuple[str, str]:
    """Tone and words: its state, and where it is approved whether it is in force today."""
    state = DocumentState(document.state)
    if state != DocumentState.IN_FORCE:
        return state.tone, str(state.label).lower()
    if document.valid_until < today():
        return "bad", "expired"
    if document.valid_from > today():
        return "wait", "not yet in force"
    return state.tone, str(state.label).lower()


@table(
    "findings",
    ("Number", "number"),
    ("Title", "title"),
    ("AI system", "system.unit.name"),
    ("Requirement", "requirement"),
    ("Severity", "severity"),
    ("State", "standing.label"),
    ("Owner", "owner.name"),
    ("Due", "due_on"),
    ("Age in days", age_days),
    ("Raised", "created_at"),
    ("Closed", "closed_at"),
    ("Criterion", "criterion"),
    ("Condition", "condition"),
    ("Cause", "cause"),
    ("Effect", "effect"),
)
def findings_table(principal: Principal, query: QueryDict) -> QuerySet[Finding]:
    return filtered_findings(principal, query)


@table(
    "actions",
    ("Finding", "finding.title"),
    ("AI system", "finding.system.unit.name"),
    ("Action", "title"),
    ("Owner", "owner.name"),
    ("Due", "due_on"),
    ("State", "get_state_display"),
    ("Overdue", "is_overdue"),
    ("Done", "done_at"),
)
def actions_table(principal: Principal, query: QueryDict) -> QuerySet[CorrectiveAction]:
    findings = Finding.objects.visible_to(principal)
    rows = of_system(
        query, CorrectiveAction.objects.filter(finding__in=findings), "finding__system"
    )
    return rows.select_related("finding__system__unit", "owner").order_by("due_on", "id")


@table(
    "exceptions",
    ("Number", str),
    ("AI system", "system.unit.name"),
    ("Release", "release.number"),
    ("Requirements", "requirements"),
    ("State", "get_state_display"),
    ("Until", "expires_on"),
    ("Days left", "days_left"),
    ("Age in days", "age_days"),
    ("Asked by", "requested_by.name"),
    ("Reason", "reason"),
    ("Compensating control", "compensating_control"),
)
def exceptions_table(principal: Principal, query: QueryDict) -> QuerySet[ExceptionGrant]:
    rows = of_system(query, ExceptionGrant.objects.visible_to(principal), "system")
    return rows.select_related("system__unit", "release", "requested_by")


@table(
    "documents",
    ("Title", "title"),
    ("Topic", "topic"),
    ("At", "unit.name"),
    ("State", lambda document: validity_of(document)[1]),
    ("From", "valid_from"),
    ("Until", "valid_until"),
    ("File", "filename"),
    ("Sha256", "artefact_id"),
    ("Author", "author.name"),
)
def documents_table(principal: Principal, query: QueryDict) -> QuerySet[Document]:
    return filtered_documents(principal, query)


@table(
    "approvals",
    ("Question", "request.title"),
    ("Purpose", "request.purpose"),
    ("Digest", "request.subject_digest"),
    ("Decision", "get_outcome_display"),
    ("Conditions", "conditions"),
    ("By", "person.name"),
    ("When", "decided_at"),
    ("Reason", "reason"),
)
def approvals_table(principal: Principal, query: QueryDict) -> QuerySet[Approval]:
    asked = ApprovalRequest.objects.visible_to(principal)
    return Approval.objects.filter(request__in=asked).select_related("request", "person")


@table(
    "results",
    ("Requirement", "requirement"),
    ("At", "unit.name"),
    ("Target", "target_type"),
    ("Target id", "target_id"),
    ("Applicability", "applicability"),
    ("Determination", "determination"),
    ("Reason", "reason"),
    ("In words", "words"),
    ("Since", "since"),
    ("Log size", "log_size"),
)
def results_table(principal: Principal, query: QueryDict) -> QuerySet[Result]:
    rows = Result.objects.visible_to(principal).select_related("unit")
    if query.get("requirement"):
        rows = rows.filter(requirement=query["requirement"][:40])
    return rows.order_by("unit__path", "requirement")


@table(
    "requirements",
    ("Requirement", "requirement"),
    ("Title", "title"),
    ("Answered by", "scope"),
    ("Result", "words"),
    ("State", "state"),
    ("Inherited from", "provider.name"),
    ("Owner", "owner.name"),
    ("Due", "due_on"),
)
def requirements_table(principal: Principal, query: QueryDict) -> list[Row]:
    """Requirements of the system named by `system`, its id; of one state where `state` names one."""
    rows = posture(find_system(system_id(query), principal))
    state = query.get("state", "")
    return [row for row in rows if not state or row.state == state]


@table(
    "outcomes",
    ("Outcome", lambda entry: entry["id"]),
    ("Title", lambda entry: outcomes()[entry["id"]]["title"]),
    ("Answered by", lambda entry: entry["scope"]),
    ("Fresh for days", lambda entry: entry["fresh_days"]),
    ("What fills it", lambda entry: entry["fills"]),
)
def outcomes_table(principal: Principal, query: QueryDict) -> Iterable[dict[str, Any]]:
    return current_entries().values()
