from __future__ import annotations

import logging
import sys

from config.log_lines import LineFormatter


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("room", logging.WARNING, __file__, 1, message, arguments, None)


def test_line_break_in_a_message_cannot_forge_a_line() -> None:
    line = LineFormatter().format(record("user %s", "eve\n2026 level=CRITICAL"))
    assert "\n" not in line
    assert '"user eve\\n2026 level=CRITICAL"' in line


def test_exception_stays_on_the_line_of_its_record() -> None:
    entry = record("broke")
    try:
        raise ValueError("a\nb")
    except ValueError:
        entry.exc_info = sys.exc_info()
    line = LineFormatter().format(entry)
    assert "ValueError: a" in line
    assert "\n" not in line
