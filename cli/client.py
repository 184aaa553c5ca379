"""The connection: address and token from flags or environment, refusals as sentences, files streamed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

JSON = dict[str, Any]
TRIES = 5
BUSY = {429, 503}
# What stands first in a path, and what people call the thing whose id follows.
THINGS = {
    "batches": "batch",
    "evaluation-plans": "plan",
    "monitors": "monitor",
    "releases": "release",
    "systems": "system",
}
TOKEN_REFUSALS = {"token_malformed", "token_unknown", "token_ended"}


class CallRefused(Exception):
    """The platform said no; `code` for programs, the text for people."""

    def __init__(self, status: int, code: str, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.details = details


class Client:
    def __init__(self, url: str, token: str, timeout: float = 60.0) -> None:
        self.site = url.rstrip("/")
        self.http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=timeout,
        )

    def get(self, path: str, **params: str) -> JSON:
        return self._answer(lambda: self.http.get(path, params=params))

    def post(self, path: str, body: Any) -> JSON:
        """POST once: tried again under one Idempotency-Key while the platform is busy or away."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self._answer(lambda: self.http.post(path, json=body, headers=headers))

    def upload(self, unit: str, kind: str, path: Path) -> JSON:
        def send() -> httpx.Response:
            with path.open("rb") as file:
                return self.http.post(
                    "uploads", data={"unit": unit, "kind": kind}, files={"file": (path.name, file)}
                )

        return self._answer(send)

    def all(self, path: str, **params: str) -> Iterator[JSON]:
        """Every row of a list, page by page."""
        page = self.get(path, **params)
        yield from page["results"]
        while page.get("next"):
            page = self._answer(partial(self.http.get, page["next"]))
            yield from page["results"]

    def wait(
        self,
        path: str,
        done: Callable[[JSON], bool],
        seconds: float,
        show: Callable[[JSON], None] = lambda row: None,
    ) -> JSON:
        """Ask again until `done`; raises TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while True:
            row = self.get(path)
            show(row)
            if done(row):
                return row
            if time.monotonic() > end:
                raise TimeoutError(f"Not finished after {seconds:.0f} s. Ask again later.")
            time.sleep(0.5)

    def _answer(self, send: Callable[[], httpx.Response]) -> JSON:
        for attempt in range(TRIES):
            try:
                response = send()
            except httpx.TransportError as error:
                if attempt == TRIES - 1:
                    raise CallRefused(0, "unreachable", f"No answer: {error}") from error
                time.sleep(2.0**attempt / 4)
                continue
            if response.status_code in BUSY and attempt < TRIES - 1:
                time.sleep(float(response.headers.get("Retry-After", 1)))
                continue
            return self._body(response)
        raise AssertionError("unreachable")

    def _body(self, response: httpx.Response) -> JSON:
        try:
            body = response.json() if response.content else {}
        except ValueError:
            body = {}
        if response.is_success:
            return body if isinstance(body, dict) else {"results": body}
        raise CallRefused(
            response.status_code,
            str(body.get("code", response.status_code)),
            sentence_of(response, body),
            places_of(body),
        )


def sentence_of(response: httpx.Response, body: JSON) -> str:
    """What the platform says, in words of the command where its own are about requests."""
    if body.get("code") in TOKEN_REFUSALS:
        return (
            "The token in MUNIMENT_TOKEN or --token is wrong, revoked or expired. "
            "A system's owner makes a new one on the page Tokens."
        )
    missing = missing_thing(response.request.url) if response.status_code == 404 else ""
    return missing or str(body.get("detail", f"The platform answered {response.status_code}."))


def missing_thing(url: httpx.URL) -> str:
    """That the thing whose id the address holds is not there; nothing where the address cannot tell."""
    path = url.raw_path.decode().partition("?")[0].rpartition("/api/v1/")[2]
    first, *rest = [unquote(part) for part in path.split("/")]
    if first not in THINGS or not rest or (len(rest) > 1 and is_uuid(rest[0])):
        return ""
    return f"There is no such {THINGS[first]} that this token may see: '{rest[0]}'."


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def places_of(body: JSON) -> str:
    """Where in the request each fault is, one a line."""
    errors = body.get("errors", [])
    if not errors and body.get("pointer"):
        return f"\n  at {body['pointer']}"
    return "".join(f"\n  {one['pointer']}: {one['detail']}" for one in errors)
