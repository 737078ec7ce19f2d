"""Turns templates into words, in a language so small that it always ends and reaches nothing.

Of Jinja2 only text, values, `if` and one level of `for` over the loans are allowed: no calls, no
filters, no arithmetic, no inclusion. So a text is at most its own length times the loans' number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from chassis.errors import Invalid

SOURCE_CHARACTERS_MAX = 8_000
OUTPUT_CHARACTERS_MAX = 40_000
ITEMS_MAX = 100
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If,
    nodes.For, nodes.Const, nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip


_COMPARING = (nodes.Compare, nodes.Operand)
_HIDING = re.compile(r"\{#|\{%[-+]?\s*raw\b")


class Unrenderable(Invalid):
    """`contact/template_unsafe`, `contact/template_field` or `contact/text_too_long`."""


class _Plain(SandboxedEnvironment):
    """Attributes are only keys of plain mappings; whatever else they hold stays out of reach."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


def render(source: str, fields: Mapping[str, object]) -> str:
    """The words of a source with these fields; raises `Unrenderable`."""
    if any(isinstance(each, (list, tuple)) and len(each) > ITEMS_MAX for each in fields.values()):
        raise Unrenderable("contact/text_too_long", f"A text lists at most {ITEMS_MAX} loans.")
    written, length = [], 0
    try:
        for part in _compiled(source).generate(fields):
            length += len(part)
            if length > OUTPUT_CHARACTERS_MAX:
                raise Unrenderable(
                    "contact/text_too_long",
                    f"The text is longer than {OUTPUT_CHARACTERS_MAX} characters; shorten it.",
                )
            written.append(part)
    except (TemplateError, TypeError) as wrong:
        raise Unrenderable(
            "contact/template_field", f"The template does not fit: {wrong}"
        ) from None
    return "".join(written)


def check(source: str) -> None:
    """Whether a source stays within the small language; raises `Unrenderable`."""
    if len(source) > SOURCE_CHARACTERS_MAX:
        raise _unsafe(f"it is longer than {SOURCE_CHARACTERS_MAX} characters")
    if _HIDING.search(source):
        raise _unsafe("comments and raw text are not allowed")
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as wrong:
        raise _unsafe(f"line {wrong.lineno}: {wrong.message}") from None
    except RecursionError:
        raise _unsafe("it is nested too deeply") from None
    _walk(tree, is_inside_for=False, depth=0)


def _walk(node: nodes.Node, *, is_inside_for: bool, depth: int) -> None:
    if not isinstance(node, _ALLOWED) or depth > 20:
        raise _unsafe(f"line {node.lineno}: {type(node).__name__.lower()} is not allowed")
    if isinstance(node, nodes.For):
        if is_inside_for or node.recursive or not isinstance(node.iter, nodes.Name):
            raise _unsafe(f"line {node.lineno}: a loop may only go once over a list")
        is_inside_for = True
    if isinstance(node, nodes.Name) and (node.name == "self" or node.name.startswith("_")):
        raise _unsafe(f"line {node.lineno}: the name {node.name} is not allowed")
    if not isinstance(node, _COMPARING) and any(
        isinstance(child, nodes.Const) for child in node.iter_child_nodes()
    ):
        # The linter reads the text alone: words that stand in an expression would get past it.
        raise _unsafe(f"line {node.lineno}: words belong into the text, not into a value")
    for child in node.iter_child_nodes():
        _walk(child, is_inside_for=is_inside_for, depth=depth + 1)


def _unsafe(why: str) -> Unrenderable:
    return Unrenderable("contact/template_unsafe", f"The template cannot be used: {why}.")


@lru_cache(maxsize=512)
def _compiled(source: str) -> Any:
    check(source)
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = _Plain(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment
