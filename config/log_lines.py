from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """One record, one line: time, level, logger, message, then an exception as a quoted field.

    Control characters are escaped, so that what a user types cannot forge a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = quoted(record.getMessage())
        line = f"{at} level={record.levelname} logger={record.name} message={message}"
        if record.exc_info:
            line += f" exception={quoted(self.formatException(record.exc_info))}"
        return line


def quoted(text: str) -> str:
    """The text as a JSON string: quoted, on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
