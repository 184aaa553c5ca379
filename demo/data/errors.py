"""What can go wrong while the demonstration's data are fetched and prepared."""

from __future__ import annotations


class DataError(Exception):
    """The data are missing, damaged or not as expected; the text says what to do."""
