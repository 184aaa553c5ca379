"""The components of the design system; docs/reference/design-system.md lists each with its shape."""

from __future__ import annotations

from config.components.library import register
from config.components.tags import forms, parts, pictures, tables, words

__all__ = ["forms", "parts", "pictures", "register", "tables", "words"]
