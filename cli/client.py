"""The connection: address and token from flags or environment, refusals as sentences, files streamed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx

JSON = dict[str, Any]
TRIES = 5
BUSY = {429, 503}


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
        details = "".join(f"\n  {e['pointer']}: {e['detail']}" for e in body.get("errors", []))
        sentence = body.get("detail", f"The platform answered {response.status_code}.")
        raise CallRefused(
            response.status_code,
            str(body.get("code", response.status_code)),
            sentence,
            details,
        )
