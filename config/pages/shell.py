"""What every page shows around its content: navigation, who is signed in, the log the page was read from."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_resolver, reverse
from django.utils.functional import SimpleLazyObject

from governance.assessment.choices import FindingState, RequestState
from governance.assessment.models import ApprovalRequest, Finding
from governance.audit.closing import present_refusal
from governance.audit.queries import log_size
from governance.identity.choices import Role
from governance.identity.principal import Principal
from governance.registry.models import AISystem
from governance.work.models import Notification

# (label, URL name of its first page, prefixes of the paths that belong to it)
Entry = tuple[str, str, tuple[str, ...]]
ENTRIES: tuple[Entry, ...] = (
    ("Home", "home", ()),
    ("AI systems", "systems", ("/systems", "/releases", "/gate-decisions")),
    ("Requirements", "requirements", ("/requirements", "/documents")),
    ("Approvals", "approvals", ("/approvals",)),
    ("Monitoring", "monitoring", ("/monitoring", "/alerts")),
    ("Risks and findings", "risks", ("/risks", "/findings")),
    ("Lineage", "lineage", ("/lineage",)),
    ("Reports", "reports", ("/reports",)),
    ("Audit log", "log", ("/log", "/evidence", "/packages")),
    ("People and tokens", "people", ("/people", "/tokens", "/units", "/jobs")),
)
AFTER_A_LINE = {"log", "evidence-list"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    context: dict[str, Any] = {
        "demo": settings.DEMO,
        "refusal": SimpleLazyObject(present_refusal),
    }
    principal = cast(Any, request).principal if hasattr(request, "principal") else None
    if principal is None:
        return context
    return {
        **context,
        "nav": SimpleLazyObject(lambda: navigation(request, principal)),
        "as_of": SimpleLazyObject(lambda: {"words": "now", "log_size": log_size()}),
        "account": {"name": principal.name, "role": role_words(principal)},
        "notices": SimpleLazyObject(lambda: unread(principal)),
        "principal": principal,
    }


def role_words(principal: Principal) -> str:
    labels = [label for value, label in Role.choices if value in principal.roles]
    return ", ".join(labels) or "no role"


def unread(principal: Principal) -> dict[str, Any]:
    waiting = Notification.objects.filter(person_id=principal.person_id, read_at=None)
    return {"count": waiting.count(), "url": reverse("notices")}


def navigation(request: HttpRequest, principal: Principal) -> list[dict[str, Any]]:
    numbers = counts(principal)
    return [
        {
            "label": label,
            "url": reverse(name),
            "count": numbers.get(name),
            "current": is_current(section_of(request.path), reverse(name), prefixes),
            "divider": name in AFTER_A_LINE,
        }
        for label, name, prefixes in (own_entry(entry, principal) for entry in ENTRIES)
        if name in get_resolver().reverse_dict
    ]


def own_entry(entry: Entry, principal: Principal) -> Entry:
    """The entry as this person can use it: who may not read the log still sees evidence."""
    if entry[1] == "log" and not principal.may_somewhere("log.read"):
        return "Evidence", "evidence-list", entry[2]
    return entry


def section_of(path: str) -> str:
    """The path by which its entry is found: a requirement at a unit belongs to the requirements, words to the people."""
    if path == "/log/words":
        return "/people"
    return "/requirements" if path.startswith("/units/") and "/requirements/" in path else path


def is_current(path: str, own: str, prefixes: tuple[str, ...]) -> bool:
    return path == own or any(path.startswith(prefix) for prefix in prefixes)


def counts(principal: Principal) -> dict[str, int]:
    requests = ApprovalRequest.objects.visible_to(principal).filter(state=RequestState.OPEN)
    findings = Finding.objects.visible_to(principal).exclude(state=FindingState.CLOSED)
    return {
        "systems": AISystem.objects.visible_to(principal).count(),
        "approvals": requests.filter(role__in=principal.roles)
        .exclude(barred__contains=[principal.person_id])
        .count(),
        "risks": findings.count(),
    }
