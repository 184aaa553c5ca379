"""E-mail: into files until MUNIMENT_SMTP_URL names a server."""

from __future__ import annotations

from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

from config.settings.readers import env_text, env_url
from config.start import data_folder

SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

_SERVER = env_url("MUNIMENT_SMTP_URL", frozenset(SMTP_PORTS))
EMAIL_FILE_PATH = data_folder() / "mail"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env_text("MUNIMENT_MAIL_FROM", "muniment@localhost")

if _SERVER is not None:
    if not _SERVER.hostname:
        raise ImproperlyConfigured("MUNIMENT_SMTP_URL names no host: smtps://user:password@host")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _SERVER.hostname
    EMAIL_PORT = _SERVER.port or SMTP_PORTS[_SERVER.scheme]
    EMAIL_HOST_USER = unquote(_SERVER.username or "")
    EMAIL_HOST_PASSWORD = unquote(_SERVER.password or "")
    EMAIL_USE_TLS = _SERVER.scheme == "smtp+starttls"
    EMAIL_USE_SSL = _SERVER.scheme == "smtps"
