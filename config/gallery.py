"""The gallery of the design system: every component with sample data, for eyes and for tests.

Routed only where MUNIMENT_GALLERY=1, and in tests.
"""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django_htmx.http import HttpResponseStopPolling

from config.gallery_data import COMPONENTS, HOME, NAVIGATION, REQUIREMENT, SYSTEM

PAGES: dict[str, dict[str, object]] = {
    "components": COMPONENTS,
    "home": HOME,
    "system": SYSTEM,
    "requirement": REQUIREMENT,
    "forms": {},
    "errors": {},
    "empty": {},
    "sign-in": {},
}
SAMPLE_ACCOUNTS = [{"role": "Officer (demo)", "login": "officer", "password": "sample"}]
ERRORS = ("400", "403", "403_csrf", "404", "405", "429", "500")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="Name of the AI system", help_text="As people in the organisation call it."
    )
    purpose = forms.CharField(label="Purpose", widget=forms.Textarea)
    tier = forms.ChoiceField(
        label="Proposed tier",
        widget=forms.RadioSelect,
        choices=[("high", "High risk"), ("limited", "Limited risk"), ("minimal", "Minimal risk")],
        help_text="The compliance officer confirms or changes it.",
    )
    unit = forms.ChoiceField(label="Unit", choices=[("es", "Employment service"), ("hq", "Head office")])
    review_on = forms.DateField(
        label="Next review",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    document = forms.FileField(label="Document", required=False, help_text="PDF, at most 20 MB.")
    oversight = forms.BooleanField(label="A person can override each decision", required=False)


class SampleSignIn(forms.Form):
    """The two fields of the sign-in page."""

    username = forms.CharField(
        label="Sign-in name", widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SampleFilter(forms.Form):
    """A filter as a list page has it."""

    q = forms.CharField(label="Name", required=False)
    tier = forms.ChoiceField(
        label="Tier", required=False, choices=[("", "Any"), ("high", "High risk"), ("low", "Minimal")]
    )


class SampleDecision(forms.Form):
    """A decision with its mandatory reason."""

    outcome = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        choices=[
            ("approved", "Approve"),
            ("approved-with-conditions", "Approve with conditions"),
            ("returned", "Return to the author"),
            ("rejected", "Reject"),
        ],
    )
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you looked at and why this follows.",
    )


def navigation(current: str) -> list[dict[str, object]]:
    """The sample navigation with one entry marked as current."""
    return [entry | {"current": entry["label"] == current} for entry in NAVIGATION]


def shell(current: str) -> dict[str, object]:
    """What base.html reads, as a signed-in officer of the demonstration sees it."""
    return {
        "nav": navigation(current),
        "demo": True,
        "as_of": {"words": "now", "log_size": 1482, "url": "?day", "past": False},
        "account": {"name": "Officer (demo)", "role": "Compliance officer"},
        "notices": {"count": 3, "url": "#notices"},
    }


def gallery(request: HttpRequest, page: str = "components") -> HttpResponse:
    """One page of the gallery. An error template is `errors/<code>`."""
    if page.startswith("errors/") and page[7:] in ERRORS:
        return render(request, f"{page[7:]}.html", {"reference": "7f3a-91c2", "demo": True})
    if page not in PAGES:
        raise Http404(page)
    current = {"home": "Home", "requirement": "Requirements"}.get(page, "AI systems")
    bound = SampleForm({"name": "", "tier": "high"}) if page == "forms" else SampleForm()
    context = shell(current) | {
        "sample_form": SampleForm(),
        "sample_filter": SampleFilter(request.GET or None),
        "sample_decision": SampleDecision(),
        "wrong_form": bound,
        "errors": ERRORS,
        "pages": PAGES,
    }
    if page == "sign-in":
        context |= {"form": SampleSignIn(), "demo_accounts": SAMPLE_ACCOUNTS}
    template = "gallery.html" if page == "components" else f"gallery/{page}.html"
    return render(request, template, context | PAGES[page])


def gallery_job(request: HttpRequest) -> HttpResponse:
    """The fragment of a job that grows with each look and then stops the polling."""
    done = min(int(request.GET.get("done", "0")) + 15_000, 45_118)
    finished = done >= 45_118
    job = {
        "label": "Evaluation of release 2",
        "state": "done" if finished else "running",
        "done": done,
        "total": 45_118,
        "text": "rows scored",
    }
    context = {"job": job, "poll_url": f"{request.path}?done={done}"}
    answer = render(request, "ui/job_fragment.html", context)
    return HttpResponseStopPolling(answer.content) if finished else answer


urlpatterns = [
    path("", gallery, name="gallery"),
    path("job/", gallery_job, name="gallery-job"),
    path("<path:page>/", gallery, name="gallery-page"),
]
