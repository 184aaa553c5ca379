"""A small log builder for the rule tests: statements of one organisation, written one after the other."""

from __future__ import annotations

import hashlib
from typing import Any

from governance.assessment.rules import evaluate, target_from
from governance.assessment.rules.canonical import digest

JSON = dict[str, Any]

MODEL, OTHER_MODEL, RELEASE = ("a" * 64, "b" * 64, "c" * 64)
OWNER, OFFICER, VALIDATOR, EXECUTIVE = "owner-1", "officer-1", "validator-1", "executive-1"
ORGANISATION, SYSTEM = "org-1", "sys-1"
FAIRNESS = {"form": "metric", "id": "fairness", "label": "Fairness", "theme": "fairness"}
CRITERION = {
    "id": "ratio",
    "theme": "fairness",
    "check": "selection_rate_ratio",
    "slice": "SEX",
    "comparator": ">=",
    "threshold": "0.80",
    "use": "point",
    "minimumSample": 200,
}
T = "2026-11-10T00:00:00Z"


def entry(rule: JSON, **changes: Any) -> JSON:
    held = {"id": "MEASURE 2.11", "scope": "release", "due": "pre-deployment", "fresh_days": 180}
    return {**held, "rule": rule, **changes}


class Story:
    """Appends statements; each method returns the statement's id."""

    def __init__(self) -> None:
        self.leaves: list[JSON] = []
        self.revision: dict[str, int] = {}
        self.digest_of: dict[str, str] = {}

    def say(self, type_: str, body: JSON, **common: Any) -> str:
        number = len(self.leaves)
        scope = common.get("scope", ("release", "rel-1"))
        path = [ORGANISATION, SYSTEM] if scope[1] != ORGANISATION else [ORGANISATION]
        predicate = {
            "id": f"st-{number}",
            "scope": {
                "type": scope[0],
                "id": scope[1],
                "path": [*dict.fromkeys([*path, scope[1]])],
            },
            "producedAt": common.get("at", "2026-11-03T10:00:00Z"),
            "collector": {"kind": "worker", "id": "w", "version": "1"},
            "assurance": common.get("assurance", "record"),
            "supersedes": common.get("supersedes"),
            **body,
        }
        subjects = [{"name": "s", "digest": {"sha256": one}} for one in common.get("subjects", [])]
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects,
            "predicateType": f"urn:muniment:predicate:{type_}:v1",
            "predicate": predicate,
        }
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        leaf = {"index": number, "statement": statement, "digest": sha256}
        self.leaves.append({**leaf, "revoked": True} if common.get("revoked") else leaf)
        return f"st-{number}"

    def record(
        self, kind: str, id_: str, fields: JSON, state: str = "active", **common: Any
    ) -> str:
        self.revision[id_] = self.revision.get(id_, 0) + 1
        head = {"id": id_, "revision": self.revision[id_], "state": state}
        own = digest({"kind": kind, "record": head, "fields": fields})
        body = {
            "kind": kind,
            "record": head,
            "fields": fields,
            "validFrom": common.pop("valid_from", None),
            "validUntil": common.pop("valid_until", None),
            "author": common.pop("author", OWNER),
        }
        made = self.say("record", body, subjects=[own, *common.pop("subjects", [])], **common)
        self.digest_of[made] = own
        return made

    def approve(self, statement: str, outcome: str = "approved", **changes: Any) -> str:
        body: JSON = {
            "request": "request-" + statement,
            "purpose": "plan",
            "subjectKind": "record",
            "outcome": outcome,
            "conditions": [],
            "role": "officer",
            "person": OFFICER,
            "barred": [],
            "reasonDigest": None,
        }
        common = {key: changes.pop(key) for key in ("at", "scope", "revoked") if key in changes}
        subject = changes.pop("subject", None) or self.digest_of[statement]
        return self.say("approval", {**body, **changes}, subjects=[subject], **common)

    def plan(self, *criteria: JSON, id_: str = "plan-1", **common: Any) -> str:
        fields = {
            "title": "Fairness plan",
            "subject": common.pop("subject", RELEASE),
            "dataset": None,
        }
        fields["criteria"] = list(criteria or (CRITERION,))
        return self.record("evaluation-plan", id_, fields, **common)

    def measure(self, value: str | None, plan: str | None = None, **common: Any) -> str:
        series = {
            "check": CRITERION["check"],
            "target": f"sha256:{RELEASE}",
            "slice": CRITERION["slice"],
        }
        end = common.get("at", "2026-11-03T10:00:00Z")
        held = {"metric": series["check"], "value": value, "lower": None, "upper": None, "n": 900}
        status = common.pop("status", "completed")
        body = {
            "series": {**series, **common.pop("series", {})},
            "observed": {"from": common.pop("begin", end), "to": common.pop("end", end)},
            "plan": {"id": "p", "revision": 1, "digest": self.digest_of[plan]} if plan else None,
            "run": {
                "id": "run",
                "attempt": 1,
                "status": status,
                "reason": common.pop("reason", None),
            },
            "dataset": {
                "name": "d",
                "digest": common.pop("dataset", "d" * 64),
                "rows": 900,
                "labels": common.pop("labels", None),
            },
            "value": None if value is None else {**held, **common.pop("held", {})},
        }
        common.setdefault("assurance", "computed-here")
        common.setdefault("subjects", [RELEASE, MODEL])
        return self.say("measurement", body, **common)

    def conclude(self, verdict: str, person: str = VALIDATOR, **common: Any) -> str:
        about = {"requirement": common.pop("requirement", "MEASURE 2.11")}
        body = {
            "about": about,
            "role": common.pop("role", "validator"),
            "verdict": verdict,
            "person": person,
            "reasonDigest": "e" * 64,
            "assessment": None,
        }
        return self.say("conclusion", body, assurance="statement", **common)

    def state(self, verdict: str, person: str = OFFICER, **common: Any) -> str:
        body = {
            "about": {"requirement": "MEASURE 2.11"},
            "role": common.pop("role", "officer"),
            "verdict": verdict,
            "person": person,
            "textDigest": "f" * 64,
            "validUntil": common.pop("valid_until", None),
        }
        return self.say("management-statement", body, assurance="statement", **common)

    def alert(
        self, state: str, id_: str = "alert-1", triaged: str | None = None, **common: Any
    ) -> str:
        fields = {
            "theme": common.pop("theme", "fairness"),
            "openedAt": "2026-11-04T00:00:00Z",
            "triageBy": "2026-11-06T00:00:00Z",
            "triagedAt": triaged,
        }
        common.setdefault("at", triaged or fields["openedAt"])
        return self.record("alert", id_, fields, state, scope=("deployment", "dep-1"), **common)

    def live(
        self, begin: str = "2026-11-03T12:00:00Z", end: str | None = None, id_: str = "dep-1"
    ) -> str:
        fields = {"system": SYSTEM, "release": "rel-1", "environment": "production"}
        dates = {"from": begin, "to": end}
        return self.record("deployment", id_, {**fields, **dates}, scope=("deployment", id_))

    def target(self, type_: str = "release", id_: str = "rel-1") -> JSON:
        return target_from(self.leaves, type_, id_)

    def judge(self, rule: JSON, at: str = T, **changes: Any) -> JSON:
        made = entry(rule, **changes)
        ids = {
            "release": "rel-1",
            "deployment": "dep-1",
            "system": SYSTEM,
            "organisation": ORGANISATION,
        }
        return evaluate(made, self.target(made["scope"], ids[made["scope"]]), self.leaves, at)


def registered() -> Story:
    """A system with one release of one model version, nothing known about it yet."""
    story = Story()
    early = "2026-11-01T08:00:00Z"
    story.record("system", SYSTEM, {"owner": OWNER}, scope=("system", SYSTEM), at=early)
    story.record("model-version", "mv-1", {"digest": MODEL}, scope=("system", SYSTEM), at=early)
    fields = {
        "system": SYSTEM,
        "digest": f"sha256:{RELEASE}",
        "models": [{"version": "mv-1", "digest": f"sha256:{MODEL}"}],
        "createdAt": early,
    }
    story.record("release", "rel-1", fields, at=early)
    return story


def planned() -> tuple[Story, str]:
    """The same with a fairness plan written by the owner and approved by the officer."""
    story = registered()
    plan = story.plan(at="2026-11-02T09:00:00Z")
    story.approve(plan, at="2026-11-02T10:00:00Z")
    return story, plan


def state_of(result: JSON, id_: str) -> str:
    return str(node(result["why"], id_)["state"])


def node(why: JSON, id_: str) -> JSON:
    """The first node of the why-tree whose id is `id_`."""
    found = find(why, id_)
    if found is None:
        raise AssertionError(f"no element {id_} in {why['id']}")
    return found


def find(why: JSON, id_: str) -> JSON | None:
    if why["id"] == id_:
        return why
    return next((one for one in (find(each, id_) for each in why["elements"]) if one), None)


def verdict(result: JSON) -> tuple[str, str | None]:
    return result["determination"], result["reason"]
