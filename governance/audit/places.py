"""Places outside that hold the log's heads: a folder, a git repository, syslog, a webhook, a time-stamping authority.

    dir:/srv/anchors                     a folder, best one that another machine mounts (a blank is %20)
    git+ssh://git@host/anchors.git#main  a git repository: a commit and a push for each checkpoint
    syslog+udp://host:514, syslog+tcp://host:601
    https://host/path                    a webhook: the checkpoint is posted
    tsa+https://host/path                a time-stamping authority (RFC 3161)

No place is asked to be trusted: each is given the signed checkpoint, and its answer is kept.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from governance.audit import note
from governance.audit.logkey import write_whole

SECONDS = 10.0
GIT_SECONDS = 40.0
MAX_RECEIPT_BYTES = 65_536
# Facility 13 (log audit), severity 5 (notice).
SYSLOG_PRIORITY = 13 * 8 + 5
TCP_PORT, UDP_PORT = 601, 514


class PlaceError(Exception):
    """The place cannot be used or did not take the checkpoint; the sentence is for the operator."""


class Place(Protocol):
    """Somewhere outside. `name` is shown to people: no password stands in it."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...

    def send(self, signed: str) -> bytes:
        """Give the place a signed checkpoint; returns its receipt. Raises PlaceError."""

    def held(self) -> str | None:
        """The newest checkpoint it holds, where one can ask. Raises PlaceError."""


def read_places(texts: Iterable[str], work: Path | None = None) -> list[Place]:
    """The places that MUNIMENT_ANCHORS names; `work` is a folder for clones. Raises PlaceError."""
    return [read_place(text, work or Path("/nonexistent")) for text in texts]


def read_place(text: str, work: Path) -> Place:
    scheme, colon, rest = text.partition(":")
    if scheme == "dir" and colon and Path(rest).is_absolute():
        return Folder(Path(unquote(rest)))
    url = urlsplit(text)
    maker = MAKERS.get(url.scheme)
    if maker is None or not (url.hostname or url.scheme == "git+file"):
        raise PlaceError(
            f"{shown(url)!r} is no place. Write dir:/path, git+ssh://…, syslog+udp://host:514, "
            "syslog+tcp://host:601, https://… or tsa+https://…."
        )
    return maker(text, url, work)


def shown(url: SplitResult) -> str:
    """The address without its password and query."""
    host = url.netloc.rpartition("@")[2]
    return url._replace(netloc=host, query="", fragment="").geturl()[:300]


@dataclass(frozen=True)
class Folder:
    """A file for each size, and `checkpoint` for the newest. What is there is never replaced by another text."""

    path: Path
    kind: str = "dir"

    @property
    def name(self) -> str:
        return str(self.path)

    def send(self, signed: str) -> bytes:
        size = note.Checkpoint.parse(text_of(signed)).size
        path = self.path / f"{size:012d}.checkpoint"
        if not self.path.is_dir():
            raise PlaceError(f"The folder {self.path} is not there. Make it, or mount it.")
        try:
            if path.exists() and text_of(path.read_text(encoding="utf-8")) != text_of(signed):
                raise PlaceError(f"{path} holds another checkpoint of the same size. Keep both.")
            if not path.exists():
                write_whole(path, signed, mode=0o644)
            write_whole(self.path / "checkpoint", signed, mode=0o644)
        except OSError as error:
            raise PlaceError(f"{self.path} cannot be written: {error.strerror}.") from None
        return str(path).encode()

    def held(self) -> str | None:
        newest = max(self.path.glob("*.checkpoint"), default=None)
        return newest.read_text(encoding="utf-8") if newest else None


@dataclass(frozen=True)
class Git:
    """A commit of the file `checkpoint` for each checkpoint, pushed; never forced."""

    remote: str
    branch: str
    name: str
    clone: Path
    kind: str = "git"

    def send(self, signed: str) -> bytes:
        self._fetch()
        write_whole(self.clone / "checkpoint", signed, mode=0o644)
        size = note.Checkpoint.parse(text_of(signed)).size
        self._git("add", "checkpoint")
        self._git("commit", "--quiet", "--allow-empty", "--message", f"Checkpoint of size {size}")
        self._git("push", "--quiet", "origin", f"HEAD:refs/heads/{self.branch}")
        return self._git("rev-parse", "HEAD")

    def held(self) -> str | None:
        self._fetch()
        path = self.clone / "checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _fetch(self) -> None:
        if not (self.clone / ".git").exists():
            self.clone.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet")
            self._git("remote", "add", "origin", self.remote)
        if self._git("ls-remote", "--heads", "origin", self.branch):
            self._git("fetch", "--quiet", "--depth", "1", "origin", self.branch)
            self._git("reset", "--quiet", "--hard", "FETCH_HEAD")

    def _git(self, *arguments: str) -> bytes:
        own = {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
            **{f"GIT_{who}_NAME": "Muniment" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "muniment@localhost" for who in ("AUTHOR", "COMMITTER")},
        }
        try:
            done = subprocess.run(
                ["git", "-c", "commit.gpgsign=false", *arguments],
                cwd=self.clone,
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=GIT_SECONDS,
                check=False,
            )
        except OSError as error:
            raise PlaceError(f"git cannot be run: {error.strerror}.") from None
        except subprocess.TimeoutExpired:
            raise PlaceError(f"git {arguments[0]} took over {GIT_SECONDS:.0f} s.") from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().replace(self.remote, self.name)
            raise PlaceError(f"git {arguments[0]} failed: {said[-300:]}")
        return done.stdout.strip()


@dataclass(frozen=True)
class Syslog:
    """A message of RFC 5424; over TCP its length stands before it (RFC 6587). Syslog gives no receipt."""

    host: str
    port: int
    is_tcp: bool
    name: str
    kind: str = "syslog"

    def send(self, signed: str) -> bytes:
        message = syslog_message(signed)
        try:
            if self.is_tcp:
                with socket.create_connection((self.host, self.port), timeout=SECONDS) as stream:
                    stream.sendall(f"{len(message)} ".encode() + message)
            else:
                family = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0][0]
                with socket.socket(family, socket.SOCK_DGRAM) as gram:
                    gram.sendto(message, (self.host, self.port))
        except OSError as error:
            raise PlaceError(f"{self.name} was not reached: {error.strerror or error}.") from None
        return message

    def held(self) -> str | None:
        return None


def syslog_message(signed: str) -> bytes:
    """The checkpoint's parts as structured data, the whole note in base64 as the message."""
    checkpoint = note.Checkpoint.parse(text_of(signed))
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = f'[muniment@32473 origin="{checkpoint.origin}" size="{checkpoint.size}" root="{checkpoint.root.hex()}"]'
    head = f"<{SYSLOG_PRIORITY}>1 {at} {socket.gethostname()} muniment {os.getpid()} checkpoint"
    return f"{head} {data} {base64.b64encode(signed.encode()).decode()}".encode()


@dataclass(frozen=True)
class Webhook:
    """A POST of the checkpoint as plain text; any answer of 200 to 299 is a receipt."""

    url: str
    name: str
    kind: str = "webhook"

    def send(self, signed: str) -> bytes:
        answer = post(self.url, self.name, signed.encode(), "text/plain; charset=utf-8")
        return answer[:MAX_RECEIPT_BYTES]

    def held(self) -> str | None:
        return None


@dataclass(frozen=True)
class TimeStamping:
    """A time-stamping authority (RFC 3161). The receipt is its answer, over the checkpoint's bytes."""

    url: str
    name: str
    kind: str = "tsa"

    def send(self, signed: str) -> bytes:
        """With the authority's certificates, unless their order is one that strict DER forbids: OpenSSL's is."""
        answer = self._stamp(signed, with_certificates=True)
        return answer if answer is not None else self._bare(signed)

    def _bare(self, signed: str) -> bytes:
        answer = self._stamp(signed, with_certificates=False)
        if answer is None:
            raise PlaceError(f"{self.name} answered with no time stamp.")
        return answer

    def _stamp(self, signed: str, *, with_certificates: bool) -> bytes | None:
        """The authority's answer; None for one that cannot be read. Raises PlaceError where it is over something else."""
        builder = TimestampRequestBuilder().data(signed.encode())
        builder = builder.hash_algorithm(HashAlgorithm.SHA256)
        request = builder.cert_request(cert_request=with_certificates).build()
        answer = post(self.url, self.name, request.as_bytes(), "application/timestamp-query")
        try:
            response = decode_timestamp_response(answer)
            granted, info = response.status in {0, 1}, response.tst_info
        except ValueError:
            return None
        fits = info.message_imprint.message == hashlib.sha256(signed.encode()).digest()
        if not granted or not fits or info.nonce != request.nonce:
            raise PlaceError(f"{self.name} stamped something else than it was sent.")
        return answer

    def held(self) -> str | None:
        return None


def post(url: str, name: str, body: bytes, content_type: str) -> bytes:
    try:
        answer = httpx.post(
            url, content=body, headers={"Content-Type": content_type}, timeout=SECONDS
        )
    except httpx.HTTPError as error:
        raise PlaceError(f"{name} was not reached: {type(error).__name__}.") from None
    if not answer.is_success:
        raise PlaceError(f"{name} answered {answer.status_code}.")
    return answer.content


def text_of(signed: str) -> str:
    """The text that a checkpoint's signatures cover."""
    return signed.rpartition("\n\n")[0] + "\n"


def git_place(text: str, url: SplitResult, work: Path) -> Git:
    remote = text.removeprefix("git+").partition("#")[0]
    clone = work / f"git-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return Git(remote, url.fragment or "main", shown(url), clone)


def syslog_place(text: str, url: SplitResult, work: Path) -> Syslog:
    is_tcp = url.scheme == "syslog+tcp"
    port = url.port or (TCP_PORT if is_tcp else UDP_PORT)
    return Syslog(url.hostname or "", port, is_tcp, shown(url))


def webhook_place(text: str, url: SplitResult, work: Path) -> Webhook:
    return Webhook(text, shown(url))


def tsa_place(text: str, url: SplitResult, work: Path) -> TimeStamping:
    return TimeStamping(text.removeprefix("tsa+"), shown(url))


MAKERS: dict[str, Callable[[str, SplitResult, Path], Place]] = {
    **dict.fromkeys(("git+ssh", "git+https", "git+http", "git+file"), git_place),
    **dict.fromkeys(("syslog+udp", "syslog+tcp"), syslog_place),
    **dict.fromkeys(("https", "http"), webhook_place),
    **dict.fromkeys(("tsa+https", "tsa+http"), tsa_place),
}
