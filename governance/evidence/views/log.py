from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from governance.audit.canonical import loads
from governance.audit.models import Checkpoint, Leaf
from governance.audit.proofs import (
    Check,
    check_checkpoint,
    check_entry,
    check_inclusion,
    newest_checkpoint,
    proof_of,
    texts_of,
)
from governance.audit.queries import log_size
from governance.evidence.logbook import (
    READ,
    LogFilter,
    action_words,
    filtered_leaves,
    find_leaf,
    log_rows,
    public_key,
)
from governance.evidence.models import Evidence
from governance.evidence.naming import actors, things_named
from governance.identity.errors import Conflict, NotFound
from governance.identity.models import Account, Person
from governance.identity.pages import keyset_page
from governance.identity.principal import Principal
from governance.identity.sessions import SignedInRequest

CHECKPOINTS = 50
# Tabs of those who may not read the log.
FOR_ALL = ("evidence-list", "keys")


def tabs_of(current: str, principal: Principal) -> list[dict[str, Any]]:
    pages = [
        ("log", "Entries"),
        ("evidence-list", "Evidence"),
        ("checkpoints", "Checkpoints"),
        ("keys", "Keys"),
        ("anchors", "Anchors"),
    ]
    if principal.may_somewhere("package.make"):
        pages.append(("packages", "Packages"))
    if not principal.may_somewhere(READ):
        pages = [page for page in pages if page[0] in FOR_ALL]
    return [
        {"label": label, "url": reverse(name), "current": name == current} for name, label in pages
    ]


def log(request: SignedInRequest) -> HttpResponse:
    """What happened, newest first, found by action, object, person and day."""
    form = LogFilter(request.GET, principal=request.principal)
    form.is_valid()
    rows = filtered_leaves(request.principal, form.cleaned_data)
    page = keyset_page(rows, "index", request.GET.get("cursor", ""))
    context = {
        "filter": form,
        "page": page,
        "rows": log_rows(page.rows, request.principal),
        "size": log_size(),
        "tabs": tabs_of("log", request.principal),
    }
    return render(request, "evidence/log.html", context)


def log_entry(request: SignedInRequest, index: int) -> HttpResponse:
    """One entry: what it says, the words beside it, and its proof, checked as the page is made."""
    leaf = find_leaf(index, request.principal)
    body = loads(bytes(leaf.body))
    checkpoint = newest_checkpoint()
    context = {
        "leaf": leaf,
        "words": action_words(leaf),
        "body": json.dumps(body, indent=2, ensure_ascii=False),
        "facts": facts_of(body),
        "texts": texts_of(leaf),
        "thing": things_named([leaf.object_id], request.principal).get(leaf.object_id),
        "actor": actors([leaf.account_id]).get(leaf.account_id),
        "person": Person.objects.filter(pk=leaf.person_id).first(),
        "own_account": Account.objects.filter(pk=leaf.account_id).first(),
        "evidence": Evidence.objects.filter(entry_id=leaf.entry_id).first(),
        "checks": checks_of(leaf, checkpoint),
        "checkpoint": checkpoint,
        "is_covered": checkpoint is not None and leaf.index < checkpoint.size,
        "breadcrumbs": [("Audit log", reverse("log")), (f"Entry {leaf.index:,}", "")],
    }
    return render(request, "evidence/log_entry.html", context)


def facts_of(body: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        (name, ", ".join(value) if isinstance(value, list) else value)
        for name, value in body["facts"].items()
        if value is not None and value != ""
    ]


def checks_of(leaf: Leaf, checkpoint: Checkpoint | None) -> list[Check]:
    """What was verified just now."""
    key = public_key()
    if checkpoint is None or key is None:
        return [
            check_entry(leaf),
            Check(False, "No checkpoint was signed yet.", "Look again in 10 s."),
        ]
    return [
        check_entry(leaf),
        check_checkpoint(checkpoint, key),
        check_inclusion(leaf, checkpoint, key),
    ]


def log_proof(request: SignedInRequest, index: int) -> HttpResponse:
    """The entry's proof as a file (c2sp.org/tlog-proof) that any reader of that form can check."""
    leaf, checkpoint = find_leaf(index, request.principal), newest_checkpoint()
    proof = proof_of(leaf, checkpoint) if checkpoint else None
    if proof is None:
        raise Conflict("not_covered", "No signed checkpoint covers this entry yet. Try in 10 s.")
    response = HttpResponse(proof.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{index}.tlog-proof"'
    return response


def log_entry_bytes(request: SignedInRequest, index: int) -> HttpResponse:
    """The entry as a file, byte for byte as it was hashed."""
    leaf = find_leaf(index, request.principal)
    response = HttpResponse(bytes(leaf.body), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="entry-{index}.json"'
    return response


def log_checkpoint(request: SignedInRequest) -> HttpResponse:
    """The newest signed head as a file (c2sp.org/tlog-checkpoint). Raises NotFound while there is none."""
    newest = newest_checkpoint()
    if newest is None:
        raise NotFound("not_found", "No checkpoint was signed yet.")
    response = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{newest.size}.txt"'
    return response


def checkpoints(request: SignedInRequest) -> HttpResponse:
    """Signed heads of the log, each checked as the page is made."""
    key = public_key()
    rows = list(Checkpoint.objects.order_by("-id")[:CHECKPOINTS])
    context = {
        "key": key,
        "rows": [
            (row, check_checkpoint(row, key) if key else None, bytes(row.root).hex())
            for row in rows
        ],
        "newest": rows[0] if rows else None,
        "tabs": tabs_of("checkpoints", request.principal),
    }
    return render(request, "evidence/checkpoints.html", context)
