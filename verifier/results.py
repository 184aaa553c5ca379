"""Every result, computed anew from the statements by the rule engine, and compared byte for byte."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from . import canonical, engine
from .archive import Archive
from .entries import Entry
from .faults import Changed, Findings
from .manifest import Manifest
from .statements import Statement

FILE, BASELINE = "results/results.ndjson", "results/baseline.json"
# Of what lies below a unit, its own results look at these records only.
RECORDS_BELOW = ("system", "release", "deployment", "inventory")
UPPER = ("organisation", "unit")
SHOWN = ("determination", "reason", "applicability", "basis", "conclusion", "exception")


class Line(NamedTuple):
    """One line of results.ndjson: the result's text and what it says."""

    number: int
    text: str
    value: dict[str, Any]
    view: tuple[str, str]


def check_results(
    archive: Archive,
    manifest: Manifest,
    loaded: Sequence[Entry],
    statements: Sequence[Statement],
    findings: Findings,
) -> None:
    """Judge anew every result of the package by the baseline that the log's entries `loaded` name."""
    entries = _entries(archive, loaded, findings)
    lines = _lines(archive, manifest, findings)
    if len(lines) != manifest.results:
        findings.wrong(
            f"The manifest counts {manifest.results} results; {len(lines)} can be read.", FILE
        )
    views: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in {_answers(line): line for line in lines}.values():
        views[line.view].append(line)
    begun = findings.number
    for (kind, unit), held in views.items():
        _judge(kind, unit, held, entries, statements, manifest, findings)
    findings.count(len(lines), "results follow from the statements, byte for byte", begun)
    _check_complete(lines, entries, manifest, statements, findings)


def _answers(line: Line) -> tuple[str, ...]:
    """What a line answers; said twice it is a fault, and judged once."""
    target = line.value["target"]
    return (*line.view, target["type"], target["id"], line.value["requirement"])


def _entries(archive: Archive, loaded: Sequence[Entry], findings: Findings) -> Mapping[str, Any]:
    """The baseline's entries by their digests. Raises Changed unless the log's newest entry names it."""
    content = canonical.loads(archive.read(BASELINE))
    entries = content.get("entries") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(_is_entry(one) for one in entries):
        raise Changed("The file holds no baseline.", BASELINE)
    if not loaded:
        raise Changed("No entry of the log says which baseline was loaded.", BASELINE)
    digest, newest = canonical.digest(content), loaded[-1]
    if newest.object_id != digest:
        raise Changed(f"It is not the baseline that entry {newest.index} loaded.", BASELINE)
    findings.count(len(entries), f"requirements asked by the baseline sha256:{digest}")
    for one in loaded[1:]:
        findings.note(
            f"Entry {one.index}: another baseline was loaded, sha256:{one.object_id[:16]}; ask why."
        )
    return {canonical.digest(entry): entry for entry in entries}


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(part), str) for part in ("id", "scope")
    )


def _lines(archive: Archive, manifest: Manifest, findings: Findings) -> list[Line]:
    found = []
    for number, data in enumerate(archive.lines(FILE), 1):
        with findings.caught(f"{FILE} line {number}"):
            found.append(_line(number, data, manifest))
    return found


def _line(number: int, data: bytes, manifest: Manifest) -> Line:
    held = canonical.loads(data)
    try:
        text, kind, path = held["result"], held["view"]["kind"], held["view"]["path"]
        value = canonical.loads(text.encode())
        target = value["target"]
        parts = [*path, target["type"], target["id"], value["requirement"], value["entryDigest"]]
    except (KeyError, TypeError, AttributeError):
        raise Changed("The line holds no result with its view.") from None
    if kind not in {"system", "unit"} or not all(isinstance(one, str) for one in parts):
        raise Changed("The line holds no result with its view.")
    if tuple(path[: len(manifest.path)]) != manifest.path:
        raise Changed("The result is not of the package's scope.")
    upper = target["type"] in UPPER
    if upper != (kind == "unit") or (
        (upper or target["type"] == "system") and target["id"] != path[-1]
    ):
        raise Changed("The result's view is not the one for its target.")
    if value.get("logSize") != manifest.size:
        raise Changed(f"The result is of the log size {value.get('logSize')}, not {manifest.size}.")
    if value.get("effectiveAt") != manifest.effective_at:
        raise Changed("The result is of another instant than the package.")
    return Line(number, text, value, (kind, f"/{'/'.join(path)}/"))


def _judge(
    kind: str,
    unit: str,
    lines: Sequence[Line],
    entries: Mapping[str, Any],
    statements: Sequence[Statement],
    manifest: Manifest,
    findings: Findings,
) -> None:
    rules = engine.rules()
    with findings.caught(FILE):
        log = rules.read_log(indexed(seen(kind, unit, statements)), manifest.size)
        targets: dict[tuple[str, str], Any] = {}
        for line in lines:
            with findings.caught(f"{FILE} line {line.number}"):
                _compare(line, unit, rules, log, targets, entries, manifest)


def _compare(
    line: Line,
    unit: str,
    rules: Any,
    log: Any,
    targets: dict[tuple[str, str], Any],
    entries: Mapping[str, Any],
    manifest: Manifest,
) -> None:
    name = (line.value["target"]["type"], line.value["target"]["id"])
    if name not in targets:
        targets[name] = rules.target_from(log, *name)
    target, entry = targets[name], entries.get(line.value["entryDigest"])
    if entry is None:
        raise Changed(f"{_title(line)}: the entry it answers is not in {BASELINE}.")
    if name[0] not in UPPER and not f"/{'/'.join(target['path'])}/".startswith(unit):
        raise Changed(f"{_title(line)}: the target is not of the result's system.")
    found = rules.evaluate(entry, target, log, manifest.effective_at)
    if canonical.dumps(found) != line.text.encode():
        raise Changed(f"{_title(line)}: {_difference(line.value, found)}.")


def _title(line: Line) -> str:
    target = line.value["target"]
    return f"{line.value['requirement']} of {target['type']} {target['id']}"


def _difference(said: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    for part in (*SHOWN, *found):
        if said.get(part) != found.get(part):
            here, there = str(said.get(part))[:60], str(found.get(part))[:60]
            return f"the package says {part} {here}, the statements give {there}"
    return "the package says something that the statements do not give"


def seen(kind: str, unit: str, statements: Sequence[Statement]) -> list[Statement]:
    """What a result is judged from: the system and the units above it, or a unit, the units above
    it, and records of what lies below."""
    if kind == "system":
        return [one for one in statements if unit.startswith(one.unit)]
    return [one for one in statements if unit.startswith(one.unit) or _is_below(one, unit)]


def _is_below(one: Statement, unit: str) -> bool:
    return one.unit.startswith(unit) and one.kind in RECORDS_BELOW


def indexed(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """What the rule engine reads. `revoked` stands only where a key was revoked from before."""
    found = []
    for one in statements:
        item: dict[str, Any] = {"index": one.index, "digest": one.sha256, "statement": one.value}
        if one.is_revoked:
            item["revoked"] = True
        found.append(item)
    return found


def _check_complete(
    lines: Sequence[Line],
    entries: Mapping[str, Any],
    manifest: Manifest,
    statements: Sequence[Statement],
    findings: Findings,
) -> None:
    """Each target is judged once by every entry of its scope, and what must be judged is: none is left out."""
    expected: dict[str, set[str]] = defaultdict(set)
    for entry in entries.values():
        expected[entry["scope"]].add(entry["id"])
    answered: dict[tuple[str, str], list[str]] = defaultdict(list)
    for target in _must_be_judged(manifest, statements):
        answered[target] = []
    for line in lines:
        target = line.value["target"]
        answered[(target["type"], target["id"])].append(line.value["requirement"])
    for (kind, identity), held in answered.items():
        missing = sorted(expected[kind] - set(held))
        if missing:
            findings.wrong(
                f"The {kind} {identity} has no result for {', '.join(missing[:5])}.", FILE
            )
        if len(set(held)) != len(held):
            findings.wrong(f"The {kind} {identity} has two results for one requirement.", FILE)


def _must_be_judged(
    manifest: Manifest, statements: Sequence[Statement]
) -> Iterator[tuple[str, str]]:
    """The scope itself, and each system of it that a record in the log tells of up to the instant."""
    if manifest.scope_type != "system":
        yield manifest.scope_type, manifest.scope_id
    for one in statements:
        if one.kind == "system" and one.unit.startswith(manifest.unit):
            yield "system", one.predicate["record"]["id"]
