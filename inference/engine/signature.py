"""The signature of a model: how a table's columns become tensors, and what the score means."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from inference.engine.reasons import EngineError, printable

Task = Literal["binary", "multiclass", "regression"]
ColumnType = Literal["float", "int", "string", "bool"]
Encoding = Literal["value", "null-as-nan"]

_COLUMN_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table and the tensor it feeds.

    Encoding `value` hands values over as they are and takes no missing ones; `null-as-nan`
    (floats only) hands a missing value over as NaN, for models that know what to do with it.
    """

    name: str
    dtype: ColumnType
    tensor: str
    encoding: Encoding = "value"


@dataclass(frozen=True, slots=True)
class ScoreOutput:
    """The output that is the score, and which of its columns (None: the only one, or all)."""

    output: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A score at or above `cut_off` (a decimal) is decided "1"; `favourable` is for the person."""

    cut_off: str
    favourable: Literal["0", "1"]

    @property
    def threshold(self) -> float:
        return float(self.cut_off)


@dataclass(frozen=True, slots=True)
class Signature:
    """How to feed a model and read its answer.

    Columns that name the same tensor fill it from left to right, in the order given.
    `classes` are the label's values as text: two for a binary task, `positive_label` among
    them; in the order of the score's columns for a multiclass task; none for a regression.
    """

    task: Task
    columns: tuple[Column, ...]
    score: ScoreOutput
    label_column: str
    positive_label: str | None = None
    classes: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    decision: Decision | None = None

    @property
    def tensors(self) -> dict[str, tuple[Column, ...]]:
        """Columns of each tensor, in order."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            found.setdefault(column.tensor, []).append(column)
        return {tensor: tuple(columns) for tensor, columns in found.items()}

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` takes them; decimals are strings."""
        data = asdict(self)
        return data | {name: list(data[name]) for name in ("columns", "classes", "protected")}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read strictly. Raises EngineError signature_invalid naming the field that is wrong."""
        known = {"task", "columns", "score", "label_column"}
        extra = {"positive_label", "classes", "protected", "decision"}
        fields = _object(data, "signature", known, extra)
        task = _choice(fields["task"], "task", get_args(Task))
        columns = tuple(
            _column(entry, f"columns[{i}]") for i, entry in enumerate(_list(fields, "columns"))
        )
        signature = cls(
            task=task,
            columns=columns,
            score=_score(fields["score"]),
            label_column=_text(fields["label_column"], "label_column"),
            positive_label=_optional_text(fields.get("positive_label"), "positive_label"),
            classes=_classes(fields, task),
            protected=_texts(fields, "protected"),
            decision=_decision(fields.get("decision")),
        )
        _check_columns(signature)
        _check_task(signature)
        return signature


def _check_columns(signature: Signature) -> None:
    if not 0 < len(signature.columns) <= _COLUMN_LIMIT:
        raise _invalid("columns", f"name between 1 and {_COLUMN_LIMIT} columns")
    names = [column.name for column in signature.columns]
    _refuse_twice("columns", names)
    _refuse_twice("protected", signature.protected)
    if signature.label_column in names:
        name = printable(signature.label_column)
        raise _invalid("label_column", f"'{name}' is also an input of the model; remove it there")
    if signature.label_column in signature.protected:
        raise _invalid("protected", "the label cannot be a protected attribute")
    for column in signature.columns:
        if column.encoding == "null-as-nan" and column.dtype != "float":
            name = printable(column.name)
            raise _invalid("columns", f"'{name}': only float columns can be encoded null-as-nan")


def _check_task(signature: Signature) -> None:
    classes, positive = signature.classes, signature.positive_label
    _refuse_twice("classes", classes)
    if signature.task == "binary":
        if len(classes) != 2 or positive not in classes:
            raise _invalid("positive_label", "a binary task has two classes, this one among them")
        return
    if positive is not None or signature.decision is not None:
        raise _invalid("positive_label", "it and the decision belong to a binary task only")
    if signature.task == "multiclass" and len(classes) < 2:
        raise _invalid("classes", "name the classes in the order of the score's columns")
    if signature.task == "multiclass" and signature.score.index is not None:
        raise _invalid("score.index", "a multiclass score is the whole output: leave it out")
    if signature.task == "regression" and classes:
        raise _invalid("classes", "a regression has no classes")


def _column(entry: Any, where: str) -> Column:
    fields = _object(entry, where, {"name", "dtype", "tensor"}, {"encoding"})
    return Column(
        _text(fields["name"], f"{where}.name"),
        _choice(fields["dtype"], f"{where}.dtype", get_args(ColumnType)),
        _text(fields["tensor"], f"{where}.tensor"),
        _choice(fields.get("encoding", "value"), f"{where}.encoding", get_args(Encoding)),
    )


def _score(entry: Any) -> ScoreOutput:
    fields = _object(entry, "score", {"output"}, {"index"})
    index = fields.get("index")
    if index is not None and (not isinstance(index, int) or isinstance(index, bool) or index < 0):
        raise _invalid("score.index", "it is the number of a column, counted from 0, or null")
    return ScoreOutput(_text(fields["output"], "score.output"), index)


def _decision(entry: Any) -> Decision | None:
    if entry is None:
        return None
    fields = _object(entry, "decision", {"cut_off", "favourable"}, set())
    cut_off = fields["cut_off"]
    if isinstance(cut_off, bool) or not isinstance(cut_off, str | int | float):
        raise _invalid("decision.cut_off", 'it is a decimal such as "0.5"')
    try:
        value = float(cut_off)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise _invalid("decision.cut_off", 'it is a decimal from 0 to 1, such as "0.5"')
    favourable = _choice(fields["favourable"], "decision.favourable", ("0", "1"))
    return Decision(str(cut_off).strip(), favourable)


def _classes(fields: dict[str, Any], task: str) -> tuple[str, ...]:
    named = _texts(fields, "classes")
    if named or task != "binary" or fields.get("positive_label") not in ("0", "1"):
        return named
    return ("0", "1")


def _object(data: Any, where: str, needed: set[str], extra: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _invalid(where, "it is an object with named fields")
    if missing := sorted(needed - data.keys()):
        raise _invalid(where, f"it needs {', '.join(missing)}")
    if unknown := sorted(str(key) for key in data.keys() - needed - extra):
        raise _invalid(where, f"it has unknown fields: {printable(', '.join(unknown))}")
    return data


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise _invalid(name, "it is a list")
    return value


def _texts(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_text(value, f"{name}[{i}]") for i, value in enumerate(_list(fields, name)))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value or len(value) > 1024:
        raise _invalid(where, "it is text of 1 to 1024 characters")
    return value


def _optional_text(value: Any, where: str) -> str | None:
    return None if value is None else _text(value, where)


def _choice(value: Any, where: str, choices: tuple[str, ...]) -> Any:
    if not isinstance(value, str) or value not in choices:
        raise _invalid(where, f"it is one of {', '.join(choices)}")
    return value


def _refuse_twice(where: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _invalid(where, f"'{printable(twice[0])}' is named twice")


def _invalid(where: str, rule: str) -> EngineError:
    return EngineError("signature_invalid", f"Signature, {where}: {rule}.")
