"""Our resources against the standard: cardinality and types by the published R4B models, element names by
the 4.0.1 table beside this file, codes by the value sets committed under `data/fhir`.

`r4_elements.json` holds, type by type, the elements of FHIR 4.0.1 with what they require, the targets
of references and short lists of codes ("+": there are more). It was taken from the model classes of
fhir.resources 6.1.0, which were generated from HL7's 4.0.1 definitions.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from bot.settings import ROOT

VALUE_SETS = ROOT / "data" / "fhir" / "value_sets.yaml"
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_EVERYWHERE = {"id", "meta", "extension", "resourceType", "text"}


@functools.cache
def r4_elements() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Type -> element -> {required, of, codes} of FHIR 4.0.1."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("r4_elements.json").read_text("utf-8"))
    return loaded


@functools.cache
def value_sets() -> Mapping[str, Any]:
    """The committed value sets."""
    loaded: dict[str, Any] = yaml.safe_load(VALUE_SETS.read_text("utf-8"))
    return loaded


def model(kind: str) -> type[BaseModel]:
    """The R4B model class of a resource type. Raises ModuleNotFoundError for an unknown one."""
    found: type[BaseModel] = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    return found


def problems(resource: Mapping[str, Any], *, namespace: str, own: Collection[str] = frozenset()) -> list[str]:
    """What is wrong with a resource, one line each; empty when nothing is. `own`: codes that a server knows
    besides the committed ones, as `system|code`."""
    kind = str(resource.get("resourceType"))
    if kind not in r4_elements():
        return [f"{kind}: not a resource type we know"]
    try:
        parsed = model(kind).model_validate(dict(resource))
    except ValidationError as error:
        return [f"{kind}.{'.'.join(map(str, item['loc']))}: {item['type']}" for item in error.errors()]
    return [*_not_in_r4(parsed, kind), *_codes(resource, kind), *_codings(resource, namespace, own)]


def references(value: Any) -> Iterator[str]:
    """Every literal reference in a resource."""
    if isinstance(value, Mapping):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def coded_paths(value: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """(path, code) of every element with a required binding."""
    table = r4_elements().get(type(value).__name__, {})
    for name, item in _fields(value):
        if table.get(name, {}).get("codes") and isinstance(item, str):
            yield f"{path}.{name}", item
        for part in item if isinstance(item, list) else [item]:
            if isinstance(part, BaseModel) and name != "resource":
                yield from coded_paths(part, _step(path, name))


def _fields(value: BaseModel) -> Iterator[tuple[str, Any]]:
    for field, info in type(value).model_fields.items():
        item = getattr(value, field)
        if item is not None and field not in ("fhir_comments", "resource_type"):
            yield info.alias or field, item


def _step(path: str, name: str) -> str:
    # Items nest in items, as deep as one likes.
    return path if path.endswith(f".{name}") else f"{path}.{name}"


def _not_in_r4(value: BaseModel, path: str) -> Iterator[str]:
    table = r4_elements().get(type(value).__name__)
    for name, item in _fields(value):
        if table is not None and name not in table and name not in _EVERYWHERE:
            yield f"{path}.{name}: not an element of FHIR 4.0.1"
        for part in item if isinstance(item, list) else [item]:
            if isinstance(part, BaseModel) and name != "resource":
                yield from _not_in_r4(part, f"{path}.{name}")


def _codes(value: Any, path: str) -> Iterator[str]:
    allowed = value_sets()["elements"].get(path)
    if allowed is not None and isinstance(value, str) and value not in allowed["codes"]:
        yield f"{path}: {value} is not a committed code of {allowed['set']}"
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _codes(item, _step(path, name))
    elif isinstance(value, list):
        for item in value:
            yield from _codes(item, path)


def _codings(value: Any, namespace: str, own: Collection[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        system, code = value.get("system"), value.get("code")
        if isinstance(system, str) and isinstance(code, str) and not system.startswith(f"{namespace}/"):
            known = value_sets()["systems"].get(system, {"codes": ()})["codes"]
            if code not in known and f"{system}|{code}" not in own:
                yield f"{system}: {code} is not a committed code"
        for item in value.values():
            yield from _codings(item, namespace, own)
    elif isinstance(value, list):
        for item in value:
            yield from _codings(item, namespace, own)
