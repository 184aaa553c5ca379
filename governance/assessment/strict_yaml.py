"""YAML as data: safe_load's types, without what a reader and a program would read differently."""

from __future__ import annotations

from typing import Any, NoReturn

import yaml

MAX_BYTES = 1_048_576
_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class StrictYamlError(ValueError):
    """A text that is refused; the message says where and what to do."""


def load_yaml(data: bytes) -> Any:
    """Parse UTF-8 YAML of at most 1 MiB into the values of JSON; dates stay strings.

    Raises StrictYamlError for repeated keys, keys that are no strings, aliases,
    anchors, merge keys, tags, several documents, and text that is no YAML.
    """
    if len(data) > MAX_BYTES:
        raise StrictYamlError(f"The file has {len(data)} bytes; at most {MAX_BYTES} are read.")
    try:
        return yaml.load(data.decode(), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except UnicodeDecodeError as error:
        raise StrictYamlError(f"Byte {error.start} is not UTF-8; save the file as UTF-8.") from None
    except RecursionError:
        raise StrictYamlError("The file is nested too deeply.") from None
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise StrictYamlError(f"{place}{error.problem or error.context}.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise StrictYamlError(f"Not YAML: {error}") from None


class _StrictLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse("an alias or anchor stands here; write the value out", event.start_mark)
        if getattr(event, "tag", None):
            self._refuse("a tag stands here; leave it out", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            self._check_key(key, seen)
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Nothing to flatten: a merge key is refused where keys are checked."""

    def _check_key(self, key: yaml.Node, seen: set[str]) -> None:
        if key.tag == _MERGE:
            self._refuse("a merge key stands here; write the keys out", key.start_mark)
        name = self.construct_object(key) if isinstance(key, yaml.ScalarNode) else None
        if not isinstance(name, str):
            self._refuse("a key is no text; put it in quotes", key.start_mark)
        if name in seen:
            self._refuse(f"the key {name!r} stands twice in one object; keep one", key.start_mark)
        seen.add(name)

    def _refuse(self, problem: str, mark: Any) -> NoReturn:
        raise yaml.constructor.ConstructorError(None, None, problem, mark)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
