"""What pages show of evaluations: each figure against what the plan asks, with its groups and evidence."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from governance.assessment.rules.decimals import COMPARATORS, FIELD_OF_USE, WORDS, decimal_or_none
from governance.evidence.models import Evidence
from monitoring.checks import CHECKS
from monitoring.models import EvaluationPlan, EvaluationRun

JSON = dict[str, Any]

DIGITS = 4


def criteria_under(run: EvaluationRun) -> list[JSON]:
    """The criteria of the text the run was started under, from the signed record of that text."""
    if run.plan_id is None:
        return []
    stated = Evidence.objects.of_record(run.plan_id).get(revision=run.plan_revision)
    return list(stated.fields["criteria"])


def figures(run: EvaluationRun) -> list[JSON]:
    """A row a figure, in the order of the checks; `asked` is the criterion it is held against."""
    asked = {(one["check"], one["slice"]): one for one in criteria_under(run)}
    return [figure(one, asked.get((one["check"], one["slice"]))) for one in run.results]


def judged_results(run: EvaluationRun) -> list[JSON]:
    """The results as they are kept, each with the criterion in words and how it stands against it."""
    shown = zip(run.results, figures(run), strict=True)
    return [{**one, "asked": row["asked_words"], "verdict": row["words"]} for one, row in shown]


def figure(one: JSON, asked: JSON | None) -> JSON:
    check = CHECKS[one["check"]]
    by = f" by {one['slice']}" if check.by_attribute else ""
    tone, words = verdict(one["value"], asked)
    return {
        **one,
        "label": f"{check.label}{by}",
        "theme": asked["theme"] if asked else check.themes[0],
        "asked": asked,
        "asked_words": criterion_words(asked) if asked else "",
        "tone": tone,
        "words": words,
        "drawn": drawn(one["value"], asked) if one["value"] else None,
    }


def drawn(value: JSON, asked: JSON | None) -> JSON:
    """Value and limits with few digits, as many as it takes to stay on the same side of the threshold."""
    bound = decimal_or_none(asked["threshold"]) if asked else None
    return {
        name: None if value[name] is None else rounded(value[name], bound)
        for name in ("value", "lower", "upper")
    }


def rounded(text: str, bound: Decimal | None) -> str:
    exact = Decimal(text)
    short = Context(prec=DIGITS).plus(exact)
    if bound is not None and (short < bound, short > bound) != (exact < bound, exact > bound):
        return text
    return format(short, "f")


def verdict(value: JSON | None, asked: JSON | None) -> tuple[str, str]:
    """How the figure stands against its criterion, judged as the rules judge it."""
    if value is None:
        return "bad", "invalid"
    if asked is None:
        return "none", "not asked"
    if value["n"] < asked["minimumSample"]:
        return "warn", "too few cases"
    judged = decimal_or_none(value[FIELD_OF_USE[asked["use"]]])
    bound = decimal_or_none(asked["threshold"])
    if judged is None or bound is None:
        return "warn", "cannot be judged"
    passes = COMPARATORS[asked["comparator"]](judged, bound)
    return ("good", "holds") if passes else ("bad", "does not hold")


def criterion_words(asked: JSON) -> str:
    judged = "" if asked["use"] == "point" else f", by its {asked['use']} bound"
    return f"{WORDS[asked['comparator']]} {asked['threshold']}{judged}"


def criteria_rows(plan: EvaluationPlan) -> list[JSON]:
    rows = []
    for one in plan.criteria:
        check = CHECKS[one["check"]]
        by = f" by {one['slice']}" if check.by_attribute else ""
        rows.append({**one, "label": f"{check.label}{by}", "words": criterion_words(one)})
    return rows
