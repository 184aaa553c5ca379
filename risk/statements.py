"""What a risk says of itself, signed: rules, gates and reports read this and never the table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from governance.assessment.actions.documents import midnight
from governance.evidence.actions import emit_record
from governance.evidence.models import Evidence
from governance.evidence.statement import decimal_text
from governance.identity.principal import Principal
from risk.indicators import Spec
from risk.models import Indicator, Risk


def state_risk(risk: Risk, *, by: Principal) -> Evidence:
    """The risk's next revision at its system. What is not known yet is null, so that rules see it missing.

    It speaks from its last review until the day of the next one; a review alone leaves the fields, and
    with them an acceptance of exactly these words, as they are.
    """
    return emit_record(
        "risk",
        record_id=risk.pk,
        state=risk.state,
        fields=fields_of(risk),
        scope=risk.system.scope,
        by=by,
        valid_from=risk.reviewed_at,
        valid_until=midnight(risk.review_on + timedelta(days=1)),
    )


def fields_of(risk: Risk) -> dict[str, Any]:
    return {
        "number": str(risk.number),
        "title": risk.title,
        "cause": risk.cause,
        "event": risk.event,
        "consequence": risk.consequence,
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "level": risk.level,
        "treatment": risk.treatment or None,
        "plan": risk.plan or None,
        "due": risk.due_on.isoformat() if risk.due_on else None,
        "residual": risk.residual,
        "residualLikelihood": risk.residual_likelihood,
        "residualImpact": risk.residual_impact,
        "owner": str(risk.owner_id),
        "requirements": list(risk.requirements),
        "indicators": [indicator_fields(one) for one in risk.indicators.all()],
    }


def indicator_fields(indicator: Indicator) -> dict[str, str]:
    return {
        "id": str(indicator.pk),
        "label": indicator.label,
        "check": indicator.series_check,
        "slice": indicator.slice,
        "direction": indicator.direction,
        "amber": decimal_text(indicator.amber),
        "red": decimal_text(indicator.red),
    }


def spec_of(indicator: Indicator) -> Spec:
    return Spec(
        indicator.series_check,
        indicator.slice,
        indicator.direction,
        indicator.amber,
        indicator.red,
    )
