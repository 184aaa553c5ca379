"""What is signed, on the page of the question: of an exception, its control, last day and figures."""

from __future__ import annotations

from typing import Any

from governance.assessment.models import ApprovalRequest, ExceptionGrant
from governance.assessment.naming import with_names
from governance.assessment.posture import Row, posture
from governance.assessment.subjects import question_card
from governance.identity.principal import Principal


@question_card("exception", "assessment/question_exception.html")
def exception_card(asked: ApprovalRequest, principal: Principal) -> dict[str, Any]:
    related = ("release__system__unit", "requested_by")
    grant = ExceptionGrant.objects.select_related(*related).get(pk=asked.subject_id)
    rows = posture(grant.release.system, grant.release_id)
    named = [row for row in rows if row.requirement in grant.requirements]
    return {"grant": grant, "rows": [{"row": row, "failing": figures(row)} for row in named]}


def figures(row: Row) -> list[str]:
    return failing(with_names(row.body)["why"]) if row.body else []


def failing(node: dict[str, Any]) -> list[str]:
    """Sentences of the elements that fail, each once."""
    below = node.get("elements") or []
    if below:
        found = [one for part in below for one in failing(part)]
        return list(dict.fromkeys(found))
    return [node["sentence"]] if node.get("state") == "fails" else []
