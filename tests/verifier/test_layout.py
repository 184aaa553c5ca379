"""Whoever has no key changes the zip around the members, so that other programs read other contents."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.conftest import Kit, Run, as_json, check
from tests.verifier.forging import (
    END,
    Part,
    directory_of,
    end_of,
    members_of,
    packed,
    put_together,
    take_apart,
)
from tests.verifier.test_package import pythons

FALSE = b"\xef\xbb\xbfnothing was found\r\n"
Trick = Callable[[list[Part]], bytes]


@pytest.fixture(scope="module")
def parts(kit: Kit) -> list[Part]:
    return take_apart(kit.zip())


def changed(change: Callable[[Part], Part], which: int = 3) -> Trick:
    """One member put together in another way."""

    def forge(parts: list[Part]) -> bytes:
        return put_together([*parts[:which], change(parts[which]), *parts[which + 1 :]])

    return forge


def unicode_path(part: Part) -> Part:
    """Info-ZIP's field that gives a member a second name; unzip believes it, Python since 3.13."""
    body = b"\x01" + struct.pack("<L", zlib.crc32(part.name.encode())) + b"other.csv"
    extra = struct.pack("<2H", 0x7075, len(body)) + body
    return part.but(entry_extra=extra)


def two_directories(zip64: bool) -> Trick:
    """Other members and their directory in the comment of the last entry of the genuine one."""

    def forge(parts: list[Part]) -> bytes:
        members, offsets = members_of(parts)
        genuine = directory_of(parts, offsets)
        place = len(members) + len(genuine)
        false = packed(FALSE, parts[5])
        hidden, (at,) = members_of([false], place)
        second = directory_of([*parts[:5], false, *parts[6:]], [*offsets[:5], at, *offsets[6:]])
        last = parts[-1].but(comment=hidden + second)
        whole = members + directory_of([*parts[:-1], last], offsets)
        counts = (len(parts), len(parts), len(whole) - len(members), len(members))
        record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, *counts)
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(whole), 1)
        tail = record + locator if zip64 else b""
        return whole + tail + end_of(len(parts), len(second), place + len(hidden))

    return forge


def left_out_of_the_directory(parts: list[Part]) -> bytes:
    members, offsets = members_of(parts)
    entries = directory_of(parts[:-1], offsets[:-1])
    return members + entries + end_of(len(parts) - 1, len(entries), len(members))


def in_another_order(parts: list[Part]) -> bytes:
    members, offsets = members_of(parts)
    entries = directory_of(parts[::-1], offsets[::-1])
    return members + entries + end_of(len(parts), len(entries), len(members))


def counted_wrong(parts: list[Part]) -> bytes:
    whole = put_together(parts)
    fields = list(END.unpack(whole[-END.size :]))
    fields[3] = fields[4] = 3
    return whole[: -END.size] + END.pack(*fields)


def sharing_bytes(parts: list[Part]) -> bytes:
    members, offsets = members_of(parts)
    entries = directory_of([*parts, parts[3].but(name="twin")], [*offsets, offsets[3]])
    return members + entries + end_of(len(parts) + 1, len(entries), len(members))


def hidden_behind_the_packed(part: Part) -> Part:
    """Bytes behind the end of the deflated stream, inside the size that both headers name."""
    data = part.data + b"hidden"
    return part.but(data=data).with_both(packed=len(data))


SIZES_ELSEWHERE = struct.pack("<2H2Q", 1, 16, 7, 7)
TRICKS: dict[str, tuple[Trick, str]] = {
    "two directories": (two_directories(zip64=False), "bytes are hidden there"),
    "two directories, zip64": (two_directories(zip64=True), "directory is damaged, or does not"),
    "second name": (changed(unicode_path), "another extra field"),
    "script in front, counted": (
        changed(lambda one: one.but(before=b"#!/bin/sh\necho owned; exit\n"), 0),
        "begins at byte 27 of the zip, and not at 0",
    ),
    "script in front": (lambda parts: b"#!/bin/sh\n" * 20 + put_together(parts), "put in front"),
    "one byte between": (changed(lambda one: one.but(before=b"x")), "bytes are hidden there"),
    "before the directory": (lambda parts: put_together(parts, b"x"), "bytes are hidden there"),
    "comment": (lambda parts: put_together(parts, comment=b"Hello"), "such as a comment"),
    "behind the end": (lambda parts: put_together(parts) + b"x", "such as a comment"),
    "comment of a member": (
        changed(lambda one: one.but(comment=b"No findings.")),
        "another comment",
    ),
    "count": (counted_wrong, "is not the one of a zip with"),
    "left out": (left_out_of_the_directory, "its directory begins at"),
    "order": (in_another_order, "and not at 0"),
    "shared": (sharing_bytes, "two files share some"),
    "hidden behind": (changed(hidden_behind_the_packed), "hidden behind the file's packed ones"),
    "header's extra": (changed(lambda one: one.but(header_extra=SIZES_ELSEWHERE)), "extra field"),
    "entry's extra": (changed(lambda one: one.but(entry_extra=SIZES_ELSEWHERE)), "extra field"),
    "sizes behind": (changed(lambda one: one.with_both(flags=8)), "another flags"),
    "header's sizes": (changed(lambda one: one.with_header(crc=0, packed=0, size=0)), "check sum"),
    "header's method": (changed(lambda one: one.with_header(method=99)), "another method"),
    "stored in two sizes": (changed(lambda one: one.with_both(method=0)), "two sizes"),
    "setuid": (changed(lambda one: one.with_entry(external=0o104755 << 16)), "attributes"),
    "folder of DOS": (changed(lambda one: one.with_entry(external=0o644 << 16 | 16)), "attributes"),
    "text": (changed(lambda one: one.with_entry(internal=1)), "internal attributes"),
    "time": (changed(lambda one: one.with_both(date=0x22)), "another date"),
    "system": (changed(lambda one: one.with_entry(made=20)), "another version that made it"),
}


def test_a_zip_taken_apart_and_put_together_is_the_same(kit: Kit, parts: list[Part]) -> None:
    assert put_together(parts) == kit.zip().read_bytes()


@pytest.mark.parametrize("trick", TRICKS)
def test_another_layout_is_a_change(
    kit: Kit, parts: list[Part], tmp_path: Path, trick: str
) -> None:
    forge, sentence = TRICKS[trick]
    path = tmp_path / "p.zip"
    path.write_bytes(forge(parts))
    verdict = check(path, kit.key, kit.kept())
    assert verdict.exit == 1
    assert sentence in verdict.sentence


@pytest.mark.parametrize("python", pythons())
def test_every_python_says_the_same(
    kit: Kit, parts: list[Part], tmp_path: Path, run: Run, python: str
) -> None:
    for trick in ("two directories, zip64", "second name", "script in front, counted"):
        path = tmp_path / "p.zip"
        path.write_bytes(TRICKS[trick][0](parts))
        found = as_json(run(path, "--json", python=python))
        assert found["sentence"] == check(path).sentence
        assert found["exit"] == 1


def test_every_byte_around_the_members_counts(kit: Kit, parts: list[Part], tmp_path: Path) -> None:
    data, chance, path = kit.zip().read_bytes(), random.Random(5), tmp_path / "p.zip"
    members, offsets = members_of(parts)
    around = [at + one for at in offsets for one in range(30)]
    around += range(len(members), len(data))
    places = [*range(len(data) - END.size, len(data)), *offsets[:1], *chance.sample(around, 150)]
    for place in places:
        byte = data[place] ^ (1 << chance.randrange(8))
        path.write_bytes(data[:place] + bytes([byte]) + data[place + 1 :])
        assert check(path, kit.key, kit.kept()).exit in {1, 2}, place


def test_a_name_that_no_package_has_is_refused(parts: list[Part], tmp_path: Path) -> None:
    for name in ("README.txt.", "b\u00e9ne.csv", "a b.csv", "$(id).csv"):
        path = tmp_path / "p.zip"
        path.write_bytes(changed(lambda one, name=name: one.but(name=name))(parts))
        verdict = check(path)
        assert (verdict.exit, "The zip names a file" in verdict.sentence) == (2, True)
