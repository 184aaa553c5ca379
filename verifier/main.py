"""The command: what it is asked, the verdict in words or JSON, and the exit code.

Exit 0: it holds. 1: something was changed. 2: it cannot be checked. 3: nothing is wrong inside, and
nothing outside vouches for it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from . import package, reports
from .faults import Changed, Findings, Unfit
from .note import PROOF_HEADER
from .signatures import checker

HOLDS, CHANGED, UNFIT, ALONE = 0, 1, 2, 3
WORDS = {HOLDS: "HOLDS", CHANGED: "CHANGED", UNFIT: "NOT CHECKED", ALONE: "NOT VOUCHED FOR"}
MOST_SHOWN = 25
MOST_CHARACTERS = 600
MOST_HOURS = 1_000_000


@dataclass
class Verdict:
    """The answer: exit code, first line, what is known of the thing, and the findings."""

    exit: int
    sentence: str
    about: dict[str, Any] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def arguments_of(taker: argparse.ArgumentParser) -> None:
    """Add what `verify` takes; the `muniment` command adds the same."""
    taker.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a package (zip); or a report's PDF and its proof (default: PDF.tlog-proof); or "
        "`consistency` OLD NEW PACKAGE, two checkpoints",
    )
    taker.add_argument("--key", metavar="VKEY", help="the log's key, as you got it elsewhere")
    taker.add_argument(
        "--checkpoint",
        nargs="+",
        action="extend",
        type=Path,
        default=[],
        metavar="FILE_OR_DIR",
        help="checkpoints that you or an anchor kept; after the files",
    )
    taker.add_argument(
        "--max-age", type=hours_of, metavar="HOURS", help="how old the newest of them may be"
    )
    taker.add_argument(
        "--accept",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEYID",
        help="keys of the installation that no earlier key signed for, once you know why",
    )
    taker.add_argument("--json", action="store_true", help="the verdict as JSON")
    taker.add_argument("--pure", action="store_true", help="check signatures in plain Python only")


def hours_of(text: str) -> float:
    """The number of hours that a text says. Raises ArgumentTypeError for what is no age."""
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    # What is no number at all is not between any two.
    if not 0 <= hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(
            f"{ascii(text)[:40]} is no age: give hours from 0 to {MOST_HOURS}, such as 24 or 0.5."
        )
    return hours


def answer(options: argparse.Namespace) -> Verdict:
    """The verdict on what the arguments name; never raises for what a file holds."""
    return guarded(lambda findings: _answer(options, findings))


def guarded(judge: Callable[[Findings], Verdict]) -> Verdict:
    """What `judge` says, or why it could not: a hostile file must not end in a traceback."""
    findings = Findings()
    try:
        return judge(findings)
    except Unfit as refusal:
        return Verdict(UNFIT, refusal.sentence)
    except Changed as fault:
        findings.wrong(fault.sentence, fault.file, fault.index)
        return _changed(findings, {})
    except (MemoryError, RecursionError):
        return Verdict(UNFIT, "The file asks for more memory than there is.")
    except Exception as error:  # noqa: BLE001 (whatever it is, the reader gets a sentence)
        sentence = f"The file cannot be read to its end ({type(error).__name__}: {error})."
        return Verdict(UNFIT, sentence)


def _answer(options: argparse.Namespace, findings: Findings) -> Verdict:
    files = [Path(one) for one in options.files]
    given = package.Options(
        options.key, tuple(options.checkpoint), options.max_age, options.pure, tuple(options.accept)
    )
    if options.files[0] == "consistency" and len(files) == 4:
        return _on_consistency(files[1], files[2], files[3], given)
    if _is_proof(files[0]):
        raise Unfit(
            "This is a proof. A report's goes with its PDF: REPORT.pdf PROOF. One of another entry is checked by "
            "hand, or by a package that holds the entry."
        )
    if len(files) == 1 and not _is_pdf(files[0]):
        return on_package(files[0], given)
    if len(files) <= 2 and _is_pdf(files[0]):
        return _on_report(files[0], files[1] if len(files) == 2 else None, given, findings)
    raise Unfit(
        "Name one package, or a report's PDF and its proof, or: consistency OLD NEW PACKAGE."
    )


def on_package(path: Path, options: package.Options) -> Verdict:
    """The verdict on a package. Raises Unfit, and Changed for a manifest that cannot be right."""
    found, wanting = package.check_package(path, options)
    about = _about(found)
    if found.findings.number:
        return _changed(found.findings, about)
    if wanting:
        sentence = f"Nothing is wrong inside, but nothing outside vouches for it. {wanting}"
        return Verdict(ALONE, sentence, about, found.findings)
    sentence = "Everything in the package holds, and it is the log that you know."
    return Verdict(HOLDS, sentence, about, found.findings)


def _on_report(
    pdf: Path, proof: Path | None, options: package.Options, findings: Findings
) -> Verdict:
    if options.key is None:
        raise Unfit("A report alone needs --key: the log's key, as you got it elsewhere.")
    where = reports.proof_of(pdf, proof)
    try:
        size = reports.check_alone(pdf, where, options.key, checker(options.pure), findings)
    except Changed as fault:
        findings.wrong(fault.sentence, fault.file or where.name, fault.index)
        return _changed(findings, {})
    sentence = f"The report is the one that the log of size {size:,} names."
    return Verdict(HOLDS, sentence, {"report": pdf.name}, findings)


def _on_consistency(old: Path, new: Path, path: Path, options: package.Options) -> Verdict:
    found = package.check_consistency(old, new, path, options)
    if found.findings.number:
        return _changed(found.findings, _about(found))
    sizes = f"{found.kept[0].checkpoint.size:,} to {found.kept[1].checkpoint.size:,}"
    return Verdict(HOLDS, f"The log only grew, from {sizes}.", _about(found), found.findings)


def _changed(findings: Findings, about: dict[str, Any]) -> Verdict:
    first = findings.faults[0].line
    more = f" {findings.number - 1} more below." if findings.number > 1 else ""
    return Verdict(CHANGED, f"Something was changed: {first}{more}", about, findings)


def _about(found: package.Verification) -> dict[str, Any]:
    manifest = found.manifest
    return {
        "package": manifest.id,
        "made": manifest.made_at,
        "scope": f"{manifest.scope_type} {manifest.name}",
        "at": manifest.effective_at,
        "log": manifest.origin,
        "size": manifest.size,
        "root": manifest.root,
        "version": manifest.version,
    }


def _is_proof(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(PROOF_HEADER)) == PROOF_HEADER.encode()
    except OSError:
        return False


def _is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"%PDF-"
    except OSError:
        return path.suffix.lower() == ".pdf"


def lines_of(verdict: Verdict) -> list[str]:
    """The verdict for people: first line, what it is, what was checked, what is wrong, notes."""
    found = verdict.findings
    lines = [f"{WORDS[verdict.exit]}. {verdict.sentence}"]
    lines += [f"  {name}: {value}" for name, value in verdict.about.items()]
    lines += ["Checked:"] * bool(found.checked)
    lines += [f"  {number:>9,} {words}" for number, words in found.checked]
    lines += [f"Wrong ({found.number}):"] * bool(found.faults)
    lines += [f"  {fault.line}" for fault in found.faults[:MOST_SHOWN]]
    if found.number > MOST_SHOWN:
        lines.append(f"  and {found.number - MOST_SHOWN} more; --json lists up to 1,000.")
    lines += ["Know:"] * bool(found.notes)
    lines += [f"  {note}" for note in found.notes[:MOST_SHOWN]]
    return [shown(line) for line in lines]


def json_of(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    found = verdict.findings
    return {
        "verdict": WORDS[verdict.exit].lower().replace(" ", "-"),
        "exit": verdict.exit,
        "sentence": verdict.sentence,
        "about": verdict.about,
        "checked": [{"count": number, "what": words} for number, words in found.checked],
        "wrong": found.number,
        "faults": [
            {"file": one.file, "index": one.index, "sentence": one.sentence} for one in found.faults
        ],
        "notes": found.notes,
    }


def shown(line: str) -> str:
    """A line without anything that could steer a terminal, and not endless."""
    plain = "".join(one if one.isprintable() else "?" for one in line)
    return plain if len(plain) <= MOST_CHARACTERS else plain[:MOST_CHARACTERS] + "..."


def run(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Check, print, and return the exit code."""
    verdict = answer(options)
    stream = sys.stdout if out is None else out
    lines = [json.dumps(json_of(verdict), indent=2)] if options.json else lines_of(verdict)
    text = "\n".join(lines)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return verdict.exit


def parser() -> argparse.ArgumentParser:
    """The parser of verify.py."""
    found = argparse.ArgumentParser(
        prog="verify.py",
        description="Whether an audit package or a report holds, checked without anybody's help.",
        epilog="Exit 0: it holds. 1: something was changed. 2: it cannot be checked. "
        "3: nothing is wrong inside, and nothing outside vouches for it.",
    )
    arguments_of(found)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or the process's."""
    return run(parser().parse_args(arguments))
