"""A key of the installation counts when one before it signed for it: entries alone, by the verifier and the platform."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from governance.audit import canonical
from governance.evidence import dsse
from governance.evidence.keyring import keyring_of
from tests.verifier import making
from verifier.entries import parsed
from verifier.faults import Findings
from verifier.keys import KeyHistory, objection, read_keys
from verifier.signatures import checker

FIRST, SECOND, PIPELINE = (dsse.KeySigner(making.private(number)) for number in (70, 71, 72))


def vouched(by: dsse.KeySigner, keyid: str = SECOND.keyid) -> list[str]:
    text = f"muniment key registration\n{keyid}\n".encode()
    return [by.keyid, base64.b64encode(by.sign(text)).decode()]


def house_of(said: Any, *, is_revoked: bool = False) -> making.House:
    house = making.House(0, making.ORIGIN)
    house.register_key(FIRST, "installation")
    house.register_key(PIPELINE, "pipeline")
    if is_revoked:
        house.revoke_key(FIRST, 1, "compromised")
    house.register_key(SECOND, "installation", vouched=said)
    return house


def read(house: making.House, *accepted: str) -> tuple[KeyHistory, Findings]:
    findings = Findings()
    entries = [parsed(data.decode(), index) for index, data in enumerate(house.entries)]
    vkey = house.log_signers[0].vkey
    return read_keys(vkey, making.ORIGIN, entries, checker(False), findings, accepted), findings


def platform_says(house: making.House) -> bool:
    entries = [(index, canonical.loads(data)) for index, data in enumerate(house.entries)]
    return keyring_of(entries).keys[SECOND.keyid].vouched


STATEMENT = {"predicateType": "urn:muniment:predicate:record:v1", "predicate": {}}
REFUSED = {
    "nobody": (None, False),
    "itself": (vouched(SECOND), False),
    "a pipeline's key": (vouched(PIPELINE), False),
    "for another key": (vouched(FIRST, PIPELINE.keyid), False),
    "a revoked key": (vouched(FIRST), True),
    "no signature": ([FIRST.keyid, ""], False),
    "not base64": ([FIRST.keyid, "!"], False),
    "words": ("yes", False),
    "numbers": ([1, 2], False),
}


@pytest.mark.parametrize(("said", "is_revoked"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_no_earlier_one_signed_for_signs_nothing(said: Any, is_revoked: bool) -> None:
    house = house_of(said, is_revoked=is_revoked)
    history, findings = read(house)
    key = history.statements[SECOND.keyid]
    assert "without the signature of the key before it" in objection(key, 9, STATEMENT)
    assert SECOND.keyid in " ".join(findings.notes) and not findings.number
    assert not platform_says(house)


def test_who_knows_why_accepts_it() -> None:
    history, findings = read(house_of(None), SECOND.keyid)
    assert objection(history.statements[SECOND.keyid], 9, STATEMENT) == ""
    assert "accepted by --accept" in " ".join(findings.notes)


def test_the_first_and_one_that_it_signed_for_count() -> None:
    house = house_of(vouched(FIRST))
    history, findings = read(house)
    assert all(
        objection(history.statements[one.keyid], 9, STATEMENT) == "" for one in (FIRST, SECOND)
    )
    assert findings.notes == [] and platform_says(house)


def test_an_entry_that_cannot_change_a_key_changes_none() -> None:
    """Whoever owns the database puts such entries into the outbox: they must not spoil every package."""
    house = house_of(vouched(FIRST))
    house.enter("log.key_rotated", ("log", making.ORIGIN), facts={"old": "x", "new": 7})
    house.register_key(SECOND, "installation")
    house.enter(
        "key.revoked", ("key", "x"), facts={"keyid": "sha256:none", "from": "1", "why": "lost"}
    )
    history, findings = read(house)
    assert len(findings.notes) == 3 and not findings.number
    assert all("changes no key" in note for note in findings.notes)
    assert len(history.log.chain) == 1 and history.statements[SECOND.keyid].vouched
