"""`docs/law.md`: every rule with its source, confidence and test, and every one left out."""

from __future__ import annotations

from collections.abc import Iterator

from services.contact.domain.law.judgement import Strength
from services.contact.domain.law.packs import Entry, LawBook, PackVersion

_HEAD = """# The law of contact, as data

Generated from `config/law/*.yaml` by `forbear law document`. A rule of status *law* rests on a
source of high or medium-high confidence; *policy* is the bank's or the platform's own choice;
*unverified* and *draft* say that nobody here has read the text in force. A *hard* rule refuses; a
*soft* one refuses unless somebody with the authority gives a reason; *report* only tells; a *duty*
is owed by a date. Used on a product its pack does not name, a law counts as policy. The facts a
verdict looks at are described in [law-facts.md](law-facts.md).
"""


def rendered(book: LawBook) -> str:
    return "\n".join([_HEAD, *(line for each in book.versions for line in _pack(each))])


def _pack(version: PackVersion) -> Iterator[str]:
    yield f"## {version.label}: {version.title}\n"
    scope = f" Made for: {', '.join(sorted(version.products))}." if version.products else ""
    yield f"In force from {version.effective_from}.{scope}\n"
    yield "| rule | says | strength | status | source | confidence | shown by |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, version.entries)
    yield ""
    if version.left_out:
        yield "Left out:\n"
        yield "| rule | confidence | why |"
        yield "|---|---|---|"
        for each in version.left_out:
            yield f"| {each.rule_id} | {each.confidence} | {each.reason} |"
        yield ""


def _row(entry: Entry) -> str:
    article = entry.article
    _, _, test = article.test.rpartition("/")
    says = article.says + (f" Kept by {entry.kept_by}." if entry.kept_by else "")
    strength = f"**{article.strength}**" if article.strength is Strength.HARD else article.strength
    cells = (article.rule_id, says, strength, article.status, article.source)
    return f"| {' | '.join(cells)} | {article.confidence} | `{test}` |"
