"""Line icons of 16 by 16 units, drawn with the colour of the text beside them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS = {
    "alert": "M8 2.8v6.4M8 12.6v.1",
    "bell": "M4 11.5V7a4 4 0 0 1 8 0v4.5l1.2 1H2.8zM6.7 14.2h2.6",
    "check": "M3.2 8.6l3.2 3.2 6.4-7.4",
    "chevron": "M6 3.8L10.2 8 6 12.2",
    "clock": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.8V8l2.2 1.6",
    "copy": "M5.8 5.8h7v7.4h-7zM3.2 10.4V2.8h7",
    "cross": "M4 4l8 8M12 4l-8 8",
    "dash": "M4 8h8",
    "download": "M8 2.4v7.4M4.6 6.8L8 10.2l3.4-3.4M3 13.4h10",
    "external": "M9 3h4v4M13 3L7.6 8.4M11 9.4V13H3V5h3.6",
    "lock": "M4 7.2h8v6H4zM5.6 7V5a2.4 2.4 0 0 1 4.8 0v2",
    "menu": "M2.4 4.2h11.2M2.4 8h11.2M2.4 11.8h11.2",
    "search": "M7 2.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8M10.4 10.4l3.2 3.2",
}


def icon(name: str) -> SafeString:
    """A decorative icon, hidden from assistive technology. Raises ValueError for an unknown name."""
    if name not in PATHS:
        raise ValueError(f"There is no icon {name!r}; choose one of {', '.join(sorted(PATHS))}.")
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" '
        'focusable="false"><path d="{}"/></svg>',
        PATHS[name],
    )
