from __future__ import annotations


class ServerError(RuntimeError):
    """An embedded server could not be prepared or started; the message says what to do."""
