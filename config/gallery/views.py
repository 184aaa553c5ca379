"""The gallery of the design system: every component with sample data, for eyes and for tests.

Routed only where MUNIMENT_GALLERY=1, and in tests.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseStopPolling

from config.components.numbers import number
from config.gallery.forms import SampleDecision, SampleFilter, SampleForm, SampleSignIn
from config.gallery.samples import SAMPLES

PAGES = ("components", "home", "system", "requirement", "forms", "errors", "empty", "sign-in")
SAMPLE_ACCOUNTS = [{"role": "Officer (demo)", "login": "officer", "password": "sample"}]
ERRORS = ("400", "403", "403_csrf", "404", "405", "429", "500")


def navigation(current: str) -> list[dict[str, object]]:
    """The sample navigation with one entry marked as current."""
    return [entry | {"current": entry["label"] == current} for entry in SAMPLES["navigation"]]


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
    return render(request, template, context | SAMPLES.get(page, {}))


def gallery_job(request: HttpRequest) -> HttpResponse:
    """The fragment of a job that grows with each look and then stops the polling."""
    done = min(int(number(request.GET.get("done")) or 0) + 15_000, 45_118)
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
