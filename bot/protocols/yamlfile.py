"""Strict YAML: what a protocol file may be, said with file, line, field, allowed values and remedy.

Every mapping and list knows the lines of its entries, so that whoever reads them can name the line.
`yes`, `no`, `on`, `off` and dates stay words: in a protocol they are values of facts, never booleans.
Only `true` and `false` are booleans (as in YAML 1.2). Anchors and tags are refused: a reviewer must
see every value where it stands.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.domain.errors import ProtocolError

_TYPE_NAMES = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false",
    list: "a list", dict: "a mapping (key: value)",
}  # fmt: skip


class Section(dict[str, Any]):
    """A mapping of a file. `file` and `lines` (key -> line, from 1) say where each entry stands."""

    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = MappingProxyType({})

    def where(self, key: str | None = None) -> str:
        """`texts.yaml:12` for a key, or for the section itself."""
        return f"{self.file}:{self.lines.get(key, self.line) if key else self.line}"


class Items(list[Any]):
    """A list of a file, with the line of each item."""

    file: str = ""
    line: int = 0
    lines: tuple[int, ...] = ()


def read_yaml(path: Path) -> Section:
    """The mapping in a file. Raises ProtocolError when it cannot be read or is not a mapping."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProtocolError(f"{path.name}: cannot be read ({error.strerror}); restore the file") from error
    return parse_yaml(content, name=path.name)


def parse_yaml(content: bytes, *, name: str) -> Section:
    """The mapping in the bytes of a file called `name`. Raises ProtocolError with file and line."""
    try:
        _refuse_anchors(content, name)
        raw = _read(content, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ProtocolError(
            f"{name}:{line}: not valid YAML: {error.problem or error.context}; correct it"
        ) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise ProtocolError(f"{name}:1: not readable as UTF-8 text; save the file as UTF-8") from error
    if not isinstance(raw, Section):
        raise ProtocolError(f"{name}:1: the file must be a mapping; start it with `protocol:`")
    return raw


def keys(section: Mapping[str, Any], *, allowed: Collection[str], required: Collection[str] = ()) -> None:
    """Refuse unknown and missing keys, naming the allowed ones."""
    for key in section:
        if key not in allowed:
            raise ProtocolError(
                f"{_where(section, key)}: unknown key {key!r}; allowed: {', '.join(allowed)}; "
                "correct or remove it"
            )
    for key in required:
        if key not in section:
            raise ProtocolError(f"{_where(section)}: the key {key!r} is missing; add it")


def take[T](section: Mapping[str, Any], key: str, kind: type[T], *, default: T | None = None) -> T:
    """The value of a key, of the wanted type. Without a default the key must be there.

    A whole number is taken where a number is wanted; a text never is.
    """
    if key not in section:
        if default is None:
            raise ProtocolError(f"{_where(section)}: the key {key!r} is missing; add it")
        return default
    value = section[key]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return kind(value)  # type: ignore[call-arg]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        wanted = _TYPE_NAMES.get(kind, kind.__name__)
        raise ProtocolError(
            f"{_where(section, key)}: {key} must be {wanted}, not {_named(value)}; correct it"
        )
    return value


def words(section: Mapping[str, Any], key: str, *, allowed: Collection[str] = ()) -> tuple[str, ...]:
    """A list of texts, empty when the key is not there; each one of `allowed` when that is given."""
    items = take(section, key, list, default=[])
    for item in items:
        if not isinstance(item, str):
            raise ProtocolError(
                f"{_where(section, key)}: {key} must be a list of texts, not {_named(item)}; quote it"
            )
        if allowed and item not in allowed:
            raise ProtocolError(
                f"{_where(section, key)}: {key}: {item!r} is not known; allowed: {', '.join(allowed)}; "
                "correct it"
            )
    return tuple(items)


def word(
    section: Mapping[str, Any], key: str, *, allowed: Collection[str], default: str | None = None
) -> str:
    """A text that must be one of `allowed`."""
    value = take(section, key, str, default=default)
    if value not in allowed:
        raise ProtocolError(
            f"{_where(section, key)}: {key}: {value!r} is not allowed; allowed: {', '.join(allowed)}; "
            "correct it"
        )
    return value


def day(section: Mapping[str, Any], key: str) -> dt.date | None:
    """A date written 2026-11-30; None when the key is empty or not there."""
    value = section.get(key)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ProtocolError(f"{_where(section, key)}: {key}: write the date as YYYY-MM-DD") from error


def fail(section: Mapping[str, Any], key: str | None, problem: str) -> ProtocolError:
    """An error that names the file and line of a key, to raise."""
    return ProtocolError(f"{_where(section, key)}: {problem}")


def _where(section: Mapping[str, Any], key: str | None = None) -> str:
    return section.where(key) if isinstance(section, Section) else "a protocol file"


def _named(value: object) -> str:
    if value is None:
        return "empty"
    kinds = (bool, str, int, float, list, dict)
    return next((_TYPE_NAMES[kind] for kind in kinds if isinstance(value, kind)), type(value).__name__)


# --- the loader -----------------------------------------------------------------------------------


# libyaml's parser: PyYAML's own takes ten times the time, and every process reads half a megabyte.


def _refuse_anchors(content: bytes, name: str) -> None:
    """A look of its own: libyaml follows aliases while it builds the nodes."""
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        if getattr(event, "anchor", None):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ProtocolError(f"{name}:{line}: anchors (&, *) are not allowed; write the value out")


def _read(content: bytes, name: str) -> Any:
    loader = _StrictLoader(content, name)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class _StrictLoader(yaml.CSafeLoader):
    """A SafeLoader that refuses doubled keys and tags, and remembers lines."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name

    def section(self, node: yaml.MappingNode) -> Section:
        result = Section()
        lines: dict[str, int] = {}
        result.file, result.line = self.name, node.start_mark.line + 1
        for key_node, value_node in node.value:
            key = self._key(key_node, lines)
            lines[key] = key_node.start_mark.line + 1
            result[key] = self.construct_object(value_node, deep=True)
        result.lines = lines
        return result

    def items(self, node: yaml.SequenceNode) -> Items:
        result = Items(self.construct_object(child, deep=True) for child in node.value)
        result.file, result.line = self.name, node.start_mark.line + 1
        result.lines = tuple(child.start_mark.line + 1 for child in node.value)
        return result

    def refuse(self, node: yaml.Node) -> Any:
        raise ProtocolError(
            f"{self._at(node.start_mark)}: the tag {node.tag!r} is not allowed; write plain YAML"
        )

    def _key(self, node: yaml.Node, lines: Mapping[str, int]) -> str:
        key: Hashable = self.construct_object(node, deep=True)
        if not isinstance(key, str):
            raise ProtocolError(
                f"{self._at(node.start_mark)}: a key must be text, not {_named(key)}; quote it"
            )
        if key in lines:
            raise ProtocolError(
                f"{self._at(node.start_mark)}: the key {key!r} is there twice (first in line {lines[key]}); "
                "remove one"
            )
        return key

    def _at(self, mark: Any) -> str:
        return f"{self.name}:{mark.line + 1}"


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """By first character: what a bare word may be besides text (YAML 1.2 core, decimal only)."""
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for tag, pattern, starts in (
        ("bool", r"true|false", "tf"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
        ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
        ("null", r"null|~|", "n~"),
    ):
        for start in starts or "":
            table.setdefault(start, []).append((f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$")))
    table.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile("^$")))
    return table


_StrictLoader.yaml_implicit_resolvers = _resolvers()
_StrictLoader.add_constructor("tag:yaml.org,2002:map", _StrictLoader.section)
_StrictLoader.add_constructor("tag:yaml.org,2002:seq", _StrictLoader.items)
_StrictLoader.add_constructor(None, _StrictLoader.refuse)
