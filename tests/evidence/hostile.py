"""Envelopes that a stricter reader would not take: each is refused at the door, or harmless once it is in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from governance.audit import ed25519
from governance.evidence import dsse
from governance.evidence.models import SigningKey
from governance.evidence.submission import LONGEST
from tests.evidence.pipelines import Pipeline, signer
from tests.evidence.samples import changed

JSON = dict[str, Any]
Make = Callable[[Pipeline], Any]
STRAY = str.maketrans("AQgw", "BRhx")


def sent(change: Callable[[JSON], object]) -> Make:
    """A good envelope, after the change."""

    def make(p: Pipeline) -> JSON:
        envelope = p.sign(p.measurement())
        change(envelope)
        return envelope

    return make


def field(value: Any) -> Make:
    return sent(lambda envelope: envelope.update(x=value))


def beside(keyid: str | None, sig: str = "AAAA") -> Make:
    """A second signature."""
    item = {"sig": sig} if keyid is None else {"keyid": keyid, "sig": sig}
    return sent(lambda envelope: envelope["signatures"].append(item))


def junk_of_installation(place: int) -> Make:
    def make(p: Pipeline) -> JSON:
        held = SigningKey.objects.filter(purpose="installation").latest("valid_from").keyid
        envelope = p.sign(p.measurement())
        envelope["signatures"].insert(place, {"keyid": held, "sig": "AAAA"})
        return envelope

    return make


def signed_twice(p: Pipeline) -> JSON:
    envelope = p.sign(p.measurement())
    again = dsse.sign(base64.b64decode(envelope["payload"]), signer(99))
    envelope["signatures"] += again["signatures"]
    return envelope


def signature(change: Callable[[JSON], JSON]) -> Make:
    return sent(lambda e: e["signatures"].__setitem__(0, change(e["signatures"][0])))


def text_of(change: Callable[[str], str]) -> Make:
    """Another base64 text of the signature."""
    return signature(lambda item: item | {"sig": change(item["sig"])})


def stray_bits(text: str) -> str:
    return f"{text[:-3]}{text[-3].translate(STRAY)}=="


def neutral(public: bytes, secret: bytes, message: bytes) -> bytes:
    """A signature with R the neutral point: OpenSSL takes it."""
    start = int.from_bytes(hashlib.sha512(secret).digest()[:32], "little")
    scalar = start & ((1 << 254) - 8) | (1 << 254)
    point = (1).to_bytes(32, "little")
    digest = hashlib.sha512(point + public + message).digest()
    answer = int.from_bytes(digest, "little") * scalar % ed25519.L
    return point + answer.to_bytes(32, "little")


def with_neutral_point(p: Pipeline) -> JSON:
    envelope = p.sign(p.measurement())
    message = dsse.pae(dsse.PAYLOAD_TYPE, base64.b64decode(envelope["payload"]))
    made = neutral(p.signer.public_bytes, p.signer._key.private_bytes_raw(), message)
    envelope["signatures"][0]["sig"] = base64.b64encode(made).decode()
    return envelope


def with_larger_answer(text: str) -> str:
    raw = base64.b64decode(text)
    answer = int.from_bytes(raw[32:], "little") + ed25519.L
    return base64.b64encode(raw[:32] + answer.to_bytes(32, "little")).decode()


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


HOSTILE: dict[str, tuple[Make, int, str, str]] = {
    "a field more": (field("x"), 422, "unknown_field", ""),
    "a float more": (field(1.5), 422, "unknown_field", ""),
    "a large integer more": (field(2**60), 422, "unknown_field", ""),
    "a deep value more": (field(nested(62)), 422, "unknown_field", ""),
    "a large text more": (field("a" * 1_000_000), 422, "unknown_field", ""),
    "larger than an envelope": (field("a" * 1_600_000), 413, "body_too_large", ""),
    "much larger": (field("a" * 9_000_000), 413, "body_too_large", ""),
    "a field of the signature more": (signature(lambda s: s | {"cert": "x"}), 422, "unknown_field", "/signatures/0"),
    "no key id": (signature(lambda s: {"sig": s["sig"]}), 422, "bad_envelope", "/signatures/0/keyid"),
    "an empty key id": (signature(lambda s: s | {"keyid": ""}), 422, "bad_envelope", "/signatures/0/keyid"),
    "a number as key id": (signature(lambda s: s | {"keyid": 7}), 422, "bad_envelope", "/signatures/0/keyid"),
    "a long key id": (signature(lambda s: s | {"keyid": "k" * 201}), 422, "bad_envelope", "/signatures/0/keyid"),
    "no signature text": (signature(lambda s: {"keyid": s["keyid"]}), 422, "bad_envelope", "/signatures/0/sig"),
    "signatures as text": (sent(lambda e: e.update(signatures="x")), 422, "bad_envelope", "/signatures"),
    "a signature as null": (sent(lambda e: e.update(signatures=[None])), 422, "bad_envelope", "/signatures"),
    "a second signature without a key id": (beside(None), 422, "several_signatures", "/signatures"),
    "a second signature by nobody": (beside("", ""), 422, "several_signatures", "/signatures"),
    "junk beside it": (beside("zz", "!!!"), 422, "several_signatures", "/signatures"),
    "a second good signature": (signed_twice, 422, "several_signatures", "/signatures"),
    "the own one twice": (sent(lambda e: e.update(signatures=e["signatures"] * 2)), 422, "several_signatures", "/signatures"),
    "junk of the installation second": (junk_of_installation(1), 422, "several_signatures", "/signatures"),
    "junk of the installation first": (junk_of_installation(0), 422, "several_signatures", "/signatures"),
    "stray bits in the signature": (text_of(stray_bits), 422, "bad_envelope", "/signatures/0/sig"),
    "no padding": (text_of(lambda text: text.rstrip("=")), 422, "bad_envelope", "/signatures/0/sig"),
    "a line break in the signature": (text_of(lambda text: f"{text[:40]}\n{text[40:]}"), 422, "bad_envelope", "/signatures/0/sig"),
    "a short signature": (text_of(lambda _: "AAAA"), 422, "bad_signature", "/signatures"),
    "R the neutral point": (with_neutral_point, 422, "bad_signature", "/signatures"),
    "S above the order": (text_of(with_larger_answer), 422, "bad_signature", "/signatures"),
    "no payload type": (sent(lambda e: e.pop("payloadType")), 422, "wrong_payload_type", "/payloadType"),
    "a payload type as list": (sent(lambda e: e.update(payloadType=[1.5])), 422, "wrong_payload_type", "/payloadType"),
    "no payload": (sent(lambda e: e.pop("payload")), 422, "bad_envelope", "/payload"),
    "an empty object": (lambda _: {}, 422, "wrong_payload_type", "/payloadType"),
}  # fmt: skip

# Other texts of what was signed, which is all that is kept.
HARMLESS: dict[str, Make] = {
    "URL-safe base64": text_of(lambda text: text.replace("+", "-").replace("/", "_")),
    "a check and a slice of the greatest length": lambda p: p.sign(
        changed(
            changed(p.measurement(), "/predicate/series/check", "c" * LONGEST["check"]),
            "/predicate/series/slice",
            "s" * LONGEST["slice"],
        )
    ),
    "in another order and with white space": lambda p: json.dumps(
        dict(reversed(p.sign(p.measurement()).items())), indent=2
    ),
}

Body = tuple[str | bytes, str, int, str]
PLAIN = "application/json"
MANY = ", ".join(f'"{number}": 0' for number in range(40_000))
UNREADABLE: dict[str, Body] = {
    "no JSON": ("{", PLAIN, 400, "parse_error"),
    "NaN": ('{"payload": NaN}', PLAIN, 400, "parse_error"),
    "NUL": ('{"payload": "\\u0000"}', PLAIN, 400, "parse_error"),
    "half a surrogate pair": ('{"payload": "\\ud800"}', PLAIN, 400, "parse_error"),
    "a key twice": ('{"payload": "", "payload": ""}', PLAIN, 400, "parse_error"),
    "a key twice behind many": (f'{{{MANY}, "39999": 0}}', PLAIN, 400, "parse_error"),
    "nested too deeply": ("[" * 70 + "]" * 70, PLAIN, 400, "parse_error"),
    "nested without end": ("[" * 200_000, PLAIN, 400, "parse_error"),
    "no UTF-8": (b'"\xff"', PLAIN, 400, "parse_error"),
    "XML": ("<a/>", "application/xml", 415, "unsupported_media_type"),
    "a form": ("payload=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    "no type": ("{}", "", 415, "unsupported_media_type"),
    "nothing": ("", PLAIN, 422, "wrong_payload_type"),
}
