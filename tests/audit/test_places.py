"""Anchors with real peers: a folder, a bare git repository, listeners, a web server, a time-stamping authority."""

from __future__ import annotations

import base64
import re
import shutil
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from governance.audit import note
from governance.audit.anchors import anchor_newest, compare, is_due
from governance.audit.canonical import loads
from governance.audit.checks import check_log_settings
from governance.audit.logkey import SignerHome
from governance.audit.models import Anchor, Checkpoint, OutboxEntry
from governance.audit.places import PlaceError, read_place, read_places
from governance.audit.proofs import log_key
from governance.audit.sequencer import Sequencer
from governance.evidence.anchoring import anchor as anchor_job
from governance.work.models import Notification
from tests.audit.running import write
from tests.cast import Cast
from tests.pages.browse import asks_to_sign_in, html_of, signed_in

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SIGNER = note.Ed25519Signer("muniment.local/test", KEY)


def signed(size: int, fill: bytes = b"r") -> str:
    return note.sign_checkpoint(note.Checkpoint(SIGNER.name, size, fill * 32), [SIGNER])


@contextmanager
def web_server(
    answer: Callable[[bytes, str], tuple[int, bytes]],
) -> Iterator[tuple[str, list[Any]]]:
    """A real HTTP server; every POST's body and content type go to `answer` and are kept."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((body, self.headers["Content-Type"], self.path))
            status, text = answer(body, self.headers["Content-Type"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_keeps_a_file_for_each_size(tmp_path: Path) -> None:
    place = read_place(f"dir:{tmp_path}", tmp_path)
    assert place.held() is None
    for size in (5, 9, 9):
        receipt = place.send(signed(size))
        assert Path(receipt.decode()).read_text() == signed(size)
    assert place.held() == signed(9)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000000000005.checkpoint", "000000000009.checkpoint", "checkpoint",
    ]  # fmt: skip


def test_a_folder_never_loses_a_checkpoint_of_the_same_size(tmp_path: Path) -> None:
    place = read_place(f"dir:{tmp_path}", tmp_path)
    place.send(signed(5))
    with pytest.raises(PlaceError, match="another checkpoint of the same size"):
        place.send(signed(5, b"x"))
    assert place.held() == signed(5)


def test_a_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="is not there"):
        read_place(f"dir:{tmp_path / 'away'}", tmp_path).send(signed(5))
    assert not (tmp_path / "away").exists()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("Not installed: git")
    repository = tmp_path / "anchors.git"
    git(tmp_path, "init", "--quiet", "--bare", str(repository))
    return repository


def test_a_git_repository_gets_a_commit_for_each_checkpoint(bare: Path, tmp_path: Path) -> None:
    place = read_place(f"git+file://{bare}#log", tmp_path / "work")
    assert place.held() is None
    commits = [place.send(signed(size)).decode() for size in (3, 8, 8)]
    assert git(bare, "log", "--format=%H", "log").split() == commits[::-1]
    assert git(bare, "show", f"{commits[0]}:checkpoint") == signed(3)
    assert place.held() == signed(8)


def test_git_goes_on_from_a_new_clone_and_after_another_pushed(bare: Path, tmp_path: Path) -> None:
    address = f"git+file://{bare}"
    read_place(address, tmp_path / "one").send(signed(3))
    read_place(address, tmp_path / "two").send(signed(4))
    read_place(address, tmp_path / "one").send(signed(5))
    assert len(git(bare, "log", "--format=%H", "main").split()) == 3


def test_git_that_is_not_there_says_so_without_the_password(tmp_path: Path) -> None:
    place = read_place("git+http://user:secret@127.0.0.1:1/a.git", tmp_path)
    with pytest.raises(PlaceError, match="git ls-remote failed") as caught:
        place.send(signed(3))
    assert "secret" not in str(caught.value) and "secret" not in place.name


def read_syslog(message: bytes) -> tuple[dict[str, str], str]:
    """The structured data and the note of an RFC 5424 message."""
    form = re.compile(
        r"<109>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ muniment \d+ checkpoint \[muniment@32473 (.*?)\] (\S+)"
    )
    found = form.fullmatch(message.decode())
    assert found, message
    return dict(re.findall(r'(\w+)="([^"]*)"', found[1])), base64.b64decode(found[2]).decode()


def test_syslog_over_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        place = read_place(f"syslog+udp://127.0.0.1:{listener.getsockname()[1]}", Path("/x"))
        place.send(signed(7))
        data, text = read_syslog(listener.recv(65_536))
    assert text == signed(7)
    assert data == {"origin": SIGNER.name, "size": "7", "root": (b"r" * 32).hex()}


def test_syslog_over_tcp_counts_its_octets() -> None:
    received: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            received.append(self.rfile.read())

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        read_place(f"syslog+tcp://127.0.0.1:{server.server_address[1]}", Path("/x")).send(signed(7))
        thread.join(5)
    length, _, message = received[0].partition(b" ")
    assert int(length) == len(message) and read_syslog(message)[1] == signed(7)


def test_syslog_that_nobody_hears_fails_over_tcp() -> None:
    with pytest.raises(PlaceError, match="was not reached"):
        read_place("syslog+tcp://127.0.0.1:1", Path("/x")).send(signed(7))


def test_a_webhook_is_posted_the_checkpoint() -> None:
    with web_server(lambda body, kind: (201, b"kept as 17")) as (site, seen):
        receipt = read_place(f"{site}/anchors?key=secret", Path("/x")).send(signed(7))
    assert receipt == b"kept as 17"
    assert seen == [(signed(7).encode(), "text/plain; charset=utf-8", "/anchors?key=secret")]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_a_failure(status: int) -> None:
    with web_server(lambda body, kind: (status, b"")) as (site, _):
        place = read_place(f"{site}/a?key=secret", Path("/x"))
        with pytest.raises(PlaceError, match=f"answered {status}") as caught:
            place.send(signed(7))
    assert "secret" not in str(caught.value)


TSA_CONFIG = """
[tsa]
default_tsa = one
[one]
dir = .
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.crt
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
"""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A time-stamping authority of openssl's own, in a folder."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(TSA_CONFIG)
    (folder / "serial").write_text("01\n")
    for line in (
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=CA -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=TSA -keyout tsa.key -out tsa.csr",
        "x509 -req -in tsa.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30"
        " -extfile tsa.cnf -extensions ext -out tsa.crt",
    ):
        done = subprocess.run(
            ["openssl", *line.split()], cwd=folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return folder


def stamp(folder: Path, query: bytes) -> bytes:
    (folder / "q.tsq").write_bytes(query)
    command = "openssl ts -reply -config tsa.cnf -queryfile q.tsq -out r.tsr"
    done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (folder / "r.tsr").read_bytes()


@pytest.mark.parametrize("chain", ["", "certs = ./ca.crt\n"])
def test_a_time_stamp_verifies_with_openssl(authority: Path, chain: str) -> None:
    """Also where the authority sends its chain in an order that strict DER forbids."""
    (authority / "tsa.cnf").write_text(TSA_CONFIG.replace("[ext]", f"{chain}[ext]"))
    with web_server(lambda body, kind: (200, stamp(authority, body))) as (site, seen):
        receipt = read_place(f"tsa+{site}/tsr", Path("/x")).send(signed(7))
    assert seen[0][1] == "application/timestamp-query"
    (authority / "receipt.tsr").write_bytes(receipt)
    (authority / "note.txt").write_text(signed(7))
    verify = "openssl ts -verify -in receipt.tsr -data note.txt -CAfile ca.crt -untrusted tsa.crt"
    if not chain:
        verify = verify.removesuffix(" -untrusted tsa.crt")
    done = subprocess.run(verify.split(), cwd=authority, capture_output=True, text=True)
    assert done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr
    (authority / "note.txt").write_text(signed(8))
    done = subprocess.run(verify.split(), cwd=authority, capture_output=True, text=True)
    assert done.returncode != 0


def test_an_old_or_broken_time_stamp_is_no_receipt(authority: Path) -> None:
    answers = []

    def replay(body: bytes, kind: str) -> tuple[int, bytes]:
        answers.append(stamp(authority, body))
        return 200, answers[0]

    with web_server(replay) as (site, _):
        place = read_place(f"tsa+{site}", Path("/x"))
        place.send(signed(7))
        # The same checkpoint and an answer to the first request: another nonce.
        with pytest.raises(PlaceError, match="stamped something else"):
            place.send(signed(7))
    with (
        web_server(lambda body, kind: (200, b"no time stamp")) as (site, _),
        pytest.raises(PlaceError, match="with no time stamp"),
    ):
        read_place(f"tsa+{site}", Path("/x")).send(signed(7))


@pytest.mark.parametrize("text", ["", "dir:relative", "ftp://host/x", "https://", "file:///x", "x"])
def test_what_is_no_place_is_refused_at_start_up(text: str, settings: Settings) -> None:
    with pytest.raises(PlaceError, match="is no place"):
        read_places([text])
    settings.ANCHORS = [text]
    assert [message.id for message in check_log_settings(None)] == ["audit.E002"]


@pytest.mark.parametrize(("days", "refused"), [(189, True), (190, False), (3653, False)])
def test_a_retention_below_190_days_is_refused_at_start_up(
    settings: Settings, days: int, refused: bool
) -> None:
    settings.LOG_RETENTION_DAYS = days
    assert [message.id for message in check_log_settings(None)] == ["audit.E001"] * refused


@pytest.fixture
def sequencer(home: SignerHome, connect_as: Callable[[str], Any]) -> Sequencer:
    made = Sequencer(connect_as("sequencer"), home)
    grow(made)
    return made


def grow(sequencer: Sequencer, number: int = 1) -> Checkpoint:
    write(number)
    sequencer.append_all()
    sequencer.sign()
    return Checkpoint.objects.latest("id")


def test_receipts_are_kept_and_successes_let_the_log_rest(
    sequencer: Sequencer, home: SignerHome, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    target = [read_place(f"dir:{tmp_path / 'a'}", tmp_path)]
    key = log_key(home.folder)
    assert [bool(one.anchor.pk) for one in anchor_newest(key, target)] == [True]
    assert anchor_newest(key, target) == []
    newest = grow(sequencer, 3)
    anchor_newest(key, target)
    last = Anchor.objects.order_by("-id").first()
    assert (last.size, bytes(last.root), last.error) == (newest.size, bytes(newest.root), "")
    assert Path(bytes(last.receipt).decode()).read_text() == newest.note
    assert not OutboxEntry.objects.exists()


def test_an_idle_log_is_sent_again_after_ten_minutes(sequencer: Sequencer) -> None:
    newest, now = Checkpoint.objects.latest("id"), timezone.now()
    last = Anchor(size=newest.size, at=now - timedelta(minutes=9))
    assert not is_due(last, newest, now)
    assert is_due(last, newest, now + timedelta(minutes=1))
    assert is_due(Anchor(size=newest.size - 1, at=now), newest, now)
    assert is_due(Anchor(size=newest.size, at=now, error="x"), newest, now)


def test_first_failure_and_recovery_are_entered_and_told(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.KEYS_DIR = cast.sequencer.home.folder
    cast.sequence()
    cast.sequencer.sign()
    folder = tmp_path / "mounted"
    settings.ANCHORS = [f"dir:{folder}"]
    for _ in range(3):
        assert anchor_job(None)["failing"] == 1
    assert Anchor.objects.count() == 1 and actions() == ["anchor.failed"]
    assert Notification.objects.filter(kind="anchor", person=cast.person("adam")).count() == 1
    folder.mkdir()
    assert anchor_job(None) == {"places": 1, "sent": 1, "failing": 0}
    assert actions() == ["anchor.failed", "anchor.recovered"]
    told = Notification.objects.filter(kind="anchor", person=cast.person("adam"))
    assert sorted(told.values_list("title", flat=True)) == [
        "An anchor of the log fails",
        "An anchor of the log works again",
    ]


def actions() -> list[str]:
    found = [loads(bytes(row.body))["action"] for row in OutboxEntry.objects.all()]
    return [action for action in found if action.startswith("anchor.")]


def test_a_place_that_knows_more_than_the_log_raises_the_alarm(
    sequencer: Sequencer, home: SignerHome, tmp_path: Path
) -> None:
    """The whole machine was rolled back: the anchor's own work finds it."""
    (tmp_path / "a").mkdir()
    target = [read_place(f"dir:{tmp_path / 'a'}", tmp_path)]
    head = note.Checkpoint(home.origin, 50, b"r" * 32)
    later = note.sign_checkpoint(head, [home.signer])
    target[0].send(later)
    outcome = anchor_newest(log_key(home.folder), target)[0]
    assert "was signed; the log holds 1 entries" in outcome.anchor.error
    assert target[0].held() == later
    assert actions() == ["anchor.failed"]


def test_a_place_that_holds_another_past_keeps_it(
    sequencer: Sequencer, home: SignerHome, tmp_path: Path
) -> None:
    """A rewritten log does not replace what the place knows, however often it is sent."""
    (tmp_path / "a").mkdir()
    target = [read_place(f"dir:{tmp_path / 'a'}", tmp_path)]
    known = note.sign_checkpoint(note.Checkpoint(home.origin, 1, b"r" * 32), [home.signer])
    target[0].send(known)
    for _ in range(2):
        outcome = anchor_newest(log_key(home.folder), target)[0]
        assert "it was rewritten" in outcome.anchor.error
        assert target[0].held() == known
    assert actions() == ["anchor.failed"]


def test_a_kept_checkpoint_is_compared(
    sequencer: Sequencer, home: SignerHome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.objects.latest("id").note)
    grow(sequencer, 300)
    call_command("log_status", against=str(kept))
    assert "the log extends it" in capsys.readouterr().out
    forged = note.Checkpoint(home.origin, 1, b"r" * 32)
    kept.write_text(note.sign_checkpoint(forged, [home.signer]))
    with pytest.raises(SystemExit):
        call_command("log_status", against=str(kept))
    assert "was rewritten" in capsys.readouterr().err
    assert "cannot be used" in compare("nonsense\n\nx", log_key(home.folder))


def test_pages_say_plainly_that_there_are_no_anchors(cast: Cast, settings: Settings) -> None:
    settings.ANCHORS = []
    html = html_of(signed_in(cast, "abel"), "/log/anchors")
    assert "No anchors are set" in html and "MUNIMENT_ANCHORS" in html
    assert signed_in(cast, "dev").get("/log/anchors").status_code == 403
    assert asks_to_sign_in("/log/anchors")


def test_the_page_shows_places_and_the_window(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.KEYS_DIR = cast.sequencer.home.folder
    settings.ANCHORS = [f"dir:{tmp_path}", "https://user:secret@127.0.0.1:1/x?token=secret"]
    cast.sequence()
    cast.sequencer.sign()
    anchor_job(None)
    html = html_of(signed_in(cast, "abel"), "/log/anchors")
    assert "Every signed entry is anchored" in html and "holds it" in html
    assert "was not reached" in html and "secret" not in html
    cast.sequence()
    cast.sequencer.sign()
    assert "newer than what any place holds" in html_of(signed_in(cast, "abel"), "/log/anchors")
