from __future__ import annotations

from django.conf import settings

ROUTES = {
    ("home", "GET"): "public",
    ("first-run", "GET"): "public",
    ("first-run", "POST"): "public",
    ("sign-in", "GET"): "public",
    ("sign-in", "POST"): "public",
    ("logout", "POST"): "signed-in",
    ("theme", "POST"): "public",
    ("notices", "GET"): "signed-in",
    ("notices", "POST"): "signed-in",
    ("search", "GET"): "read",
    ("health", "GET"): "public",
    ("api-schema", "GET"): "public",
    ("api-docs", "GET"): "public",
}

if settings.GALLERY:
    ROUTES |= {
        ("gallery", "GET"): "public",
        ("gallery-job", "GET"): "public",
        ("gallery-page", "GET"): "public",
    }
