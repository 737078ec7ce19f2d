"""The template language is small: it always ends, and it reaches nothing but the given values."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.gateways.rendering import (
    OUTPUT_CHARACTERS_MAX,
    SOURCE_CHARACTERS_MAX,
    Unrenderable,
    check,
    render,
)

FIELDS: dict[str, object] = {
    "name": "王小明",
    "issuer": {"phone": "1", "items": "kept"},
    "loans": [{"amount": "1.00 CNY"}, {"amount": "2.00 CNY"}],
    "count": 2,
    "yes": True,
}


def test_values_conditions_and_one_loop_are_written() -> None:
    source = (
        "{{ name }} {{ issuer.phone }}{% if count > 1 and yes %}"
        "{% for loan in loans %} {{ loan.amount }}{% endfor %}{% endif %}"
    )
    assert render(source, FIELDS) == "王小明 1 1.00 CNY 2.00 CNY"


def test_a_key_is_read_even_where_a_method_has_its_name() -> None:
    assert render("{{ issuer.items }}", FIELDS) == "kept"


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__ }}",
        "{{ name.upper }}",
        "{{ issuer.keys }}",
        "{{ nobody }}",
        "{{ issuer.nobody }}",
    ],
)
def test_what_was_not_given_is_refused_when_it_is_written(source: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        render(source, FIELDS)
    assert refused.value.code == "contact/template_field"


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.upper() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ issuer['phone'] }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ name ~ name }}",
        "{{ name | upper }}",
        "{{ self }}",
        "{{ _name }}",
        "{% for a in loans %}{% for b in loans %}x{% endfor %}{% endfor %}",
        "{% for a in [1, 2] %}x{% endfor %}",
        "{% for a in 'abc' %}x{% endfor %}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'other' %}",
        "{% import 'os' as os %}",
        "{% block b %}{% endblock %}",
        "{% if %}",
        "{{ name",
        "{{ ((((((((((((((((((((1)))))))))))))))))))) and (not not not not not not not not not not "
        "not not not not not not not not not not not not name) }}",
        "x" * (SOURCE_CHARACTERS_MAX + 1),
        "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
    ],
)
def test_whatever_else_the_language_offers_is_refused_before_it_runs(source: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        check(source)
    assert refused.value.code == "contact/template_unsafe"


def test_too_many_words_are_refused_not_sent() -> None:
    with pytest.raises(Unrenderable) as refused:
        render("{{ name }}", {"name": "x" * (OUTPUT_CHARACTERS_MAX + 1)})
    assert refused.value.code == "contact/text_too_long"
    with pytest.raises(Unrenderable):
        render("{% for loan in loans %}x{% endfor %}", {"loans": ["x"] * 101})


def test_the_longest_text_over_the_most_loans_is_written_or_refused_at_once() -> None:
    inner = "{{ loan.amount }}" * 450
    source = "{% for loan in loans %}" + inner + "{% endfor %}"
    began = time.monotonic()
    with pytest.raises(Unrenderable):
        render(source, {"loans": [{"amount": "x" * 100}] * 100})
    assert time.monotonic() - began < 2


@given(st.text(max_size=50))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert render("{{ name }}", {"name": value}) == value
    assert render("{{ name }}", {"name": "{{ " + value + " }}"}) == "{{ " + value + " }}"


_PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", " for ", " in ", " if ", "endif", "endfor", "name", ".",
     "(", ")", "[", "]", "'", "|", "loans", "__class__", "~", "*", "1", "\n", "王", "self", "-"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_source_is_rendered_or_refused(source: str) -> None:
    try:
        written = render(source, FIELDS)
    except Unrenderable as refused:
        assert refused.code.startswith("contact/")
    else:
        assert len(written) <= OUTPUT_CHARACTERS_MAX
        assert "<class" not in written and "<function" not in written
