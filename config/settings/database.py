from __future__ import annotations

import sys
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.servers import Layout
from config.servers.layout import ROLES, Role
from config.settings.readers import env_int, env_text, env_url
from config.start import database_role, management_command

POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})
URL_VARIABLES: dict[Role, str] = {
    "owner": "DATABASE_URL",
    "app": "DATABASE_APP_URL",
    "sequencer": "DATABASE_SEQUENCER_URL",
}
QUERY_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"})


def process_role() -> Role:
    """The database role of this process.

    Raises:
        ImproperlyConfigured: MUNIMENT_DB_ROLE names no role.
    """
    word = env_text("MUNIMENT_DB_ROLE", database_role(management_command(sys.argv)))
    for role in ROLES:
        if role == word:
            return role
    raise ImproperlyConfigured(f"MUNIMENT_DB_ROLE is {word!r}: write one of {', '.join(ROLES)}.")


def database_for(role: Role, layout: Layout) -> dict[str, Any]:
    """Django's DATABASES entry for a role on the servers named by URL, else the embedded one."""
    url = role_url(role, layout)
    query = dict(parse_qsl(url.query))
    unknown = sorted(set(query) - QUERY_OPTIONS)
    if unknown:
        name = URL_VARIABLES[role]
        raise ImproperlyConfigured(f"{name} has the unknown option {unknown[0]!r}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.removeprefix("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.netloc.rpartition("@")[2].rpartition(":")[0] or url.hostname or ""),
        "PORT": str(_port(url)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, "connect_timeout": 5, "options": _session_options(role)},
    }


def role_url(role: Role, layout: Layout) -> SplitResult:
    """The URL that a role connects with."""
    owner = env_url("DATABASE_URL", POSTGRES_SCHEMES)
    if owner is None:
        return urlsplit(layout.database_url(role))
    url = env_url(URL_VARIABLES[role], POSTGRES_SCHEMES)
    if url is None:
        raise ImproperlyConfigured(
            f"DATABASE_URL is set, so {URL_VARIABLES[role]} must be set too: the {role} process "
            "connects with a role that owns nothing (see `manage.py prepare_database`)."
        )
    if role != "owner" and url.username == owner.username:
        raise ImproperlyConfigured(f"{URL_VARIABLES[role]} names the owner: name another role.")
    return url


def _port(url: SplitResult) -> int:
    try:
        return url.port or 5432
    except ValueError as error:
        raise ImproperlyConfigured("The port of a DATABASE_*URL is not a number.") from error


def _session_options(role: Role) -> str:
    # A migration may take long; a page or a job that waits a minute for the database is broken.
    default = 0 if role == "owner" else 60
    seconds = env_int("MUNIMENT_STATEMENT_SECONDS", default, least=0, most=86_400)
    return f"-c statement_timeout={seconds * 1000} -c timezone=UTC"
