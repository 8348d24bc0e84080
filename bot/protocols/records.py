"""Mappings of a protocol file as typed records; unknown and missing keys are errors with file and line."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import ProtocolError
from bot.protocols.yamlfile import Section, fail, keys, take


def build[Record](kind: type[Record], raw: Any, *, where: str) -> Record:
    """One frozen dataclass from a mapping; lists become tuples.

    Raises ProtocolError naming file and line, or `where` when `raw` is not a mapping of a file.
    """
    if not isinstance(raw, Mapping):
        raise ProtocolError(f"{where}: expected a mapping (key: value); correct it")
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    required = [name for name, f in fields.items() if f.default is f.default_factory is dataclasses.MISSING]
    keys(raw, allowed=list(fields), required=required)
    hints = _hints(typing.cast(typing.Hashable, kind))
    return kind(**{key: _checked(raw, key, hints[key]) for key in raw})


@functools.cache
def _hints(kind: typing.Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def place(raw: Any, key: str | None = None, *, name: str) -> str:
    """How errors name a place: `red_flags.yaml:70, RF01`."""
    return f"{raw.where(key)}, {name}" if isinstance(raw, Section) else name


def _checked(raw: Mapping[str, Any], key: str, hint: Any) -> Any:
    value = raw[key]
    origin = typing.get_origin(hint)
    if origin is tuple:
        return tuple(take(raw, key, list))
    if isinstance(hint, type) and hint in (str, int, float, bool):
        return take(raw, key, hint)
    if origin is typing.Literal and value not in typing.get_args(hint):
        allowed = ", ".join(str(word) for word in typing.get_args(hint))
        raise fail(raw, key, f"{key}: {value!r} is not allowed; allowed: {allowed}; correct it")
    return value
