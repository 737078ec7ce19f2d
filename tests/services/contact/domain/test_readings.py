"""Whatever way a text's branches go, the linter has read what a person would."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.contact.commands.library import faults, load
from services.contact.domain.linting import lint
from services.contact.domain.readings import READINGS_MAX, TooManyBranches, readings
from services.contact.gateways.rendering import Unrenderable, check, render

REMINDER = load(Path("config")).latest["reminder", "en"]
HIDDEN = [
    "坐{% if a %}x{% else %}牢{% endif %}",
    "坐{% if a %}x{% elif b %}牢{% endif %}",
    "{% if a %}坐{% endif %}{% if b %}牢{% endif %}",
    "牢{% for l in loans %}{% endfor %}", "{% for l in loans %}牢坐{% endfor %}",
    "坐{% for l in loans %}x{% endfor %}牢", "ja{{ a }}il", "ja{%- if a %}{%- endif -%}il",
    "ja{% if a %}\nil{% endif %}", "坐|牢", "坐/牢", "坐\u20dd牢", "坐{{ a }}牢",
    "j\u0430il", "p\u03bflice", "ja\u0301il", "{{ '坐牢' }}", "{{ a or '坐牢' }}",
    "{% if a == 'x' or '坐牢' %}{% endif %}", "坐{# x #}牢", "{% raw %}{{ 坐牢 }}{% endraw %}",
    "{% raw %}坐{% endraw %}牢",
]  # fmt: skip
HARMLESS = {"牢{% for l in loans %}{% endfor %}"}


def says(words: str) -> list[str]:
    """Why a text that says this besides cannot be used; its fields are declared."""
    fields = REMINDER.fields | {"a", "b", "l", "loans", "raw", "endraw"}
    found = faults(replace(REMINDER, body=f"{REMINDER.body}\n{words}", fields=fields))
    return [each for each in found if "undeclared_field" not in each]


@pytest.mark.parametrize("words", [each for each in HIDDEN if each not in HARMLESS])
def test_nothing_hides_from_the_linter(words: str) -> None:
    assert says(words)


@pytest.mark.parametrize("words", [*HARMLESS, "{% if a == 'x' %}yes{% endif %}", "乘坐，牢记"])
def test_what_is_harmless_is_not_refused(words: str) -> None:
    assert says(words) == []


@pytest.mark.parametrize("field", ["institution", "opt_out"])
@pytest.mark.parametrize(
    "hidden", ["{{% if a %}}{0}{{% endif %}}", "{{# {0} #}}", "{{{{ '{1}' }}}}"]
)
def test_what_every_text_must_say_is_said_whichever_way_it_goes(field: str, hidden: str) -> None:
    placed = f"{{{{ {field} }}}}"
    body = REMINDER.body.replace(placed, hidden.format(placed, field))
    assert body != REMINDER.body
    assert faults(replace(REMINDER, body=body, fields=REMINDER.fields | {"a"}))


def test_a_text_with_too_many_branches_is_refused_at_once() -> None:
    many = "{% if a %}x{% else %}y{% endif %}" * 40
    with pytest.raises(TooManyBranches):
        readings(many)
    found = lint(replace(REMINDER, body=REMINDER.body + many))
    assert [each.code for each in found] == ["too_many_branches"]


_PIECES = [
    "坐", "牢", "ja", "il", "车", " ", "\n", "-", "{{ a }}", "{{ b }}", "{{- a -}}", "{% if a %}",
    "{%- if b -%}", "{% elif b %}", "{% else %}", "{% endif %}", "{%- endif -%}", "{{ '牢' }}",
    "{% for l in loans %}", "{% endfor %}", "{# #}", "{% raw %}", "{% endraw %}", "{{ l }}",
]  # fmt: skip
_WAYS = list(product(["", "z"], ["", "z"], [[], ["q"], ["q", "q"], ["q"] * 3]))


@hypothesis_settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_no_way_a_text_goes_frightens_anybody_unless_the_linter_said_so(source: str) -> None:
    try:
        check(source)
    except Unrenderable:
        return
    body = f"{REMINDER.body}\n{source}"
    if {each.code for each in lint(replace(REMINDER, body=body))} & {"threat", "too_many_branches"}:
        return
    for a, b, loans in _WAYS:
        try:
            written = render(source, {"a": a, "b": b, "loans": loans})
        except Unrenderable:
            continue
        shown = lint(replace(REMINDER, body=written))
        assert "threat" not in {each.code for each in shown}, (source, written)


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join) | st.text(max_size=80))
def test_any_source_has_few_readings_or_is_said_to_have_too_many(source: str) -> None:
    try:
        found = readings(source)
    except TooManyBranches:
        return
    assert 1 <= len(found) <= READINGS_MAX
