"""Keys in the log: registered, expired, revoked, rotated; which one counts where, by entries and by rows alike."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege
from pytest_django import Settings

from governance.assessment import rules
from governance.assessment.results import Target, judge, statements_of_system
from governance.audit import canonical, ed25519
from governance.audit.models import Leaf
from governance.audit.queries import log_size
from governance.evidence import keys
from governance.evidence.keyring import (
    COUNTS,
    EXPIRED,
    NOT_ITS_KIND,
    REVOKED,
    TOO_EARLY,
    UNKNOWN,
    Keyring,
    keyring_of,
)
from governance.evidence.models import Evidence, KeyRevocation, SigningKey
from governance.evidence.pipeline_keys import register_key, revoke_key
from governance.identity import actions as identity
from governance.identity.errors import Conflict, DomainError, Forbidden, InvalidInput
from governance.work.models import Job
from tests.cast import Cast, make_release
from tests.evidence import samples
from tests.evidence.measurements import measure
from tests.evidence.pipelines import (
    Pipeline,
    make_pipeline,
    plan_of,
    signer,
    state_plan,
    with_token,
)
from tests.pages.browse import html_of, queries_of, signed_in

KEY = "sha256:" + "1" * 64


def entries() -> list[tuple[int, dict[str, Any]]]:
    return [
        (leaf.index, canonical.loads(bytes(leaf.body))) for leaf in Leaf.objects.order_by("index")
    ]


def all_count(ring: Keyring, size: int) -> bool:
    rows: list[Any] = list(Evidence.objects.in_log_up_to(size))
    faults = [ring.fault(row.keyid, row.log_index, row.statement, size) for row in rows]
    return bool(rows) and faults == [COUNTS] * len(rows)


def said(action: str, **facts: Any) -> dict[str, Any]:
    return {"action": action, "facts": {"keyid": KEY, **facts}}


def registered(purpose: str = "pipeline", expires: str | None = None) -> dict[str, Any]:
    return said("key.registered", public="2" * 64, purpose=purpose, account="a", expires=expires)


def measured(produced: str = "2026-11-24T10:04:00Z") -> dict[str, Any]:
    made = samples.changed(samples.measurement(), "/predicate/producedAt", produced)
    return samples.changed(made, "/predicate/assurance", "computed-elsewhere")


def test_a_key_counts_between_its_entry_its_expiry_and_its_revocation() -> None:
    ring = keyring_of(
        [
            (5, registered(expires="2026-12-01T00:00:00Z")),
            (20, said("key.revoked", **{"from": "15", "why": "lost"})),
        ]
    )
    assert ring.fault(KEY, 5, measured()) == TOO_EARLY
    assert ring.fault(KEY, 6, measured()) == COUNTS
    assert ring.fault(KEY, 14, measured()) == COUNTS
    assert ring.fault(KEY, 15, measured()) == REVOKED
    assert ring.fault(KEY, 6, measured("2026-12-01T00:00:00Z")) == EXPIRED
    assert ring.fault("sha256:" + "3" * 64, 6, measured()) == UNKNOWN


def test_a_revocation_counts_only_in_logs_that_hold_it() -> None:
    ring = keyring_of(
        [(5, registered()), (20, said("key.revoked", **{"from": "6", "why": "lost"}))]
    )
    assert ring.fault(KEY, 10, measured(), size=20) == COUNTS
    assert ring.fault(KEY, 10, measured(), size=21) == REVOKED


def test_the_smallest_size_of_several_revocations_holds() -> None:
    ring = keyring_of(
        [
            (5, registered()),
            (20, said("key.revoked", **{"from": "18", "why": "retired"})),
            (30, said("key.revoked", **{"from": "7", "why": "compromised"})),
        ]
    )
    assert ring.keys[KEY].revoked_from(30) == 18
    assert ring.keys[KEY].revoked_from() == 7


def test_a_pipelines_key_signs_nothing_but_figures_of_its_own() -> None:
    ring = keyring_of([(5, registered())])
    assert ring.fault(KEY, 6, samples.measurement()) == NOT_ITS_KIND
    assert ring.fault(KEY, 6, samples.record()) == NOT_ITS_KIND
    ring = keyring_of([(5, registered("installation"))])
    assert ring.fault(KEY, 6, samples.record()) == COUNTS


def test_registered_twice_the_first_entry_counts() -> None:
    ring = keyring_of([(9, registered(expires="2030-01-01T00:00:00Z")), (5, registered())])
    assert ring.keys[KEY].index == 5 and ring.keys[KEY].expires is None


def test_rows_and_entries_give_the_same_keyring(pipeline: Pipeline) -> None:
    by = pipeline.cast.by("owen")
    expires = timezone.now() + timedelta(days=3)
    other = with_token(pipeline.cast, pipeline.release, 20)
    register_key(other.token, other.signer.public_bytes.hex(), by=by, expires=expires)
    revoke_key(pipeline.key, "compromised", by=by, from_size=3)
    pipeline.cast.sequence()
    found, rows = keyring_of(entries()), SigningKey.objects.keyring()
    assert found == rows and len(rows.keys) == 3
    size = log_size()
    assert all_count(found, size)


def test_the_first_statement_stands_above_its_keys_entry(cast: Cast) -> None:
    cast.sequence()
    first: Any = Evidence.objects.with_index().earliest("number")
    key: Any = SigningKey.objects.with_index().get()
    assert key.log_index < first.log_index
    body = canonical.loads(bytes(Leaf.objects.get(index=key.log_index).body))
    assert (body["action"], body["unit"], body["object"]) == (
        "key.registered", "/", {"type": "key", "id": key.keyid},
    )  # fmt: skip
    assert body["facts"] == {
        "keyid": key.keyid, "public": key.public, "purpose": "installation",
        "account": None, "person": None, "expires": None, "vouched": None,
    }  # fmt: skip


def forms_of(public: bytes) -> list[str]:
    key = signer(31)._key.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return [public.hex(), base64.b64encode(public).decode(), pem, f"\n{pem}\n"]


def test_a_public_key_is_read_in_every_form_it_is_printed_in(pipeline: Pipeline) -> None:
    from governance.evidence.pipeline_keys import read_public

    public = signer(31).public_bytes
    assert {read_public(text) for text in forms_of(public)} == {public}


# Of small order, not in canonical form, and no point of the curve.
WEAK = (*sorted(ed25519.SMALL_ORDERS), ed25519.P, 2**255 - 1, 2)
PRIVATE = signer(31)._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PRIVATE, "private_key"),
        ("", "public_key"),
        ("12", "public_key"),
        ("zz" * 32, "public_key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "public_key"),
        *[
            ((y | sign).to_bytes(32, "little").hex(), "weak_key")
            for y in WEAK
            for sign in (0, 1 << 255)
        ],
        (base64.b64encode((1).to_bytes(32, "little")).decode(), "weak_key"),
    ],
)
def test_what_is_no_public_key_is_refused(text: str, code: str) -> None:
    from governance.evidence.pipeline_keys import read_public

    with pytest.raises(InvalidInput) as caught:
        read_public(text)
    assert caught.value.code == code


def test_who_may_register_and_who_may_revoke(cast: Cast) -> None:
    release = make_release(cast)
    for number, name in enumerate(("owen", "adam")):
        p = with_token(cast, release, 40 + number)
        register_key(p.token, p.signer.public_bytes.hex(), by=cast.by(name))
    p = with_token(cast, release, 50)
    for name in ("dev", "vera", "erin", "abel", "dana", "nina"):
        with pytest.raises(Forbidden):
            register_key(p.token, p.signer.public_bytes.hex(), by=cast.by(name))
    assert not SigningKey.objects.filter(pk=p.signer.keyid).exists()
    key = register_key(p.token, p.signer.public_bytes.hex(), by=cast.by("owen"))
    for name in ("dev", "vera", "erin", "abel", "nina"):
        with pytest.raises(Forbidden):
            revoke_key(key, "lost", by=cast.by(name))
    revoke_key(key, "lost", by=cast.by("dana"))


def test_refusals_about_keys(pipeline: Pipeline) -> None:
    by, token = pipeline.cast.by("owen"), pipeline.token
    public = signer(70).public_bytes.hex()
    past = datetime(2020, 1, 1, tzinfo=UTC)
    bare, _ = identity.create_token(pipeline.cast.system.unit, "Gate", ["gate.ask"], 5, by=by)
    size = log_size()
    refused = [
        ("expires", lambda: register_key(token, public, by=by, expires=past)),
        ("token", lambda: register_key(bare, public, by=by)),
        ("key_exists", lambda: register_key(token, pipeline.key.public, by=by)),
        ("why", lambda: revoke_key(pipeline.key, "tired", by=by)),
        ("from", lambda: revoke_key(pipeline.key, "lost", by=by, from_size=size + 1)),
        ("from", lambda: revoke_key(pipeline.key, "lost", by=by, from_size=-1)),
    ]
    for code, act in refused:
        with pytest.raises(DomainError) as caught:
            act()
        assert caught.value.code == code
    revoke_key(pipeline.key, "lost", by=by, from_size=4)
    for start in (4, 5, None):
        with pytest.raises(Conflict, match="revoked from log size 4"):
            revoke_key(pipeline.key, "lost", by=by, from_size=start)
    revoke_key(pipeline.key, "compromised", by=by, from_size=2)
    own = SigningKey.objects.get(purpose="installation")
    with pytest.raises(Conflict, match="rotate_evidence_key"):
        revoke_key(own, "lost", by=by)


def test_nobody_changes_a_key_or_takes_a_revocation_back(
    pipeline: Pipeline, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    revoke_key(pipeline.key, "lost", by=pipeline.cast.by("owen"))
    for role in ("app", "owner"):
        for table in ("evidence_signingkey", "evidence_keyrevocation"):
            for act in (f"DELETE FROM {table}", f"UPDATE {table} SET entry_id = NULL"):
                with connect_as(role) as rows, pytest.raises(InsufficientPrivilege):
                    rows.execute(act)
    assert KeyRevocation.objects.count() == 1


def determination(cast: Cast, release: Any, size: int, rule: dict[str, Any] | None = None) -> Any:
    made = {
        "id": "MEASURE 2.11", "scope": "release", "due": "pre-deployment", "fresh_days": None,
        "rule": rule or {"form": "metric", "id": "fairness", "label": "Fairness", "theme": "fairness"},
    }  # fmt: skip
    statements = statements_of_system(cast.system, size)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    return judge([made], Target("release", release.pk), statements, size, at)[0]


def approved(p: Pipeline) -> Evidence:
    """A plan about the release that the officer approved, in the log."""
    from governance.evidence.actions import emit

    plan, by = state_plan(p.cast, p.release), p.cast.by("dana")
    body: dict[str, Any] = {
        "request": str(plan.id), "purpose": "plan", "subjectKind": "record", "outcome": "approved",
        "conditions": [], "role": "officer", "person": str(by.person_id), "barred": [],
        "reasonDigest": "1" * 64, "validUntil": None, "logSize": log_size(),
    }  # fmt: skip
    with transaction.atomic():
        emit(
            "approval", scope=p.release.scope, subjects=[{"name": "plan", "digest": {"sha256": plan.subjects[0]}}],
            body=body, assurance="statement", by=by,
        )  # fmt: skip
    p.cast.sequence()
    return plan


def test_a_revoked_key_loses_its_passes_and_an_earlier_log_still_answers_as_it_did(
    pipeline: Pipeline,
) -> None:
    cast, release = pipeline.cast, pipeline.release
    plan = plan_of(approved(pipeline))
    start = log_size()
    pipeline.submit(pipeline.measurement("0.6", plan=plan))
    cast.sequence()
    before = log_size()
    passed = determination(cast, release, before)
    assert passed["determination"] == "satisfied" and passed["basis"] == "computed-elsewhere"
    revoke_key(pipeline.key, "compromised", by=cast.by("owen"), from_size=start)
    cast.sequence()
    assert canonical.digest(determination(cast, release, before)) == canonical.digest(passed)
    after = determination(cast, release, log_size())
    assert (after["determination"], after["reason"]) == ("not-determined", "missing")
    assert "the key that signed the measurement has been revoked" in after["why"]["sentence"]


def test_the_pages_say_that_the_key_was_revoked(pipeline: Pipeline) -> None:
    cast = pipeline.cast
    before = pipeline.submit(pipeline.measurement())
    cast.sequence()
    start = log_size()
    rows = [pipeline.submit(pipeline.measurement()) for _ in range(2)]
    cast.sequence()
    client = signed_in(cast, "abel")
    listed = "/evidence?type=measurement"
    queries = queries_of(client, listed)
    assert "key revoked" not in html_of(client, listed)
    revoke_key(pipeline.key, "compromised", by=cast.by("owen"), from_size=start)
    cast.sequence()
    assert html_of(client, listed).count("key revoked") == len(rows)
    assert queries_of(client, listed) == queries
    words = f"Its key was revoked from log size {start:,} (compromised)"
    assert words in html_of(client, f"/evidence/{rows[0].id}")
    assert "was revoked" not in html_of(client, f"/evidence/{before.id}")
    assert "key revoked: compromised" in html_of(client, "/log")


def test_a_revocation_is_read_from_the_log_and_not_from_its_row(
    pipeline: Pipeline, connect_as: Callable[[str], psycopg.Connection]
) -> None:
    row = pipeline.submit(pipeline.measurement())
    revoke_key(pipeline.key, "lost", by=pipeline.cast.by("owen"), from_size=0)
    pipeline.cast.sequence()
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE evidence_keyrevocation DISABLE TRIGGER USER")
        owner.execute("DELETE FROM evidence_keyrevocation")
    (found,) = Evidence.objects.filter(pk=row.pk).indexed(log_size())
    assert found["revoked"] is True


def test_nobody_revokes_a_failure_away(pipeline: Pipeline) -> None:
    cast, plan = pipeline.cast, plan_of(approved(pipeline))
    pipeline.submit(pipeline.measurement("0.45", plan=plan))
    revoke_key(pipeline.key, "lost", by=cast.by("owen"), from_size=0)
    cast.sequence()
    found = determination(cast, pipeline.release, log_size())
    assert found["determination"] == "not-satisfied"
    assert "1 signed by a revoked key" in found["why"]["sentence"]


def test_what_was_signed_before_the_size_keeps_counting(pipeline: Pipeline) -> None:
    cast, plan = pipeline.cast, plan_of(approved(pipeline))
    pipeline.submit(pipeline.measurement("0.6", plan=plan))
    cast.sequence()
    revoke_key(pipeline.key, "lost", by=cast.by("owen"))
    cast.sequence()
    assert determination(cast, pipeline.release, log_size())["determination"] == "satisfied"


def test_a_rule_may_ask_for_what_was_computed_here(pipeline: Pipeline) -> None:
    cast, plan = pipeline.cast, plan_of(approved(pipeline))
    pipeline.submit(pipeline.measurement("0.6", plan=plan))
    cast.sequence()
    rule = {
        "form": "metric", "id": "f", "label": "F", "theme": "fairness", "assurance": "computed-here",
    }  # fmt: skip
    found = determination(cast, pipeline.release, log_size(), rule)
    assert (found["determination"], found["reason"]) == ("not-determined", "insufficient")
    assert "computed elsewhere" in found["why"]["sentence"]
    assert "on this platform" in found["waitingFor"][0]["what"]
    measure(
        cast, pipeline.release, plan=plan, dataset=pipeline.measurement()["predicate"]["dataset"]
    )
    cast.sequence()
    assert determination(cast, pipeline.release, log_size(), rule)["determination"] == "satisfied"


def test_results_are_judged_again_after_a_revocation(pipeline: Pipeline) -> None:
    pipeline.submit(pipeline.measurement())
    Job.objects.all().delete()
    revoke_key(pipeline.key, "lost", by=pipeline.cast.by("owen"), from_size=0)
    entry = KeyRevocation.objects.get().entry_id
    job = Job.objects.get(kind="assessment.recompute")
    assert job.arguments == {"unit": str(pipeline.cast.system.unit_id), "entry": str(entry)}


def test_rotation_registers_a_key_and_retires_the_one_before(cast: Cast, capsys: Any) -> None:
    cast.sequence()
    old = SigningKey.objects.get()
    call_command("rotate_evidence_key")
    new = SigningKey.objects.exclude(pk=old.pk).get()
    assert new.keyid in capsys.readouterr().out
    assert old.revocations.get().why == "retired"
    with transaction.atomic():
        assert keys.installation_signer().keyid == new.keyid
    path = keys.path_of(new.keyid)
    assert path.stat().st_mode & 0o777 == 0o600
    release = make_release(cast)
    cast.sequence()
    assert Evidence.objects.get(record_id=release.pk).keyid == new.keyid
    size, ring = log_size(), SigningKey.objects.keyring()
    assert keyring_of(entries()) == ring
    assert all_count(ring, size)
    assert not any(one["revoked"] for one in Evidence.objects.all().indexed(size))


def test_a_stolen_key_of_the_installation_loses_what_it_let_pass(cast: Cast) -> None:
    release = make_release(cast)
    cast.sequence()
    call_command("rotate_evidence_key", "--why", "compromised", "--from", "0")
    cast.sequence()
    rows = Evidence.objects.filter(unit=cast.system.unit).indexed(log_size())
    assert rows and all(one["revoked"] for one in rows)
    rules.target_from(rules.read_log(rows, log_size()), "release", str(release.pk))


def test_a_rotation_waits_until_what_was_signed_is_in_the_log(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its revocation must lie above every statement of the old key, or their passes would be gone."""
    monkeypatch.setattr(keys, "PATIENCE_SECONDS", 0.3)
    make_release(cast)
    with pytest.raises(CommandError, match="wait to enter the log"):
        call_command("rotate_evidence_key")
    assert SigningKey.objects.count() == 1 and not KeyRevocation.objects.exists()


def test_who_signs_while_a_key_is_rotated_signs_with_one_that_counts(cast: Cast) -> None:
    cast.sequence()
    done: list[str] = []

    def rotate() -> None:
        try:
            done.append(keys.rotate_installation_key()[1])
        finally:
            connection.close()

    with transaction.atomic():
        held = keys.installation_signer().keyid
        thread = Thread(target=rotate)
        thread.start()
        thread.join(0.5)
        assert not done
        measured_id = str(measure(cast, make_release(cast)).id)
    for _ in range(100):
        cast.sequence()
        thread.join(0.1)
        if not thread.is_alive():
            break
    assert done and done[0] != held
    cast.sequence()
    size = log_size()
    rows = {
        str(one["statement"]["predicate"]["id"]): one
        for one in Evidence.objects.all().indexed(size)
    }
    assert rows[measured_id]["revoked"] is False


def test_a_revoked_first_key_without_its_successor_says_what_to_do(cast: Cast) -> None:
    cast.sequence()
    keys.rotate_installation_key()
    new = SigningKey.objects.latest("valid_from")
    keys.path_of(new.keyid).unlink()
    with transaction.atomic(), pytest.raises(Conflict, match="rotate_evidence_key"):
        keys.installation_signer()


def test_without_any_key_nothing_counts() -> None:
    assert Keyring().fault(KEY, 1, measured()) == UNKNOWN


def test_the_keys_of_others_are_not_seen(pipeline: Pipeline) -> None:
    body = signed_in(pipeline.cast, "nina").get("/api/v1/keys").json()
    assert [one["purpose"] for one in body["statements"]] == ["installation"]
    answer = signed_in(pipeline.cast, "nina").post(
        f"/api/v1/keys/{pipeline.key.keyid}/revoke",
        {"why": "lost"},
        content_type="application/json",
    )
    assert answer.status_code == 404


def test_keys_by_the_api(pipeline: Pipeline) -> None:
    client = signed_in(pipeline.cast, "owen")
    other = with_token(pipeline.cast, pipeline.release, 80)
    body = {"token": str(other.token.pk), "public": other.signer.public_bytes.hex()}
    made = client.post("/api/v1/keys", body, content_type="application/json")
    assert made.status_code == 201 and made.json()["keyid"] == other.signer.keyid
    again = client.post("/api/v1/keys", body, content_type="application/json")
    assert again.status_code == 409
    unknown = {**body, "token": samples.RECORD}
    assert client.post("/api/v1/keys", unknown, content_type="application/json").status_code == 404
    url = f"/api/v1/keys/{other.signer.keyid}/revoke"
    bad = client.post(url, {"why": "tired"}, content_type="application/json")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "/why")
    done = client.post(url, {"why": "lost", "fromSize": 0}, content_type="application/json")
    assert done.status_code == 201 and done.json()["revocations"][0]["from"] == 0
    token = {"Authorization": f"Bearer {pipeline.text}"}
    told = Client().get("/api/v1/keys", headers=token).json()
    assert told["you"] == {
        "account": str(pipeline.token.account_id), "person": str(pipeline.by.person_id),
    }  # fmt: skip
    assert (
        Client()
        .post(url, {"why": "lost"}, content_type="application/json", headers=token)
        .status_code
        == 403
    )


def test_the_page_of_keys_says_who_holds_what(pipeline: Pipeline, settings: Settings) -> None:
    pipeline.submit(pipeline.measurement())
    settings.KEYS_DIR = Path(settings.KEYS_DIR)
    html = html_of(signed_in(pipeline.cast, "dana"), "/log/keys")
    assert "owen (test)" in html and "the pipeline; it never comes here" in html
    assert "The same person may own the database and hold the keys." in html
    assert "evidence.pem" in html and os.environ.get("HOME", "/") not in html
    settings.KEY_SEPARATION = "separate"
    html = html_of(signed_in(pipeline.cast, "dev"), "/log/keys")
    assert "declares it" in html and "Register a key" not in html


def test_a_key_is_registered_and_revoked_by_the_page(pipeline: Pipeline) -> None:
    client = signed_in(pipeline.cast, "owen")
    other = with_token(pipeline.cast, pipeline.release, 90)
    form = {"token": str(other.token.pk), "public": PRIVATE, "expires": ""}
    html = client.post("/log/keys/register", form).content.decode()
    assert "This is a private key" in html and PRIVATE.splitlines()[1] not in html
    long = client.post("/log/keys/register", form | {"public": PRIVATE + " " * 20 + "x" * 1000})
    assert PRIVATE.splitlines()[1] not in long.content.decode()
    half = client.post("/log/keys/register", form | {"public": signer(31).public_bytes.hex()})
    assert "The private half of this key was shown to a web page" in half.content.decode()
    form |= {"public": other.signer.public_bytes.hex(), "expires": "2030-01-01"}
    assert client.post("/log/keys/register", form)["Location"] == "/log/keys"
    key = SigningKey.objects.get(pk=other.signer.keyid)
    assert key.expires_at == datetime(2030, 1, 1, tzinfo=UTC)
    page = f"/log/keys/{key.keyid}/revoke"
    assert "cannot be taken back" in html_of(client, page)
    assert (
        "Give a log size"
        in client.post(page, {"why": "lost", "from_size": "999999"}).content.decode()
    )
    assert client.post(page, {"why": "lost", "from_size": ""})["Location"] == "/log/keys"
    pipeline.cast.sequence()
    assert "from log size" in html_of(client, "/log/keys")
    own = SigningKey.objects.get(purpose="installation")
    assert client.get(f"/log/keys/{own.keyid}/revoke").status_code == 409
    assert client.get("/log/keys/sha256:nothing/revoke").status_code == 404
    assert signed_in(pipeline.cast, "dev").get("/log/keys/register").status_code == 403


def test_without_a_token_the_page_says_what_is_missing(cast: Cast) -> None:
    assert "No token may submit evidence" in html_of(signed_in(cast, "adam"), "/log/keys/register")


def test_a_pipeline_of_two_keys(cast: Cast) -> None:
    p = make_pipeline(cast)
    second = signer(91)
    register_key(p.token, second.public_bytes.hex(), by=cast.by("owen"))
    p.signer = second
    assert p.submit(p.measurement()).keyid == second.keyid
