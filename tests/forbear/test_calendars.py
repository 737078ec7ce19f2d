"""The calendar files are what their generator writes, and keep their schema."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from forbear import calendars


@pytest.mark.parametrize("jurisdiction", sorted(calendars.JURISDICTIONS))
def test_the_calendar_file_is_fresh(jurisdiction: str) -> None:
    path = calendars.DIRECTORY / f"{jurisdiction}.yaml"
    assert path.read_text(encoding="utf-8") == calendars.render(jurisdiction), (
        "run `python -m forbear.calendars`"
    )


@pytest.mark.parametrize("jurisdiction", sorted(calendars.JURISDICTIONS))
def test_the_calendar_file_keeps_its_schema_and_says_where_it_is_from(jurisdiction: str) -> None:
    schema = json.loads((calendars.DIRECTORY / "schema.json").read_text())
    document = yaml.safe_load((calendars.DIRECTORY / f"{jurisdiction}.yaml").read_text())
    jsonschema.validate(document, schema)
    assert "holidays" in document["source"]
    assert {int(day[:4]) for day in document["holidays"]} == set(calendars.YEARS)
