from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from governance.audit import sequencer
from governance.audit.logkey import SignerHome
from governance.audit.management.commands import run_sequencer


@pytest.fixture
def home(committed_db: str, tmp_path: Path, settings: Settings) -> SignerHome:
    """The signer's folder, where pages and verbs look too."""
    settings.KEYS_DIR = tmp_path / "keys"
    return SignerHome(tmp_path / "keys")


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes 10 s takes a quarter of a second."""
    monkeypatch.setattr(run_sequencer, "LOOK_SECONDS", 0.25)
    monkeypatch.setattr(sequencer, "SWEEP_SECONDS", 0.1)
    monkeypatch.setattr(sequencer, "GROWING", timedelta(seconds=0.25))
