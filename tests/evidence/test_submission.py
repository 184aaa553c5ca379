"""What a pipeline signs elsewhere: what is taken in, and that every refusal is clear, kept nowhere, and logged."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from governance.audit import canonical
from governance.audit.actions import instant
from governance.audit.ids import new_id
from governance.audit.models import Leaf
from governance.evidence import dsse
from governance.evidence.logbook import action_words
from governance.evidence.models import Evidence, SigningKey
from governance.evidence.pipeline_keys import revoke_key
from governance.identity.refusals import MOST
from governance.work.models import Job
from tests.cast import Cast, register_places
from tests.evidence import samples
from tests.evidence.hostile import HARMLESS, HOSTILE, UNREADABLE
from tests.evidence.measurements import measure
from tests.evidence.pipelines import (
    Pipeline,
    make_pipeline,
    plan_of,
    signer,
    state_plan,
    with_token,
)
from tests.evidence.samples import changed
from tests.pages.browse import signed_in

JSON = dict[str, Any]


def test_a_signed_measurement_counts_as_computed_elsewhere(pipeline: Pipeline) -> None:
    answer = pipeline.post(pipeline.sign(made := pipeline.measurement()))
    assert answer.status_code == 201
    row = Evidence.objects.get(id=made["predicate"]["id"])
    assert answer.json()["url"] == f"/evidence/{row.id}"
    assert (row.assurance, row.keyid) == ("computed-elsewhere", pipeline.signer.keyid)
    assert row.unit == pipeline.cast.system.unit and row.statement == made
    known = {pipeline.signer.keyid: pipeline.signer.public_bytes}
    payload = dsse.verify(dsse.read_envelope(bytes(row.envelope)), known)
    assert payload == canonical.dumps(made)
    assert Job.objects.filter(
        kind="assessment.recompute", arguments__entry=str(row.entry_id)
    ).exists()


def test_its_entry_names_the_payload_and_the_key(pipeline: Pipeline) -> None:
    row = pipeline.submit(pipeline.measurement())
    pipeline.cast.sequence()
    body = canonical.loads(bytes(Leaf.objects.get(entry_id=row.entry_id).body))
    assert body["facts"]["payload"] == row.payload_sha256
    assert body["facts"]["keyid"] == pipeline.signer.keyid
    assert body["actor"]["token"] == str(pipeline.token.pk)


def test_a_plan_that_stands_here_may_be_named(pipeline: Pipeline) -> None:
    plan = state_plan(pipeline.cast, pipeline.release)
    row = pipeline.submit(pipeline.measurement(plan=plan_of(plan)))
    assert row.predicate["plan"]["id"] == str(plan.record_id)


def test_its_own_earlier_statement_is_corrected(pipeline: Pipeline) -> None:
    first = pipeline.submit(pipeline.measurement())
    link = {"id": str(first.id), "reasonDigest": "9" * 64}
    assert pipeline.submit(pipeline.measurement("0.6", supersedes=link)).supersedes_id == first.id


def test_the_evidence_page_says_how_sure_it_is(pipeline: Pipeline) -> None:
    row = pipeline.submit(pipeline.measurement())
    pipeline.cast.sequence()
    html = signed_in(pipeline.cast, "dana").get(f"/evidence/{row.id}").content.decode()
    assert "computed elsewhere and signed" in html
    assert "The signature holds." in html


def later(**by: float) -> str:
    return instant(timezone.now() + timedelta(**by))


def at(pointer: str, value: Any) -> Callable[[Pipeline], JSON]:
    """The envelope of a measurement with another value at a pointer of the statement."""
    return lambda p: p.sign(changed(p.measurement(), pointer, value))


def raw(change: Callable[[bytes], bytes]) -> Callable[[Pipeline], JSON]:
    """The envelope of a payload that was changed as bytes before it was signed."""
    return lambda p: dsse.sign(change(canonical.dumps(p.measurement())), p.signer)


def after_signing(p: Pipeline) -> JSON:
    envelope = p.sign(p.measurement())
    payload = base64.b64decode(envelope["payload"]).replace(b'"0.52"', b'"0.92"')
    return envelope | {"payload": base64.b64encode(payload).decode()}


def of_another_type(p: Pipeline) -> JSON:
    record = samples.record()
    head = {"collector": p.collector, "producedAt": later()}
    return p.sign({**record, "predicate": {**record["predicate"], **head}})


def by_installation(p: Pipeline) -> JSON:
    stolen = SigningKey.objects.get(purpose="installation").keyid
    envelope = p.sign(p.measurement())
    envelope["signatures"][0]["keyid"] = stolen
    return envelope


def of_another_account(p: Pipeline) -> JSON:
    return make_pipeline(p.cast, 8, p.release).sign(p.measurement())


def with_a_foreign_link(p: Pipeline) -> JSON:
    held = measure(p.cast, p.release)
    return p.sign(p.measurement(supersedes={"id": str(held.id), "reasonDigest": "9" * 64}))


def with_a_plan(**changes: Any) -> Callable[[Pipeline], JSON]:
    return lambda p: p.sign(p.measurement(plan=plan_of(state_plan(p.cast, p.release)) | changes))


def of_another_system(p: Pipeline) -> JSON:
    other = register_places(p.cast, "Another system")
    scope = {"type": "system", "id": str(other.pk), "path": other.unit.path_ids}
    return p.sign(p.measurement(scope=scope))


def twice(p: Pipeline) -> JSON:
    made = p.measurement()
    p.submit(made)
    return p.sign(made)


def same_id(p: Pipeline) -> JSON:
    made = p.measurement()
    p.submit(made)
    return p.sign(changed(made, "/predicate/value/value", "0.6"))


def revoked(p: Pipeline) -> JSON:
    revoke_key(p.key, "lost", by=p.cast.by("owen"))
    return p.sign(p.measurement())


REFUSED: dict[str, tuple[Callable[[Pipeline], Any], int, str, str]] = {
    "no envelope": (lambda p: [1], 422, "bad_envelope", ""),
    "no base64": (lambda p: p.sign(p.measurement()) | {"payload": "§"}, 422, "bad_envelope", "/payload"),
    "other payload type": (
        lambda p: p.sign(p.measurement()) | {"payloadType": "text/plain"},
        422, "wrong_payload_type", "/payloadType",
    ),
    "unsigned": (lambda p: p.sign(p.measurement()) | {"signatures": []}, 422, "unsigned", "/signatures"),
    "unknown key": (
        lambda p: dsse.sign(canonical.dumps(p.measurement()), signer(99)),
        422, "unknown_key", "/signatures",
    ),
    "the installation's key": (by_installation, 422, "unknown_key", "/signatures"),
    "another account's key": (of_another_account, 422, "foreign_key", "/signatures"),
    "revoked key": (revoked, 422, "key_revoked", "/signatures"),
    "changed after signing": (after_signing, 422, "bad_signature", "/signatures"),
    "too large": (
        lambda p: dsse.sign(b"{}", p.signer) | {"payload": "A" * 1_400_000},
        413, "too_large", "/payload",
    ),
    "not canonical": (raw(lambda b: b.replace(b'":', b'" :')), 422, "not_canonical", "/payload"),
    "a key twice": (
        raw(lambda b: b.replace(b'{"_type"', b'{"_type":"x","_type"')), 422, "repeated_key", "/payload",
    ),
    "NaN": (raw(lambda b: b.replace(b'"0.52"', b"NaN")), 422, "not_an_integer", "/payload"),
    "NaN as text": (at("/predicate/value/value", "NaN"), 422, "wrong_form", "/predicate/value/value"),
    "a float": (raw(lambda b: b.replace(b'"0.52"', b"0.52")), 422, "not_an_integer", "/payload"),
    "no statement": (lambda p: dsse.sign(b"[]", p.signer), 422, "wrong_type", ""),
    "unknown type": (
        at("/predicateType", "https://slsa.dev/provenance/v1"), 422, "unknown_predicate_type", "/predicateType",
    ),
    "a record": (of_another_type, 422, "predicate_not_accepted", "/predicateType"),
    "missing field": (at("/predicate/code", ...), 422, "missing_field", "/predicate"),
    "unknown field": (at("/predicate/threshold", "0.8"), 422, "unknown_field", "/predicate"),
    "in the future": (at("/predicate/producedAt", "2099-01-01T00:00:00Z"), 422, "in_the_future", "/predicate/producedAt"),
    "ancient": (
        lambda p: p.sign(changed(changed(p.measurement(), "/predicate/producedAt", later(days=-31)), "/predicate/run/startedAt", later(days=-32))),
        422, "too_old", "/predicate/producedAt",
    ),
    "said to be computed here": (at("/predicate/assurance", "computed-here"), 422, "wrong_collector", "/predicate/collector/kind"),
    "a worker": (
        lambda p: p.sign(p.measurement(assurance="computed-here", collector={**p.collector, "kind": "worker"})),
        422, "wrong_assurance", "/predicate/assurance",
    ),
    "another collector": (at("/predicate/collector/id", "ci-9"), 422, "wrong_collector", "/predicate/collector/id"),
    "another person": (at("/predicate/collector/person", samples.OWNER), 422, "wrong_collector", "/predicate/collector/person"),
    "unknown scope": (
        lambda p: p.sign(p.measurement(scope={"type": "release", "id": samples.SYSTEM, "path": [samples.UNIT, samples.SYSTEM]})),
        422, "unknown_scope", "/predicate/scope/id",
    ),
    "another system's scope": (of_another_system, 422, "unknown_scope", "/predicate/scope/id"),
    "invented path": (
        lambda p: p.sign(changed(p.measurement(), "/predicate/scope/path/0", samples.UNIT)),
        422, "scope_path", "/predicate/scope/path",
    ),
    "unknown subject": (
        lambda p: p.sign({**(m := p.measurement()), "subject": [*m["subject"], {"name": "x", "digest": {"sha256": "e" * 64}}]}),
        422, "unknown_digest", "/subject/1/digest/sha256",
    ),
    "data set as target": (
        lambda p: p.sign({
            **(m := p.measurement(series={"check": "x", "slice": "all", "target": f"sha256:{samples.DATA}"})),
            "subject": [*m["subject"], {"name": "d", "digest": {"sha256": samples.DATA}}],
        }),
        422, "wrong_target", "/predicate/series/target",
    ),
    "unknown data": (at("/predicate/dataset/digest", "e" * 64), 422, "unknown_digest", "/predicate/dataset/digest"),
    "unknown plan": (with_a_plan(id=samples.RECORD), 422, "unknown_plan", "/predicate/plan"),
    "unknown revision": (with_a_plan(revision=9), 422, "unknown_plan", "/predicate/plan"),
    "another text of the plan": (with_a_plan(digest="e" * 64), 422, "unknown_plan", "/predicate/plan"),
    "cut-off as a number": (at("/predicate/parameters/cutOff", 1), 422, "wrong_type", "/predicate/parameters/cutOff"),
    "cut-off as a list": (at("/predicate/parameters/cutOff", ["0.5"]), 422, "wrong_type", "/predicate/parameters/cutOff"),
    "a threshold": (at("/predicate/parameters/threshold", "0.8"), 422, "threshold", "/predicate/parameters/threshold"),
    "a long check": (at("/predicate/series/check", "c" * 61), 422, "too_long", "/predicate/series/check"),
    "a long slice": (at("/predicate/series/slice", "s" * 121), 422, "too_long", "/predicate/series/slice"),
    "corrects what is not its own": (with_a_foreign_link, 422, "supersedes_foreign", "/predicate/supersedes/id"),
    "twice": (twice, 409, "already_submitted", "/predicate/id"),
    "an id twice": (same_id, 409, "id_taken", "/predicate/id"),
    **HOSTILE,
}  # fmt: skip


def test_every_refusal_is_clear_stores_nothing_and_is_logged(cast: Cast) -> None:
    """One cast for the whole table: each case has a pipeline of its own."""
    first = make_pipeline(cast)
    for number, (name, (make, status, code, pointer)) in enumerate(REFUSED.items()):
        p = make_pipeline(cast, 10 + number, first.release)
        envelope = make(p)
        held = Evidence.objects.count()
        answer = p.post(envelope)
        said = answer.json()
        assert (answer.status_code, said["code"], said.get("pointer", "")) == (
            status,
            code,
            pointer,
        ), (name, said)
        assert Evidence.objects.count() == held, name
        cast.sequence()
        leaf = Leaf.objects.get(action="evidence.refused", account_id=p.token.account_id)
        facts = canonical.loads(bytes(leaf.body))["facts"]
        assert (facts["code"], facts["pointer"] or "") == (code, pointer), name
        assert len(bytes(leaf.body)) < 1500
        if code in {"unknown_field", "several_signatures", "bad_signature", "unknown_key"}:
            assert facts["keyid"] == envelope["signatures"][0]["keyid"], name


def test_a_body_that_cannot_be_read_is_logged_once(pipeline: Pipeline) -> None:
    for number, (name, (body, kind, status, code)) in enumerate(UNREADABLE.items(), 1):
        answer = pipeline.post(body, **{"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (status, code), name
        pipeline.cast.sequence()
        leaves = Leaf.objects.filter(action="evidence.refused").order_by("index")
        entry = canonical.loads(bytes(leaves[number - 1].body))
        assert len(leaves) == number and entry["facts"]["code"] == code, name
        assert entry["object"]["id"] == "unreadable" and entry["facts"]["keyid"] is None, name
        assert f"evidence refused: {code}" == action_words(leaves[number - 1]), name


def test_what_is_kept_is_what_was_checked_in_its_one_form(pipeline: Pipeline) -> None:
    for name, make in HARMLESS.items():
        answer = pipeline.post(make(pipeline))
        assert answer.status_code == 201, (name, answer.json())
        row = Evidence.objects.get(id=answer.json()["id"])
        assert bytes(row.envelope) == dsse.write_envelope(pipeline.sign(row.statement)), name


def test_an_envelope_is_given_as_it_is_stored_whatever_it_is(
    pipeline: Pipeline, connect_as: Any
) -> None:
    row = pipeline.submit(pipeline.measurement())
    client, address = signed_in(pipeline.cast, "abel"), f"/api/v1/evidence/{row.id}/envelope"
    assert client.get(address).json() == pipeline.sign(row.statement)
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE evidence_evidence DISABLE TRIGGER USER")
        owner.execute("UPDATE evidence_evidence SET envelope = %s WHERE id = %s", (b"{", row.id))
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, b"{")


def test_the_first_is_named_to_who_posts_again(pipeline: Pipeline) -> None:
    made = pipeline.measurement()
    first = pipeline.submit(made)
    assert pipeline.post(pipeline.sign(made)).json()["evidence"] == str(first.id)


def test_an_expired_key_signs_nothing_more(cast: Cast, connect_as: Any) -> None:
    p = make_pipeline(cast)
    row = SigningKey.objects.get(pk=p.key.pk)
    with connect_as("owner") as owner:
        owner.execute("ALTER TABLE evidence_signingkey DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE evidence_signingkey SET expires_at = now() WHERE keyid = %s", (row.keyid,)
        )
    assert p.post(p.sign(p.measurement())).json()["code"] == "key_expired"


def test_who_is_no_pipeline_hands_in_nothing(pipeline: Pipeline) -> None:
    for name in ("owen", "dev", "adam", "abel"):
        client = signed_in(pipeline.cast, name)
        answer = client.post(
            "/api/v1/evidence",
            pipeline.sign(pipeline.measurement()),
            content_type="application/json",
        )
        assert answer.status_code == 403 and answer.json()["code"] == "not_allowed"
    answer = Client().post("/api/v1/evidence", {}, content_type="application/json")
    assert answer.status_code == 401


def test_a_token_without_the_verb_is_refused(pipeline: Pipeline, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.evidence.pipelines.VERBS", ["gate.ask"])
    other = with_token(pipeline.cast, pipeline.release, 50)
    answer = other.post(pipeline.sign(pipeline.measurement()))
    assert answer.status_code == 403


def test_the_same_key_of_a_request_gets_the_first_answer(pipeline: Pipeline) -> None:
    envelope = pipeline.sign(pipeline.measurement())
    key = {"Idempotency-Key": "one"}
    first, again = pipeline.post(envelope, **key), pipeline.post(envelope, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again["Idempotency-Replayed"] == "true"
    other = pipeline.post(pipeline.sign(pipeline.measurement()), **key)
    assert other.json()["code"] == "idempotency_key_reused"
    pipeline.cast.sequence()
    assert Leaf.objects.filter(action="evidence.refused").count() == 1


def test_a_refusal_is_logged_under_a_request_key_too_and_not_kept_under_it(
    pipeline: Pipeline,
) -> None:
    key = {"Idempotency-Key": "two"}
    made = changed(pipeline.measurement(), "/predicate/collector/id", "ci-9")
    assert pipeline.post(pipeline.sign(made), **key).status_code == 422
    pipeline.cast.sequence()
    assert Leaf.objects.filter(action="evidence.refused").count() == 1
    assert pipeline.post(pipeline.sign(pipeline.measurement()), **key).status_code == 201


def test_the_same_envelope_posted_at_once_is_taken_in_once(pipeline: Pipeline) -> None:
    envelope = pipeline.sign(pipeline.measurement())

    def post(number: int) -> int:
        try:
            return int(pipeline.post(envelope).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = sorted(pool.map(post, range(6)))
    assert found == [201, 409, 409, 409, 409, 409]
    assert Evidence.objects.filter(keyid=pipeline.signer.keyid).count() == 1


def test_a_flood_of_refusals_does_not_fill_the_log(pipeline: Pipeline) -> None:
    codes = [pipeline.post({"payload": str(n)}).status_code for n in range(MOST + 3)]
    assert codes == [422] * MOST + [429] * 3
    pipeline.cast.sequence()
    assert Leaf.objects.filter(action="evidence.refused").count() == MOST
    assert pipeline.post(pipeline.sign(pipeline.measurement())).status_code == 201


def test_an_account_may_not_touch_a_scope_where_its_role_ends(pipeline: Pipeline) -> None:
    """A release's record is seen, but the token's place is below another unit."""
    other = register_places(pipeline.cast, "Another system")
    p = with_token(pipeline.cast, pipeline.release, 60, other.unit)
    p.key = make_key(p)
    answer = p.post(p.sign(p.measurement()))
    assert answer.json()["code"] == "unknown_scope"


def make_key(p: Pipeline) -> SigningKey:
    from governance.evidence.pipeline_keys import register_key

    return register_key(p.token, p.signer.public_bytes.hex(), by=p.cast.by("owen"))


def test_schemas_are_published_to_who_is_signed_in(pipeline: Pipeline) -> None:
    client = signed_in(pipeline.cast, "abel")
    assert client.get("/api/v1/schemas/measurement").json()["title"] == "Measurement"
    assert client.get("/api/v1/schemas/nothing").status_code == 404
    assert client.get("/api/v1/schemas/..%2Fcommon").status_code == 404
    assert Client().get("/api/v1/schemas/measurement").status_code == 401


def test_nothing_of_a_refused_payload_is_in_the_log(pipeline: Pipeline) -> None:
    made = changed(pipeline.measurement(), "/predicate/population/description", "Name of a person")
    made = changed(made, "/predicate/collector/id", str(new_id()))
    pipeline.post(pipeline.sign(made))
    pipeline.cast.sequence()
    bodies = [bytes(leaf.body) for leaf in Leaf.objects.filter(action="evidence.refused")]
    assert bodies and not any(b"Name of a person" in body for body in bodies)
    assert json.loads(bodies[0])["facts"]["payload"]
