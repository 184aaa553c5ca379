"""One key follows another: which key signs which size, and one outcome wherever a crash falls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from governance.audit import canonical, note
from governance.audit.actions import COMMAND, record
from governance.audit.logkey import SignerHome
from governance.audit.logkeys import (
    ROTATED,
    Reign,
    key_for,
    reigns,
    rotation_facts,
    successor,
)
from governance.audit.models import Checkpoint, Leaf, OutboxEntry
from governance.audit.proofs import check_checkpoint, check_inclusion, log_key
from governance.audit.rotation import rotate
from governance.audit.sequencer import Sequencer
from tests.audit.running import write
from tests.environment import session

ORIGIN = "muniment.local/test"


def made(number: int) -> note.Ed25519Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return note.Ed25519Signer(ORIGIN, key)


def entry(facts: dict[str, Any], action: str = ROTATED, origin: str = ORIGIN) -> dict[str, Any]:
    return {"action": action, "object": {"type": "log", "id": origin}, "facts": facts}


def test_keys_follow_from_the_entries() -> None:
    first, second, third = made(1), made(2), made(3)
    entries = [
        (4, entry({}, action="test.other")),
        (7, entry(rotation_facts(ORIGIN, first, second))),
        (20, entry(rotation_facts(ORIGIN, second, third))),
    ]
    keys = reigns(ORIGIN, first.vkey, entries)
    assert keys == [Reign(first.vkey, 0), Reign(second.vkey, 8), Reign(third.vkey, 21)]
    signs = [key_for(keys, size).vkey for size in (0, 7, 8, 20, 21, 999)]
    assert signs == [first.vkey] * 2 + [second.vkey] * 2 + [third.vkey] * 2


@pytest.mark.parametrize(
    "change", ["old", "origin", "signatures", "swapped", "short", "self", "name"]
)
def test_an_entry_that_does_not_hold_hands_over_nothing(change: str) -> None:
    first, second = made(1), made(2)
    facts, origin = rotation_facts(ORIGIN, first, second), ORIGIN
    if change == "old":
        facts = rotation_facts(ORIGIN, made(3), second)
    if change == "origin":
        origin = "muniment.local/other"
    if change == "signatures":
        facts["signatures"] = rotation_facts(ORIGIN, first, made(4))["signatures"]
    if change == "swapped":
        facts["signatures"] = facts["signatures"][::-1]
    if change == "short":
        facts["signatures"] = facts["signatures"][:1]
    if change == "self":
        facts = rotation_facts(ORIGIN, first, first)
    if change == "name":
        stranger = note.encode_vkey("else", note.decode_vkey(second.vkey).public_key)
        facts["new"] = stranger
    assert successor(ORIGIN, first.vkey, entry(facts, origin=origin)) is None


@given(st.dictionaries(st.text(), st.none() | st.text() | st.lists(st.text() | st.none())))
def test_any_facts_are_read_without_a_fault(facts: dict[str, Any]) -> None:
    assert successor(ORIGIN, made(1).vkey, entry(facts)) is None


@pytest.fixture
def connection(committed_db: str) -> Any:
    with psycopg.connect(session.url("sequencer")) as raw:
        yield raw


def signers_of(checkpoint: Checkpoint, *keys: str) -> list[str]:
    _, found = note.verify_note(checkpoint.note, [note.decode_vkey(key) for key in keys])
    return [note.encode_vkey(key.name, key.public_key) for key in found]


def check_outcome(home: SignerHome, first: str) -> None:
    """One hand-over, its first checkpoint by both keys, later ones by the new, every checkpoint verified."""
    key = log_key(home.folder)
    assert key is not None and len(key.reigns) == 2 and key.first == first
    new, since = key.reigns[1].vkey, key.reigns[1].since
    assert Leaf.objects.filter(action=ROTATED).count() == 1
    for row in Checkpoint.objects.order_by("id"):
        assert check_checkpoint(row, key).holds, row.size
    covering = [row for row in Checkpoint.objects.order_by("id") if row.size >= since]
    assert signers_of(covering[0], first, new) == [first, new]
    assert signers_of(covering[-1], first, new) == [new] and len(covering) > 1
    assert all(
        signers_of(row, first, new) == [first] for row in Checkpoint.objects.filter(size__lt=since)
    )
    assert home.signer.vkey == new and home.next_location == ""
    assert home.public_path.read_text().strip() == first
    assert [path.name for path in home.folder.glob("*.pem*")] == ["log.pem"]
    assert home.key_path.stat().st_mode & 0o777 == 0o600


def test_old_checkpoints_verify_with_the_old_key_and_new_ones_with_the_new(
    home: SignerHome, connection: psycopg.Connection[Any]
) -> None:
    sequencer, first = Sequencer(connection, home), home.signer.vkey
    write(3)
    sequencer.append_all()
    sequencer.sign()
    assert "handed over" in rotate(home)
    assert "already" in rotate(home)
    write(2)
    sequencer.append_all()
    sequencer.sign()
    write(1)
    sequencer.append_all()
    sequencer.sign()
    check_outcome(home, first)
    key = log_key(home.folder)
    old, new = Checkpoint.objects.order_by("id").first(), Checkpoint.objects.order_by("-id").first()
    assert check_inclusion(Leaf.objects.get(index=1), old, key).holds
    assert check_inclusion(Leaf.objects.get(index=1), new, key).holds
    swapped = Checkpoint(
        size=new.size,
        root=new.root,
        note=note.sign_checkpoint(
            note.Checkpoint(home.origin, new.size, bytes(new.root)), [made_like(home, 9)]
        ),
    )
    assert not check_checkpoint(swapped, key).holds


def made_like(home: SignerHome, number: int) -> note.Ed25519Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return note.Ed25519Signer(
        home.origin, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    )


def test_the_old_key_cannot_sign_what_the_new_one_reigns_over(
    home: SignerHome, connection: psycopg.Connection[Any]
) -> None:
    sequencer, old = Sequencer(connection, home), home.signer
    write(1)
    sequencer.append_all()
    rotate(home)
    sequencer.append_all()
    sequencer.sign()
    key = log_key(home.folder)
    newest = Checkpoint.objects.latest("id")
    head = note.Checkpoint(home.origin, newest.size, bytes(newest.root))
    forged = Checkpoint(size=newest.size, root=newest.root, note=note.sign_checkpoint(head, [old]))
    assert not check_checkpoint(forged, key).holds


def test_a_second_rotation_follows_the_first(
    home: SignerHome, connection: psycopg.Connection[Any]
) -> None:
    sequencer = Sequencer(connection, home)
    for _ in range(2):
        rotate(home)
        sequencer.append_all()
        sequencer.sign()
    key = log_key(home.folder)
    assert [reign.since for reign in key.reigns] == [0, 1, 2]
    assert all(check_checkpoint(row, key).holds for row in Checkpoint.objects.all())


def test_a_bogus_entry_of_an_attacker_changes_no_key(
    home: SignerHome, connection: psycopg.Connection[Any]
) -> None:
    from django.db import transaction

    sequencer, first = Sequencer(connection, home), home.signer.vkey
    stranger = made_like(home, 5)
    with transaction.atomic():
        record(
            ROTATED,
            by=COMMAND,
            object_type="log",
            object_id=home.origin,
            unit_path="/",
            facts={**rotation_facts(home.origin, stranger, stranger), "old": first},
        )
    sequencer.append_all()
    sequencer.sign()
    key = log_key(home.folder)
    assert [reign.vkey for reign in key.reigns] == [first]


def test_the_new_key_may_live_elsewhere(
    home: SignerHome, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sequencer, first, place = Sequencer(connection, home), home.signer.vkey, tmp_path / "away.pem"
    note.create_key(place)
    rotate(home, str(place))
    sequencer.append_all()
    sequencer.sign()
    moved = note.load_signer(place, home.origin).vkey
    assert log_key(home.folder).vkey == moved and home.signer.vkey == first
    with pytest.raises(note.NoteError, match="MUNIMENT_LOG_KEY"):
        rotate(home, str(tmp_path / "third.pem"))
    # The operator sets MUNIMENT_LOG_KEY and starts the sequencer again.
    later = Sequencer(connection, SignerHome(home.folder, str(place)))
    write(1)
    later.append_all()
    later.sign()
    assert not home.next_place.exists()
    key = log_key(home.folder)
    assert all(check_checkpoint(row, key).holds for row in Checkpoint.objects.all())


def test_a_log_whose_key_is_gone_gets_no_new_one(home: SignerHome) -> None:
    assert home.signer.vkey
    home.key_path.unlink()
    with pytest.raises(note.NoteError, match="is gone"):
        _ = home.signer
    assert not home.key_path.exists()


# Where the process is killed: before or after a step of the command, or of the sequencer.
COMMAND_STEPS = [
    "governance.audit.note.os.link:before",
    "governance.audit.note.os.link:after",
    "governance.audit.rotation.record:before",
    "governance.audit.rotation.record:after",
]
SEQUENCER_STEPS = [
    "governance.audit.sequencer.Sequencer.grown_tiles:after",
    "governance.audit.logkey.SignerHome.remember:before",
    "governance.audit.logkey.SignerHome.remember:after",
    "governance.audit.sequencer.Sequencer.settle_keys:before",
    "governance.audit.logkey.Path.replace:before",
    "governance.audit.logkey.sync_folder:before",
    "governance.audit.sequencer.Sequencer.settle_keys:after",
]
KILLED = """
import os, sys, signal
import django
django.setup()
from django.utils.module_loading import import_string
import importlib, psycopg
from pathlib import Path
what, role, folder, url = sys.argv[1:]
path, _, when = what.partition(":")
parts = path.split(".")
for cut in range(len(parts) - 1, 0, -1):
    try:
        holder = importlib.import_module(".".join(parts[:cut]))
        break
    except ImportError:
        continue
for name in parts[cut:-1]:
    holder = getattr(holder, name)
real = getattr(holder, parts[-1])
def dying(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    found = real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
    return found
from governance.audit.logkey import SignerHome
from governance.audit.rotation import rotate
from governance.audit.sequencer import Sequencer
home = SignerHome(Path(folder))
setattr(holder, parts[-1], dying)
if role == "command":
    rotate(home)
else:
    with psycopg.connect(url) as raw:
        sequencer = Sequencer(raw, home)
        sequencer.append_all()
        sequencer.sign()
"""


def killed(step: str, role: str, home: SignerHome) -> None:
    database_role = "app" if role == "command" else "sequencer"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step, role, str(home.folder), session.url("sequencer")],
        cwd=session.PROJECT,
        env={
            **os.environ,
            "MUNIMENT_HOME": str(home.folder.parent),
            "MUNIMENT_DB_ROLE": database_role,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, (step, done.returncode, done.stderr[-2000:])


@pytest.mark.parametrize("step", [*COMMAND_STEPS, *SEQUENCER_STEPS])
def test_a_rotation_killed_anywhere_has_one_outcome(
    home: SignerHome, connection: psycopg.Connection[Any], step: str
) -> None:
    sequencer, first = Sequencer(connection, home), home.signer.vkey
    write(2)
    sequencer.append_all()
    sequencer.sign()
    if step in COMMAND_STEPS:
        killed(step, "command", home)
    else:
        rotate(home)
        killed(step, "sequencer", home)
    rotate_again(home, first)
    # A new process, as the supervisor starts one.
    again = Sequencer(connection, home)
    for _ in range(2):
        write(1)
        again.append_all()
        again.sign()
    check_outcome(home, first)


def rotate_again(home: SignerHome, first: str) -> None:
    """What an operator does who does not know how far it came: run it again, unless the key changed."""
    key = log_key(home.folder)
    if key.vkey == first:
        rotate(home)


def test_the_command_says_what_happens(
    home: SignerHome, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.signer.vkey
    call_command("rotate_log_key")
    assert "signs its next checkpoint with both keys" in capsys.readouterr().out
    body = canonical.loads(bytes(OutboxEntry.objects.get().body))
    assert body["object"] == {"type": "log", "id": home.origin}
    assert sorted(body["facts"]) == ["new", "old", "signatures"]
