"""Sign-in, cookies and headers. What depends on HTTPS follows from MUNIMENT_PUBLIC_URL."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.settings.readers import env_bool, env_int, env_list, env_secret, env_text
from config.start import data_folder

YEAR_SECONDS = 31_536_000
SHORTEST_KEY = 50
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def secret_key(home: Path) -> str:
    """The signing key of sessions and forms, made on first start in a file of mode 0600."""
    path = home / "secret_key"
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = home / f"secret_key.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        # Two processes may both be first: a link never replaces the one that came before.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def given_secret_key() -> str:
    key = env_secret("MUNIMENT_SECRET_KEY")
    if key and len(key) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"MUNIMENT_SECRET_KEY is too short: give at least {SHORTEST_KEY} random characters, "
            "or leave it out to have one made."
        )
    return key


def public_url(port: int) -> str:
    """The address that people use, without a slash at its end.

    Raises:
        ImproperlyConfigured: not http(s)://host[:port].
    """
    text = env_text("MUNIMENT_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path or url.query:
        raise ImproperlyConfigured(
            f"MUNIMENT_PUBLIC_URL is {text!r}: write an address such as https://muniment.example.org"
        )
    return text


PORT = env_int("MUNIMENT_PORT", 8000, least=1, most=65_535)
PUBLIC_URL = public_url(PORT)
IS_HTTPS = PUBLIC_URL.startswith("https://")
SECRET_KEY = given_secret_key() or secret_key(data_folder())

ALLOWED_HOSTS = [*LOCAL_HOSTS, urlsplit(PUBLIC_URL).hostname or "", *env_list("MUNIMENT_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = YEAR_SECONDS if IS_HTTPS else 0
# Only a reverse proxy that sets these headers itself may be trusted with them.
BEHIND_PROXY = env_bool("MUNIMENT_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# HSTS speaks for this host alone: its parent domain is the organisation's to decide on.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-muniment" if IS_HTTPS else "muniment"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_AGE = env_int("MUNIMENT_SESSION_HOURS", 10, least=1, most=24 * 30) * 3600
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_PERMISSIONS = 0o600

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
