"""`muniment verify` is the same program, without address or token."""

from __future__ import annotations

import json

import pytest

from cli.main import main
from tests.verifier.conftest import Kit


def test_it_needs_no_token(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "verify",
        str(kit.zip()),
        "--key",
        kit.key,
        "--checkpoint",
        str(kit.kept()),
        "--json",
    ]
    assert main(["--token", "", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "holds"


def test_its_exit_code_is_the_verifiers(kit: Kit, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(kit.zip())]) == 3
    assert main(["verify", str(kit.folder / "nothing")]) == 2
    assert "is not there" in capsys.readouterr().out
