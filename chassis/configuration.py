"""Versioned data in folders: every YAML file is checked against the folder's schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

Document = Mapping[str, Any]


class Misconfigured(ValueError):
    """A configuration file cannot be used; the message names it and what is wrong in it."""


def read_documents(directory: Path) -> dict[Path, Document]:
    """The files of a folder by path, sorted; raises `Misconfigured` for the first wrong one."""
    validator = _validator(directory / "schema.json")
    return {path: _document(path, validator) for path in sorted(directory.glob("*.yaml"))}


def read_document(path: Path, schema: Path) -> Document:
    """One file checked against a schema that lies elsewhere; raises `Misconfigured`."""
    return _document(path, _validator(schema))


def _validator(path: Path) -> jsonschema.Draft202012Validator:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise Misconfigured(
            f"{path} cannot be read; set FORBEAR_CONFIG to the directory "
            "that holds tenants, strategies and calendars"
        ) from failure
    return jsonschema.Draft202012Validator(schema)


def _document(path: Path, validator: jsonschema.Draft202012Validator) -> Document:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainDates)
    except OSError as failure:
        raise Misconfigured(f"{path} cannot be read: {failure}") from failure
    except yaml.YAMLError as broken:
        raise Misconfigured(f"{path} is not YAML: {broken}") from broken
    for fault in sorted(validator.iter_errors(raw), key=lambda each: list(map(str, each.path))):
        place = "/".join(map(str, fault.path)) or "the file"
        raise Misconfigured(f"{path}: {place}: {fault.message}")
    document: Document = raw
    return document


class _PlainDates(yaml.SafeLoader):
    """Leaves dates as the strings that the schemas describe."""


_PlainDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
