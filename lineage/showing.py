"""The story as a page shows it: a drawing that stays readable, table rows, what is and is not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from config.components.times import absolute  # placeholder
