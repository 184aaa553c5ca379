"""docs/how-to/verify.md does what it says: its commands accept what the platform serves, and refuse a change."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from governance.audit.models import Checkpoint, Leaf
from governance.evidence.catalogue import find_evidence
from governance.evidence.models import Evidence
from governance.identity.errors import Conflict
from tests.cast import Cast, make_release
from tests.environment.by_hand import by_hand
from tests.evidence.measurements import measure
from tests.pages.browse import signed_in

GUIDE = Path(__file__).resolve().parents[2] / "docs/how-to/verify.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
TOOLS = ("bash", "jq", "openssl", "xxd", "python3")


def run(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-e", "-c", block]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def index_of(found: Evidence) -> int:
    return Leaf.objects.get(entry_id=found.entry_id).index


@pytest.fixture
def found(cast: Cast, settings: Settings) -> Evidence:
    settings.KEYS_DIR = cast.sequencer.home.folder
    made = measure(cast, make_release(cast))
    cast.sequence()
    cast.sequencer.sign()
    return made


@pytest.fixture
def saved(cast: Cast, found: Evidence, tmp_path: Path) -> Path:
    """The five files of the guide's table, as an auditor saves them."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"Not installed: {', '.join(missing)}")
    size = Checkpoint.objects.latest("id").size
    addresses = {
        "envelope.json": f"evidence/{found.short_id}/envelope",
        "keys.json": "keys",
        "entry.json": f"log/{index_of(found)}",
        "proof.txt": f"log/{index_of(found)}/proof?size={size}",
        "checkpoint.txt": f"log/checkpoint?size={size}",
    }
    client, folder = signed_in(cast, "abel"), tmp_path / "saved"
    folder.mkdir()
    for name, address in addresses.items():
        answer = client.get(f"/api/v1/{address}")
        assert answer.status_code == 200, (address, answer.content)
        (folder / name).write_bytes(answer.content)
    return folder


def test_every_command_of_the_guide_accepts_what_is_served(found: Evidence, saved: Path) -> None:
    said = ""
    for block in BLOCKS:
        done = run(block, saved)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        said += done.stdout
    assert found.payload_sha256 in said
    assert said.count("Signature Verified Successfully") == 2
    assert "The entry names the payload." in said
    assert Checkpoint.objects.latest("id").root.hex() in said


def test_a_changed_entry_does_not_lead_to_the_root(saved: Path) -> None:
    entry = saved / "entry.json"
    entry.write_bytes(entry.read_bytes().replace(b'"at":"2', b'"at":"3'))
    done = [run(block, saved) for block in BLOCKS]
    assert "does not lead to the root" in "".join(one.stderr for one in done)


def test_a_changed_checkpoint_is_not_verified(saved: Path) -> None:
    note = saved / "checkpoint.txt"
    lines = note.read_text(encoding="utf-8").split("\n")
    note.write_text("\n".join([lines[0], "999999", *lines[2:]]), encoding="utf-8")
    assert run(BLOCKS[-1], saved).returncode != 0


def test_a_short_id_finds_the_statement_on_page_and_api(cast: Cast, found: Evidence) -> None:
    client = signed_in(cast, "abel")
    assert client.get(f"/evidence/{found.short_id}").status_code == 200
    answer = client.get(f"/api/v1/evidence/{found.short_id}")
    assert answer.json()["id"] == str(found.id)
    for unknown in ("EV-00000000", "EV-1", "nonsense"):
        assert client.get(f"/api/v1/evidence/{unknown}").status_code == 404
    assert signed_in(cast, "nina").get(f"/evidence/{found.short_id}").status_code == 404


def test_a_short_id_of_two_statements_asks_for_the_whole_id(cast: Cast, found: Evidence) -> None:
    twin = Evidence.objects.get(pk=found.pk)
    twin.pk, twin.number = None, None
    twin.id = type(found.id)(hex="0" * 24 + found.id.hex[-8:])
    twin.entry_id = twin.id
    twin.payload_sha256 = hashlib.sha256(b"twin").hexdigest()
    with by_hand():
        twin.save(force_insert=True)
    with pytest.raises(Conflict, match="whole id"):
        find_evidence(found.short_id, cast.by("abel"))


def test_who_may_not_read_the_log_gets_no_proof(cast: Cast, found: Evidence) -> None:
    client = signed_in(cast, "dev")
    for path in (f"log/{index_of(found)}", f"log/{index_of(found)}/proof", "log/checkpoint"):
        assert client.get(f"/api/v1/{path}").status_code == 403


@pytest.mark.parametrize(("size", "status"), [("nonsense", 400), ("999999999", 404)])
def test_a_size_without_a_checkpoint_is_refused(
    cast: Cast, found: Evidence, size: str, status: int
) -> None:
    answer = signed_in(cast, "abel").get(f"/api/v1/log/checkpoint?size={size}")
    assert answer.status_code == status
