from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from governance.audit import canonical
from governance.evidence import dsse
from governance.evidence.dsse import EnvelopeError, KeySigner
from tests.evidence import samples

FIRST, SECOND = (KeySigner(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2))
KEYS = {FIRST.keyid: FIRST.public_bytes}
PAYLOAD = canonical.dumps(samples.report())


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    with pytest.raises(EnvelopeError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_encoding_is_that_of_the_specification() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == expected


def test_lengths_count_bytes_and_not_characters() -> None:
    assert dsse.pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@given(st.binary(max_size=300))
def test_what_was_signed_is_what_comes_back(payload: bytes) -> None:
    assert dsse.verify(dsse.sign(payload, FIRST), KEYS) == payload


def test_an_envelope_survives_its_stored_form() -> None:
    envelope = dsse.sign(PAYLOAD, FIRST)
    stored = dsse.write_envelope(envelope)
    assert dsse.verify(dsse.read_envelope(stored), KEYS) == PAYLOAD
    assert dsse.keyid(FIRST.public_bytes) == envelope["signatures"][0]["keyid"]


def test_every_changed_byte_of_the_payload_is_found() -> None:
    envelope = dsse.sign(b"a short payload", FIRST)
    for position in range(15):
        payload = bytearray(b"a short payload")
        payload[position] ^= 1
        forged = envelope | {"payload": base64.b64encode(payload).decode()}
        assert refusal(dsse.verify, forged, KEYS) == "bad_signature"


def test_another_payload_type_breaks_the_signature() -> None:
    envelope = dsse.sign(PAYLOAD, FIRST, payload_type="text/plain")
    assert refusal(dsse.verify, envelope, KEYS) == "wrong_payload_type"
    forged = envelope | {"payloadType": dsse.PAYLOAD_TYPE}
    assert refusal(dsse.verify, forged, KEYS) == "bad_signature"


def test_an_unknown_key_is_named() -> None:
    envelope = dsse.sign(PAYLOAD, SECOND)
    with pytest.raises(EnvelopeError, match=SECOND.keyid) as caught:
        dsse.verify(envelope, KEYS)
    assert caught.value.code == "unknown_key"


def test_a_key_id_does_not_make_a_signature() -> None:
    envelope = dsse.sign(PAYLOAD, SECOND)
    envelope["signatures"][0]["keyid"] = FIRST.keyid
    assert refusal(dsse.verify, envelope, KEYS) == "bad_signature"


def test_an_envelope_has_one_signature() -> None:
    envelope = dsse.sign(PAYLOAD, FIRST)
    assert dsse.envelope_of(dsse.open_envelope(envelope, KEYS)) == envelope
    envelope["signatures"] += dsse.sign(PAYLOAD, SECOND)["signatures"]
    both = KEYS | {SECOND.keyid: SECOND.public_bytes}
    assert refusal(dsse.verify, envelope, both) == "several_signatures"


@pytest.mark.parametrize("signatures", [None, [], ...])
def test_an_unsigned_envelope_is_refused(signatures: Any) -> None:
    envelope = dsse.sign(PAYLOAD, FIRST)
    if signatures is ...:
        del envelope["signatures"]
    else:
        envelope["signatures"] = signatures
    assert refusal(dsse.verify, envelope, KEYS) == "unsigned"


@pytest.mark.parametrize(
    "change",
    [
        {"payload": "not base64!"},
        {"payload": None},
        {"signatures": "x"},
        {"signatures": ["x"]},
        {"signatures": [{"keyid": "a"}]},
        {"signatures": [{"keyid": 7, "sig": "AAAA"}]},
        {"signatures": [{"keyid": "a", "sig": ""}]},
        {"payload": "QQ"},
        {"payload": "QR=="},
    ],
)
def test_a_malformed_envelope_is_refused(change: dict[str, Any]) -> None:
    envelope = dsse.sign(PAYLOAD, FIRST) | change
    assert refusal(dsse.verify, envelope, KEYS) == "bad_envelope"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"a":1.5}', b"\xff"])
def test_text_that_is_no_envelope_is_refused(data: bytes) -> None:
    assert refusal(dsse.read_envelope, data) == "bad_envelope"


def test_what_is_too_large_is_refused_everywhere() -> None:
    large = b"x" * (dsse.MAX_PAYLOAD_BYTES + 1)
    assert refusal(dsse.sign, large, FIRST) == "too_large"
    envelope = dsse.sign(b"small", FIRST) | {"payload": base64.b64encode(large).decode()}
    assert refusal(dsse.verify, envelope, KEYS) == "too_large"
    assert refusal(dsse.read_envelope, b" " * (dsse.MAX_ENVELOPE_BYTES + 1)) == "too_large"


def test_the_largest_payload_still_passes() -> None:
    payload = b"x" * dsse.MAX_PAYLOAD_BYTES
    stored = dsse.write_envelope(dsse.sign(payload, FIRST))
    assert dsse.verify(dsse.read_envelope(stored), KEYS) == payload


def test_unknown_fields_are_refused() -> None:
    envelope = dsse.sign(PAYLOAD, FIRST)
    assert refusal(dsse.verify, envelope | {"comment": "x"}, KEYS) == "unknown_field"
    envelope["signatures"][0]["cert"] = "x"
    assert refusal(dsse.verify, envelope, KEYS) == "unknown_field"


def test_url_safe_base64_is_accepted() -> None:
    envelope = dsse.sign(b"\xff\xfe\xfd???", FIRST)
    envelope["payload"] = base64.urlsafe_b64encode(b"\xff\xfe\xfd???").decode()
    assert "_" in envelope["payload"]
    assert dsse.verify(envelope, KEYS) == b"\xff\xfe\xfd???"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_accepts_the_signature(tmp_path: Path) -> None:
    envelope = json.loads(dsse.write_envelope(dsse.sign(PAYLOAD, FIRST)))
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    public = Ed25519PublicKey.from_public_bytes(FIRST.public_bytes)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key").write_bytes(pem)
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    command = "openssl pkeyutl -verify -pubin -inkey key -rawin -in signed -sigfile signature"
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "signed").write_bytes(signed.replace(b"31", b"32"))
    assert subprocess.run(command.split(), cwd=tmp_path, check=False).returncode != 0
