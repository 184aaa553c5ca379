"""The form in which people write an evaluation plan: one criterion a line."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.registry.models import AISystem, DatasetVersion, Release
from monitoring.checks import CHECKS
from monitoring.forms import choose

JSON = dict[str, Any]

PARTS = ("check", "slice", "comparator", "threshold", "use", "minimumSample")
EXAMPLE = "roc_auc all >= 0.80 lower 1000"


class PlanForm(forms.Form):
    """What is measured, on which rows, and what must come out, approved before the run."""

    release = forms.ModelChoiceField(Release.objects.none(), label="About", empty_label=None)
    title = forms.CharField(label="Title", max_length=200)
    dataset = forms.ModelChoiceField(
        DatasetVersion.objects.none(), label="Rows", help_text="Their file must be here."
    )
    labels = forms.ModelChoiceField(
        DatasetVersion.objects.none(), label="Labels, where in a file of their own", required=False
    )
    criteria = forms.CharField(
        label="Criteria, one a line",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="Check, slice (all, or a protected attribute), comparator, threshold, what is "
        "judged (point, lower, upper), least cases, and the theme where a check has several: "
        f"{EXAMPLE}. Checks: {', '.join(CHECKS)}.",
    )
    rationale = forms.CharField(
        label="Why these", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )

    def __init__(self, *args: Any, system: AISystem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = DatasetVersion.objects.filter(unit=system.unit, artefact__isnull=False)
        choose(self, "release", Release.objects.filter(system=system))
        choose(self, "dataset", rows.filter(role="evaluation"))
        choose(self, "labels", rows.filter(role="labels"))

    def clean_criteria(self) -> list[JSON]:
        lines = [
            line.split() for line in self.cleaned_data["criteria"].splitlines() if line.strip()
        ]
        return [criterion(parts, place) for place, parts in enumerate(lines, 1)]


def criterion(parts: list[str], place: int) -> JSON:
    """A line as a criterion; what its words say is read by the plan's own checks."""
    if len(parts) not in {len(PARTS), len(PARTS) + 1}:
        raise forms.ValidationError(f"Line {place}: write {len(PARTS)} words, such as {EXAMPLE}.")
    check, slice_, least = CHECKS.get(parts[0]), parts[1], parts[5]
    if not least.isascii() or not least.isdigit() or len(least) > 10:
        raise forms.ValidationError(f"Line {place}: the least cases are a whole number.")
    theme = parts[6] if len(parts) > len(PARTS) else (check.themes[0] if check else "performance")
    return {
        **dict(zip(PARTS, parts, strict=False)),
        "minimumSample": int(least),
        "theme": theme,
        "id": f"{parts[0].replace('_', '-')}-{slice_}".lower()[:60],
    }
