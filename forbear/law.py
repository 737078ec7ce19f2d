"""`forbear law`: explain a verdict, compare two versions of the law, and write it down."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from chassis.configuration import Misconfigured, read_document
from chassis.settings import Settings
from forbear.law_acts import lines, one_document, recorded
from forbear.law_document import rendered
from forbear.stack.failures import StackError
from services.contact.domain.law.comparing import Change, Comparison, compare
from services.contact.domain.law.facts import Facts
from services.contact.domain.law.judgement import Pack, judge
from services.contact.domain.law.owed import duties
from services.contact.domain.law.packs import LawBook, PackVersion, UnknownPack, parse_pack
from services.contact.domain.law.record import answer_of
from services.contact.domain.law.retention import Kept, Retention, retention
from services.contact.domain.law.words import in_words
from services.contact.settings import read_law

_SHOWN_MAX = 20

law = typer.Typer(no_args_is_help=True, help="The law of contact: explain, diff, document.")


def register(app: typer.Typer) -> None:
    app.add_typer(law, name="law")


@law.command()
def explain(
    facts: Annotated[Path, typer.Argument(help="a facts document; see docs/law-facts.md")],
    as_json: Annotated[bool, typer.Option("--json", help="the answer as JSON")] = False,
) -> None:
    """Judge a facts document: may we, why not, when next, on which article."""
    book = _book()
    given = one_document(facts)
    found = [_find(book, name, given.at) for name in given.packs]
    pack = book.joined(found, given.at)
    verdict = judge(pack, given.act, given.known, given.at)
    owed = [each for version in found for each in duties(version.duties, given, given.at)]
    kept, rule_ids = _kept(found, given)
    if as_json:
        answer = answer_of(pack.label, verdict)
        if owed:
            answer["duties"] = [asdict(each) for each in owed]
        if kept is not None:
            answer["record_kept"] = {**asdict(kept), "rules": rule_ids}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=_iso))
        return
    typer.echo(in_words(verdict, given.act, given.known))
    for duty in owed:
        missed = "missed" if duty.is_missed else "owed"
        notice = duty.kind.replace("_", " ")
        typer.echo(
            f"A notice ({notice}) about loan {duty.loan} is {missed}: "
            f"by {duty.owed_by:%Y-%m-%d %H:%M} UTC ({duty.rule_id})."
        )
    if kept is not None:
        typer.echo(
            f"Its record is kept until {kept.until} at least, and until the debt is cleared "
            f"({', '.join(rule_ids)})."
        )


@law.command()
def diff(
    one: Annotated[str, typer.Argument(help="pack@version, or a pack's YAML file")],
    other: Annotated[str, typer.Argument(help="pack@version, or a pack's YAML file")],
    acts: Annotated[
        Path | None, typer.Option(help="facts documents, one a line; else the service is asked")
    ] = None,
    tenant: Annotated[str, typer.Option(help="whose recorded acts")] = "demo",
    as_json: Annotated[bool, typer.Option("--json", help="the answer as JSON")] = False,
) -> None:
    """Say which recorded acts the second would now refuse, and which it would now allow."""
    book = _book()
    given = lines(acts) if acts else recorded(tenant)
    result = compare(_pack(book, one), _pack(book, other), given)
    typer.echo(_told_as_json(result) if as_json else _told(result, one, other))


@law.command()
def document(path: Annotated[Path, typer.Argument()] = Path("docs/law.md")) -> None:
    """Generate docs/law.md from the packs."""
    path.write_text(rendered(_book()), encoding="utf-8")


def _kept(found: list[PackVersion], given: Facts) -> tuple[Retention | None, list[str]]:
    """The earliest end of the record's retention: were it the last act, and the debt cleared."""
    rules = [rule for version in found for rule in version.retention]
    if not rules:
        return None, []
    day = given.at.astimezone(ZoneInfo(given.known.zones[0])).date()
    kept = retention(rules, Kept(recorded_on=day, last_activity_on=day, cleared_on=day))
    return kept, [rule.article.rule_id for rule in rules]


def _told(result: Comparison, one: str, other: str) -> str:
    refused = [each for each in result.changes if each.is_refused_now]
    allowed = [each for each in result.changes if not each.is_refused_now]
    said = [f"{result.acts} recorded acts, judged by {one} and by {other}."]
    for told, changes in (("now be refused", refused), ("now be allowed", allowed)):
        said.append(f"{len(changes)} would {told}.")
        said += [f"  {_line(change)}" for change in changes[:_SHOWN_MAX]]
        if len(changes) > _SHOWN_MAX:
            said.append(f"  and {len(changes) - _SHOWN_MAX} more; --json shows all.")
    return "\n".join(said)


def _line(change: Change) -> str:
    act, verdict = change.facts.act, change.deciding
    about = ", ".join(act.loan_ids) or "no loan"
    return (
        f"{change.facts.at.isoformat()} {act.channel} to {act.party_id} about {about}: "
        f"{verdict.rule_id}, {verdict.because}"
    )


def _told_as_json(result: Comparison) -> str:
    changes = [
        {
            "at": each.facts.at.isoformat(),
            "party": each.facts.act.party_id,
            "loans": list(each.facts.act.loan_ids),
            "channel": each.facts.act.channel,
            "now": "refused" if each.is_refused_now else "allowed",
            "rule": each.deciding.rule_id,
            "because": each.deciding.because,
        }
        for each in result.changes
    ]
    return json.dumps({"acts": result.acts, "changes": changes}, ensure_ascii=False, indent=1)


def _book() -> LawBook:
    try:
        return read_law(Settings().config / "law")
    except Misconfigured as failure:
        raise StackError(str(failure)) from failure


def _pack(book: LawBook, named: str) -> Pack:
    """The pack by itself: what it alone adds to the platform's own rules."""
    now = datetime.max.replace(tzinfo=UTC)
    if not named.endswith((".yaml", ".yml")):
        return book.joined([_find(book, named, now)], now)
    try:
        version = parse_pack(read_document(Path(named), Settings().config / "law/schema.json"))
    except Misconfigured as failure:
        raise StackError(str(failure)) from failure
    return book.joined([version], now)


def _find(book: LawBook, name: str, at: datetime) -> PackVersion:
    try:
        return book.find(name, at)
    except UnknownPack as failure:
        raise StackError(str(failure)) from failure


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
