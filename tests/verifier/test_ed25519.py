"""The plain Ed25519 against RFC 8032, against `cryptography`, and against texts that must not pass."""

from __future__ import annotations

import random
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verifier import ed25519
from verifier.signatures import checker

# RFC 8032 section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
BOTH = [pytest.param(checker(pure=True), id="pure"), pytest.param(checker(), id="library")]
SMALL = [*ed25519._small_orders()]


def signed(seed: int, message: bytes = b"message") -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return key.public_key().public_bytes_raw(), key.sign(message)


def accepted_by_library(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("verify", BOTH)
@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_vectors_of_the_rfc_pass_and_their_neighbours_do_not(verify, vector) -> None:
    public, message, signature = map(bytes.fromhex, vector)
    assert verify(public, signature, message)
    assert not verify(public, signature, message + b"x")
    assert not verify(public, signature[:-1] + bytes([signature[-1] ^ 1]), message)


def test_both_agree_on_good_and_damaged_signatures() -> None:
    chance = random.Random(5)
    pure, library, passed = checker(pure=True), checker(), 0
    for turn in range(300):
        message = chance.randbytes(chance.randrange(200))
        public, signature = signed(1 + turn % 5, message)
        parts = [bytearray(public), bytearray(signature), bytearray(message + b".")]
        if turn % 2:
            one = parts[chance.randrange(2)]
            one[chance.randrange(len(one))] ^= 1 << chance.randrange(8)
        public, signature = bytes(parts[0]), bytes(parts[1])
        found = pure(public, signature, message)
        assert found == library(public, signature, message)
        assert found == accepted_by_library(public, signature, message)
        passed += found
    assert passed == 150


@pytest.mark.parametrize("verify", BOTH)
def test_a_signature_has_one_text_only(verify) -> None:
    public, signature = signed(3)
    assert verify(public, signature, b"message")
    number = int.from_bytes(signature[32:], "little") + ed25519.L
    assert not verify(public, signature[:32] + number.to_bytes(32, "little"), b"message")


def test_the_points_of_small_order_are_five_by_their_y() -> None:
    assert len(SMALL) == 5
    for y in SMALL:
        point = ed25519.decode(y.to_bytes(32, "little"))
        assert point is not None
        found = (*point, 1, point[0] * point[1] % ed25519.P)
        for _ in range(3):
            found = ed25519._add(found, found)
        assert ed25519.encode(found) == (1).to_bytes(32, "little")


@pytest.mark.parametrize("verify", BOTH)
@pytest.mark.parametrize("y", SMALL)
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_keys_of_small_order_sign_nothing(verify, y: int, sign: int) -> None:
    public = (y | sign).to_bytes(32, "little")
    # With A of order one, R = B and S = 1 would fit every message.
    forged = ed25519.BASE_Y.to_bytes(32, "little") + (1).to_bytes(32, "little")
    assert not verify(public, forged, b"any message")
    assert not verify(public, public + bytes(32), b"any message")


def test_such_a_forgery_is_one_that_the_library_alone_would_take() -> None:
    forged = ed25519.BASE_Y.to_bytes(32, "little") + (1).to_bytes(32, "little")
    assert accepted_by_library((1).to_bytes(32, "little"), forged, b"any message")


@pytest.mark.parametrize("verify", BOTH)
@pytest.mark.parametrize("y", [ed25519.P, ed25519.P + 1, 2**255 - 1])
def test_points_not_in_canonical_form_are_refused(verify, y: int) -> None:
    public, signature = signed(4)
    assert not verify(y.to_bytes(32, "little"), signature, b"message")
    assert not verify(public, y.to_bytes(32, "little") + signature[32:], b"message")


@pytest.mark.parametrize("verify", BOTH)
def test_wrong_sizes_are_refused(verify) -> None:
    public, signature = signed(4)
    assert not verify(public[:-1], signature, b"message")
    assert not verify(public, signature + b"\0", b"message")
    assert not verify(b"", b"", b"")


def test_one_verification_takes_a_few_milliseconds() -> None:
    public, signature = signed(9)
    assert ed25519.verify(public, signature, b"message")
    begin = time.process_time()
    for _ in range(50):
        ed25519.verify(public, signature, b"message")
    assert (time.process_time() - begin) / 50 < 0.01
