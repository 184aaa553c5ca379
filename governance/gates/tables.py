"""Gate decisions under the filters of their page, and the same as CSV."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from governance.gates.models import GateDecision, Verdict
from governance.identity.directory import words_of_query
from governance.identity.principal import Principal
from governance.identity.tables import table
from governance.registry.choices import Environment


class DecisionFilter(forms.Form):
    q = forms.CharField(label="AI system", required=False, max_length=100)
    verdict = forms.ChoiceField(
        label="Verdict", required=False, choices=[("", "Any"), *Verdict.choices]
    )
    environment = forms.ChoiceField(
        label="Environment", required=False, choices=[("", "Any"), *Environment.choices]
    )


def filtered_decisions(principal: Principal, query: QueryDict) -> QuerySet[GateDecision]:
    rows = GateDecision.objects.visible_to(principal)
    form = DecisionFilter(query)
    form.is_valid()
    text = words_of_query(query)
    if text:
        rows = rows.filter(system__unit__name__icontains=text)
    for name in ("verdict", "environment"):
        if form.cleaned_data.get(name):
            rows = rows.filter(**{name: form.cleaned_data[name]})
    return rows.select_related("release__system__unit", "policy", "asked_by").order_by("-id")


def sentences(decision: GateDecision) -> list[str]:
    return [str(reason["text"]) for reason in decision.reasons if reason["effect"] != "ignore"]


@table(
    "gate-decisions",
    ("Decided", "decided_at"),
    ("AI system", "release.system.unit.name"),
    ("Release", "release.number"),
    ("Environment", "environment"),
    ("Verdict", "get_verdict_display"),
    ("Reasons", sentences),
    ("Asked by", "asked_by.name"),
    ("Policy", "policy_id"),
    ("Log size", "log_size"),
    ("Evidence", "evidence_id"),
)
def decisions_table(principal: Principal, query: QueryDict) -> QuerySet[GateDecision]:
    return filtered_decisions(principal, query)
