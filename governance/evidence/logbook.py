"""The audit log as people search it: what, who, about what, when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict

from governance.audit.canonical import loads
from governance.audit.models import EntryText, Leaf
from governance.audit.proofs import LogKey, log_key
from governance.audit.querysets import within
from governance.evidence.keyring import REVOKED_ACTION
from governance.evidence.naming import actors, things_named
from governance.identity.day_field import DayField
from governance.identity.directory import people_seen
from governance.identity.errors import NotFound
from governance.identity.models import Person
from governance.identity.policy import ACTIONS
from governance.identity.principal import Principal
from governance.identity.refusals import ACT, EVIDENCE
from governance.identity.tables import table

READ = "log.read"
SHORT_ID = re.compile(r"EV-[0-9a-fA-F]{8}\Z")
ROOT_SLASHES = 2


class LogFilter(forms.Form):
    """Filters of the log. Everything is optional; what cannot be read is named beside its field."""

    action = forms.CharField(label="Action", required=False, max_length=60)
    object = forms.CharField(label="Object: type, id or entry", required=False, max_length=80)
    person = forms.ChoiceField(label="Person", required=False)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_seen(principal).values_list("pk", "name")
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anybody"), *((str(pk), name) for pk, name in people)]


def public_key() -> LogKey | None:
    return log_key(settings.KEYS_DIR)


def leaves_seen(principal: Principal) -> QuerySet[Leaf]:
    """Entries where the person may read the log; those of the installation itself for a whole organisation."""
    paths = principal.paths_for(READ)
    condition = within(paths, "unit_path")
    if any(path.count("/") == ROOT_SLASHES for path in paths):
        condition |= Q(unit_path="/")
    return Leaf.objects.filter(condition)


def filtered_leaves(principal: Principal, data: dict[str, Any]) -> QuerySet[Leaf]:
    rows = leaves_seen(principal)
    if data.get("action"):
        for word in data["action"].split():
            rows = rows.filter(Q(action__icontains=word) | Q(object_type__icontains=word))
    if data.get("object"):
        rows = rows.filter(about(data["object"]))
    if data.get("person"):
        rows = rows.filter(person_id=UUID(data["person"]))
    if data.get("since"):
        rows = rows.filter(at__gte=midnight(data["since"]))
    if data.get("until"):
        rows = rows.filter(at__lt=midnight(data["until"] + timedelta(days=1)))
    return rows


def about(words: str) -> Q:
    """Entries about an object of this type or id; a short id (EV-1a2b3c4d) or an entry's number will do."""
    found = Q(object_type=words) | Q(object_id=words)
    if SHORT_ID.match(words):
        found |= Q(object_id__iendswith=words[3:])
    if words.isascii() and words.isdigit() and len(words) <= 18:
        found |= Q(index=int(words))
    return found


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def find_leaf(index: int, principal: Principal) -> Leaf:
    found = leaves_seen(principal).filter(index=index).first()
    if found is None:
        raise NotFound("not_found", f"The log has no entry {index} that you can see.")
    return found


def action_words(leaf: Leaf) -> str:
    """What was done, for people: 'role granted'; of a statement which: 'measurement recorded'; of a refusal what was tried or why."""
    words = leaf.action.split(".", 1)[-1].replace("_", " ")
    facts = loads(bytes(leaf.body))["facts"]
    if leaf.action == EVIDENCE:
        return f"evidence refused: {facts.get('code')}"
    if leaf.action == REVOKED_ACTION:
        return f"key revoked: {facts.get('why')}"
    if leaf.action == ACT:
        tried = ACTIONS.get(str(facts.get("act")))
        return f"{tried.sentence if tried else leaf.object_id}: {words}"
    if leaf.action != "evidence.recorded":
        return words
    kind = str(facts.get("kind") or "")
    named = kind if leaf.object_type == "record" and kind else leaf.object_type
    return f"{named.replace('-', ' ')} {words}"


def log_rows(leaves: list[Leaf], principal: Principal) -> list[dict[str, Any]]:
    """A row for the page: the entry, who did it, what about, its first words; as many queries for all."""
    things = things_named([leaf.object_id for leaf in leaves], principal)
    programs = actors(leaf.account_id for leaf in leaves)
    people = Person.objects.in_bulk([leaf.person_id for leaf in leaves])
    words: dict[UUID, list[str]] = {}
    for text in EntryText.objects.filter(entry_id__in=[leaf.entry_id for leaf in leaves]):
        words.setdefault(text.entry_id, []).append(text.value)
    return [
        {
            "leaf": leaf,
            "who": programs.get(leaf.account_id) or people.get(leaf.person_id),
            "thing": things.get(leaf.object_id),
            "words": action_words(leaf),
            "note": note_of(leaf, words.get(leaf.entry_id, [])),
        }
        for leaf in leaves
    ]


def note_of(leaf: Leaf, words: Iterable[str]) -> str:
    """What people said, else the check of a measurement or the role of an approval."""
    said = " · ".join(words)
    if said or leaf.object_type == "record":
        return said[:160]
    return str(loads(bytes(leaf.body))["facts"].get("kind") or "")


@table(
    "log",
    ("Index", "index"),
    ("At", "at"),
    ("Action", "action"),
    ("Object type", "object_type"),
    ("Object id", "object_id"),
    ("Person id", "person_id"),
    ("Account id", "account_id"),
    ("Leaf hash", lambda leaf: bytes(leaf.leaf_hash).hex()),
    action=READ,
)
def log_table(principal: Principal, query: QueryDict) -> QuerySet[Leaf]:
    form = LogFilter(query, principal=principal)
    form.is_valid()
    return filtered_leaves(principal, form.cleaned_data).order_by("-index")
