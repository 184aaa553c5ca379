"""A good package, as a stranger checks it: one file, any Python from 3.9 on, nothing installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verifier import making
from tests.verifier.conftest import Kit, Run, as_json, check

PYENV = Path.home() / ".pyenv/versions"


def pythons() -> list[str]:
    """Every other Python from 3.9 on that this machine has."""
    found = {
        str(one)
        for one in PYENV.glob("3.*/bin/python3")
        if one.parts[-3] >= "3.1" or "3.9" in one.parts[-3]
    }
    found |= {path for minor in range(9, 16) if (path := shutil.which(f"python3.{minor}"))}
    return sorted(path for path in found if is_new_enough(path))


def is_new_enough(python: str) -> bool:
    program = "import sys; sys.exit(sys.version_info < (3, 9))"
    return not subprocess.run(
        [python, "-I", "-c", program], capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("scope", making.SCOPES)
def test_it_holds_with_a_key_and_a_kept_checkpoint(kit: Kit, run: Run, scope: str) -> None:
    done = run(kit.zip(scope), "--key", kit.key, "--checkpoint", kit.kept())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "HOLDS. Everything in the package holds, and it is the log that you know.\n"
    )


def test_inside_alone_nothing_vouches_for_it(kit: Kit, run: Run) -> None:
    done = run(kit.zip())
    assert done.returncode == 3
    assert done.stdout.startswith(
        "NOT VOUCHED FOR. Nothing is wrong inside, but nothing outside vouches for it. Give --key"
    )


@pytest.mark.parametrize("given", ["key", "checkpoint"])
def test_one_of_the_two_is_not_enough(kit: Kit, given: str) -> None:
    verdict = check(kit.zip(), kit.key) if given == "key" else check(kit.zip(), None, kit.kept())
    assert verdict.exit == 3
    assert "Give --checkpoint" in verdict.sentence or "Give --key" in verdict.sentence


@pytest.mark.parametrize("python", pythons())
def test_it_runs_on_every_python_here(kit: Kit, run: Run, python: str) -> None:
    done = run(kit.zip(), "--key", kit.key, "--checkpoint", kit.kept(), "--json", python=python)
    assert (done.returncode, done.stderr) == (0, "")
    assert as_json(done)["verdict"] == "holds"


def test_counts_are_those_of_the_story(kit: Kit, run: Run) -> None:
    found = as_json(run(kit.zip("organisation"), "--json"))
    counts = {one["what"].split()[0]: one["count"] for one in found["checked"]}
    assert (counts["statements"], counts["results"], counts["entries"]) == (55, 5, 268)
    assert found["exit"] == 3
    assert any("2 statements are signed by a key that is revoked" in one for one in found["notes"])
    assert any("words are erased" in one for one in found["notes"])
    assert any("246 of 514 entries are closed" in one for one in found["notes"])


def test_plain_python_and_the_library_say_the_same(kit: Kit) -> None:
    plain = check(kit.zip(), kit.key, kit.kept(), pure=True)
    assert (plain.exit, plain.findings.checked) == (
        0,
        check(kit.zip(), kit.key, kit.kept()).findings.checked,
    )


def test_either_key_of_a_rotated_log_will_do(kit: Kit) -> None:
    assert check(kit.zip(), kit.house.log_signers[1].vkey, kit.kept()).exit == 0


@pytest.mark.parametrize("number", range(5))
def test_each_earlier_checkpoint_vouches(kit: Kit, number: int) -> None:
    assert check(kit.zip(), kit.key, kit.kept(number)).exit == 0


def test_a_folder_of_checkpoints_will_do(kit: Kit, tmp_path: Path) -> None:
    for number in range(3):
        shutil.copy(kit.kept(number), tmp_path)
    (tmp_path / "readme.txt").write_text("not a checkpoint")
    assert check(kit.zip(), kit.key, tmp_path).exit == 0


def test_an_old_checkpoint_is_too_old_where_an_age_is_set(kit: Kit) -> None:
    # Entries are a minute apart and end on 1 November; the clock stands at 27 November.
    verdict = check(kit.zip(), kit.key, kit.kept(), most_age=24)
    assert verdict.exit == 3
    assert "size 509 of 514, is about 626 hours old; --max-age allows 24 hours" in verdict.sentence
    assert check(kit.zip(), kit.key, kit.kept(), most_age=1000).exit == 0


def test_the_log_only_grew_between_two_checkpoints(kit: Kit, run: Run) -> None:
    done = run("consistency", kit.kept(0), kit.kept(), kit.zip())
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "HOLDS. The log only grew, from 246 to 509.",
    )
    assert run("consistency", kit.kept(), kit.kept(0), kit.zip()).returncode == 2


def test_a_report_holds_by_itself(kit: Kit, run: Run) -> None:
    done = run(kit.folder / "report.pdf", "--key", kit.key)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "HOLDS. The report is the one that the log of size 514 names.",
    )


def test_without_files_or_with_nonsense_it_says_what_it_takes(kit: Kit, run: Run) -> None:
    assert run().returncode == 2
    assert run(kit.zip(), kit.zip(), kit.zip()).returncode == 2
    assert run(kit.folder).returncode == 2
    done = run(kit.folder / "report.pdf")
    assert (done.returncode, "A report alone needs --key" in done.stdout) == (2, True)
