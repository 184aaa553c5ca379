from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.servers import Layout
from config.settings.database import database_for, process_role
from config.settings.security import public_url, secret_key
from tests.environment.session import PROJECT

OWNER = "postgresql://own%40er:p%2Fw@db.example:5433/gov?sslmode=verify-full"
DEPLOYED = {
    "MUNIMENT_PUBLIC_URL": "https://muniment.example.org",
    "DATABASE_URL": OWNER,
    "DATABASE_APP_URL": "postgresql://app:a@db.example/gov",
    "DATABASE_SEQUENCER_URL": "postgresql://sequencer:s@db.example/gov",
    "REDIS_URL": "rediss://:secret@redis.example/0",
}


def manage(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "MUNIMENT_HOME": str(home), **variables}
    command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_deployment_check_passes_with_the_documented_variables(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **DEPLOYED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MUNIMENT_DEBUG", "maybe", "write true or false"),
        ("MUNIMENT_PORT", "http", "whole number"),
        ("MUNIMENT_DB_ROLE", "root", "write one of owner, app, sequencer"),
        ("MUNIMENT_PUBLIC_URL", "muniment.example.org", "write an address"),
        ("MUNIMENT_SECRET_KEY", "short", "too short"),
        ("MUNIMENT_LOG_LEVEL", "LOUD", "must be one of"),
        ("MUNIMENT_SMTP_URL", "http://mail.example", "must begin with"),
        ("REDIS_URL", "amqp://broker.example", "must begin with"),
        ("DATABASE_APP_URL", "", "DATABASE_APP_URL must be set too"),
        ("DATABASE_APP_URL", OWNER, "names the owner"),
    ],
)
def test_nonsense_stops_the_start(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    done = manage(tmp_path, "check", **{**DEPLOYED, name: value})
    assert done.returncode != 0
    assert sentence in done.stderr


def test_database_url_is_read_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER)
    database = database_for("owner", Layout(tmp_path))
    assert database["USER"] == "own@er"
    assert database["PASSWORD"] == "p/w"
    assert (database["HOST"], database["PORT"]) == ("db.example", "5433")
    assert database["NAME"] == "gov"
    assert database["OPTIONS"]["sslmode"] == "verify-full"


def test_unknown_database_option_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://o:p@h/n?sslmod=require")
    with pytest.raises(ImproperlyConfigured, match="unknown option 'sslmod'"):
        database_for("owner", Layout(tmp_path))


@pytest.mark.parametrize(
    ("command", "role"),
    [("migrate", "owner"), ("run_sequencer", "sequencer"), ("shell", "app"), ("up", "app")],
)
def test_command_decides_the_database_role(
    monkeypatch: pytest.MonkeyPatch, command: str, role: str
) -> None:
    monkeypatch.delenv("MUNIMENT_DB_ROLE")
    monkeypatch.setattr(sys, "argv", ["manage.py", command])
    assert process_role() == role


def test_process_that_is_no_command_is_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUNIMENT_DB_ROLE")
    monkeypatch.setattr(sys, "argv", ["gunicorn", "migrate"])
    assert process_role() == "app"


def test_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "home")
    assert len(first) > 60
    assert secret_key(tmp_path / "home") == first
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["ftp://h", "https://", "https://h/path", "https://h?q=1", "//h", "javascript:alert(1)"]
)
def test_public_address_must_be_an_address(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MUNIMENT_PUBLIC_URL", text)
    with pytest.raises(ImproperlyConfigured, match="write an address"):
        public_url(8000)
