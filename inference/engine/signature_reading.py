"""A signature from plain values: whatever can be read of it, and every problem that was met."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar, cast, get_args

from inference.engine.reasons import EngineError, printable
from inference.engine.signature import (
    Column,
    ColumnType,
    Decision,
    Encoding,
    ScoreOutput,
    Signature,
    Task,
)

COLUMN_LIMIT = 4096
_TEXT_LIMIT = 1024
_TASKS = get_args(Task)

S = TypeVar("S", bound=Signature)


class SignatureInvalid(EngineError):
    """One problem: `where` is the field as a path ("columns[2].dtype"), `rule` what holds of it."""

    def __init__(self, where: str, rule: str) -> None:
        super().__init__("signature_invalid", f"Signature, {where}: {rule}.")
        self.where = where
        self.rule = rule


def read(data: Any, kind: type[S]) -> tuple[S, list[SignatureInvalid]]:
    """The signature and its problems. Where there are problems it is a draft of what could be read."""
    reader = _Reader()
    needed, extra = {"task", "columns", "score", "label_column"}, {"positive_label", "classes"}
    fields = reader.object(data, "signature", needed, extra | {"protected", "decision"})
    task = reader.choice(fields, "task", "task", _TASKS)
    draft = kind(
        task=cast(Task, task),
        columns=reader.columns(fields),
        score=reader.score(fields),
        label_column=reader.text(fields, "label_column", "label_column") or "",
        positive_label=reader.optional_text(fields, "positive_label"),
        classes=reader.classes(fields, task),
        protected=reader.texts(fields, "protected"),
        decision=reader.decision(fields.get("decision")),
    )
    reader.check_columns(draft)
    reader.check_task(draft)
    return draft, reader.problems


def is_probability(text: Any) -> bool:
    """Whether it is a decimal from 0 to 1, written as text or as a number."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return False
    try:
        value = float(text)
    except (ValueError, OverflowError):
        value = math.nan
    return 0 <= value <= 1


class _Reader:
    """Reads field by field; what cannot be read is a problem, and the rest is read all the same."""

    def __init__(self) -> None:
        self.problems: list[SignatureInvalid] = []

    def say(self, where: str, rule: str) -> None:
        self.problems.append(SignatureInvalid(where, rule))

    def object(self, data: Any, where: str, needed: set[str], extra: set[str]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.say(where, "it is an object with named fields")
            return {}
        unknown = sorted(str(key) for key in data.keys() - needed - extra)
        if unknown:
            known = ", ".join(sorted(needed | extra))
            self.say(where, f"unknown: {printable(', '.join(unknown))}; known: {known}")
        return data

    def text(self, fields: dict[str, Any], name: str, where: str) -> str | None:
        if name not in fields:
            self.say(where, "it is missing")
            return None
        return self.plain_text(fields[name], where)

    def plain_text(self, value: Any, where: str) -> str | None:
        if isinstance(value, str) and 0 < len(value) <= _TEXT_LIMIT:
            return value
        self.say(where, f"it is text of 1 to {_TEXT_LIMIT} characters")
        return None

    def optional_text(self, fields: dict[str, Any], name: str) -> str | None:
        return None if fields.get(name) is None else self.plain_text(fields[name], name)

    def texts(self, fields: dict[str, Any], name: str) -> tuple[str, ...]:
        found = (
            self.plain_text(one, f"{name}[{i}]") for i, one in enumerate(self.list(fields, name))
        )
        return tuple(text for text in found if text is not None)

    def list(self, fields: dict[str, Any], name: str) -> list[Any]:
        value = fields.get(name, [])
        if isinstance(value, list):
            return value
        self.say(name, "it is a list")
        return []

    def choice(
        self, fields: dict[str, Any], name: str, where: str, choices: tuple[str, ...]
    ) -> str:
        """The field's value; the first of the choices, and a problem, where it is none of them."""
        value = fields.get(name)
        if isinstance(value, str) and value in choices:
            return value
        missing = "it is missing" if name not in fields else "it is unknown"
        self.say(where, f"{missing}; say one of {', '.join(choices)}")
        return choices[0]

    def columns(self, fields: dict[str, Any]) -> tuple[Column, ...]:
        entries = self.list(fields, "columns")
        if not 0 < len(entries) <= COLUMN_LIMIT:
            self.say("columns", f"name between 1 and {COLUMN_LIMIT} columns")
            return ()
        found = (self.column(entry, f"columns[{i}]") for i, entry in enumerate(entries))
        return tuple(column for column in found if column is not None)

    def column(self, entry: Any, where: str) -> Column | None:
        before = len(self.problems)
        fields = self.object(entry, where, {"name", "dtype", "tensor"}, {"encoding"})
        if not isinstance(entry, dict):
            return None
        name = self.text(fields, "name", f"{where}.name")
        dtype = self.choice(fields, "dtype", f"{where}.dtype", get_args(ColumnType))
        tensor = self.text(fields, "tensor", f"{where}.tensor")
        said = {"encoding": "value", **fields}
        encoding = self.choice(said, "encoding", f"{where}.encoding", get_args(Encoding))
        if encoding == "null-as-nan" and dtype != "float":
            self.say(f"{where}.encoding", "only float columns can be encoded null-as-nan")
        if len(self.problems) > before and (name is None or tensor is None):
            return None
        return Column(name or "", cast(ColumnType, dtype), tensor or "", cast(Encoding, encoding))

    def score(self, fields: dict[str, Any]) -> ScoreOutput:
        if "score" not in fields:
            self.say("score", "it is missing; name the model's output that is the score")
            return ScoreOutput("")
        said = self.object(fields["score"], "score", {"output"}, {"index"})
        if not isinstance(fields["score"], dict):
            return ScoreOutput("")
        index = said.get("index")
        if index is not None and (type(index) is not int or index < 0):
            self.say("score.index", "it is the number of a column, counted from 0, or null")
            index = None
        return ScoreOutput(self.text(said, "output", "score.output") or "", index)

    def decision(self, entry: Any) -> Decision | None:
        if entry is None:
            return None
        fields = self.object(entry, "decision", {"cut_off", "favourable"}, set())
        cut_off = fields.get("cut_off")
        if not is_probability(cut_off):
            self.say("decision.cut_off", 'it is a decimal from 0 to 1, such as "0.5"')
            cut_off = "0.5"
        favourable = self.choice(fields, "favourable", "decision.favourable", ("0", "1"))
        return Decision(str(cut_off).strip(), cast(Any, favourable))

    def classes(self, fields: dict[str, Any], task: str) -> tuple[str, ...]:
        named = self.texts(fields, "classes")
        if named or task != "binary" or fields.get("positive_label") not in ("0", "1"):
            return named
        return ("0", "1")

    def check_columns(self, draft: Signature) -> None:
        names = [column.name for column in draft.columns]
        self.refuse_twice("columns", names)
        self.refuse_twice("protected", draft.protected)
        label = draft.label_column
        if label and label in names:
            rule = f"'{printable(label)}' is also an input of the model; remove it there"
            self.say("label_column", rule)
        if label and label in draft.protected:
            self.say("protected", "the label cannot be a protected attribute")

    def check_task(self, draft: Signature) -> None:
        if any(problem.where == "task" for problem in self.problems):
            return
        self.refuse_twice("classes", draft.classes)
        if draft.task == "binary":
            self.check_binary(draft)
            return
        if draft.positive_label is not None or draft.decision is not None:
            self.say("positive_label", "it and the decision belong to a binary task only")
        if draft.task == "multiclass" and len(draft.classes) < 2:
            self.say("classes", "name the classes in the order of the score's columns")
        if draft.task == "multiclass" and draft.score.index is not None:
            self.say("score.index", "a multiclass score is the whole output: leave it out")
        if draft.task == "regression" and draft.classes:
            self.say("classes", "a regression has no classes")

    def check_binary(self, draft: Signature) -> None:
        if draft.positive_label is None:
            self.say("positive_label", "it is missing; name the class that a score of 1 means")
        elif len(draft.classes) != 2 or draft.positive_label not in draft.classes:
            rule = "a binary task has two classes, this one among them; name both in 'classes'"
            self.say("positive_label", rule)

    def refuse_twice(self, where: str, names: Iterable[str]) -> None:
        for name, count in Counter(names).items():
            if count > 1:
                self.say(where, f"'{printable(name)}' is named twice")
