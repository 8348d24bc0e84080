"""YAML whose bare `yes`, `no`, `on` and `off` stay words, as our data files mean them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class _PlainLoader(yaml.CSafeLoader):
    """SafeLoader that reads only `true` and `false` as booleans (YAML 1.2).

    libyaml's parser (in every wheel of PyYAML) reads the lexicon in a tenth of the time.
    """


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """The content of one YAML file. Raises yaml.YAMLError when it is not YAML."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_PlainLoader)  # noqa: S506  (a SafeLoader with fewer resolvers)
