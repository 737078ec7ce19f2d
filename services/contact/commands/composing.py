"""Writes a message at the moment of sending: the text, in the party's language, with the amounts
that stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chassis.errors import NotFound
from interfaces.contact import Touch
from interfaces.tenant import Tenant
from interfaces.values import LIABLE_ROLES, Channel, Purpose
from services.contact.commands import people as persons
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing
from services.contact.commands.unsubscribing import address_of
from services.contact.domain.templates import (
    HELP,
    Disclosure,
    Issuer,
    Library,
    LoanAmounts,
    Template,
    amount_text,
    tongue_of,
    total_text,
)
from services.contact.domain.treatments import ORDINARY, Treatment
from services.contact.gateways import Letter, Message
from services.contact.gateways.rendering import render
from services.contact.store.dockets import AnyParty, AnyPoint


@dataclass(frozen=True)
class Composition:
    """What a message is made of; `touch` is the one that leads it, `loans` all it is about."""

    attempt_id: str
    touch: Touch
    tenant: Tenant
    party: AnyParty
    point: AnyPoint
    loans: tuple[LoanAmounts, ...]
    at: datetime
    asks_circumstances: bool = False
    treatment: Treatment = ORDINARY


@dataclass(frozen=True)
class Addressee:
    """For whom a text is written, and how it travels."""

    tenant: Tenant
    name: str
    language: str
    channel: Channel
    at: datetime
    unsubscribe: str = ""
    asks_circumstances: bool = False
    adds_help_text: bool = False


@dataclass(frozen=True)
class Written:
    subject: str
    body: str
    letter: Letter | None


def compose(desk: Desk, composition: Composition) -> Message:
    """The message of one attempt, to be handed over as it is."""
    touch, party, treatment = composition.touch, composition.party, composition.treatment
    assert party.subject_key is not None, "a party is written to at a point that came with its key"
    is_liable = touch.role in LIABLE_ROLES
    template = desk.library.toned(_plain(desk, composition), treatment.mood)
    is_mail = touch.channel is Channel.EMAIL
    addressee = Addressee(
        tenant=composition.tenant,
        name=persons.name_of(desk.vault, party),
        language=template.language,
        channel=touch.channel,
        at=composition.at,
        unsubscribe=address_of(desk, touch.tenant, composition.point) if is_mail else "",
        asks_circumstances=composition.asks_circumstances or touch.asks_circumstances,
        # Whoever handles a third party's post must learn nothing; a court's papers are the court's.
        adds_help_text=treatment.adds_help_text
        and is_liable
        and touch.purpose is not Purpose.COURT_SERVICE,
    )
    written = write(desk.library, template, addressee, composition.loans)
    return Message(
        attempt_id=composition.attempt_id,
        tenant=touch.tenant,
        key=touch.key,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        role=touch.role,
        channel=touch.channel,
        purpose=touch.purpose,
        template=touch.template,
        notice=touch.notice,
        asks_circumstances=addressee.asks_circumstances,
        at=composition.at,
        address=persons.value_of(desk.vault, party, composition.point),
        subject=written.subject,
        body=written.body,
        subject_key=party.subject_key,
        language=template.language,
        name=addressee.name,
        unsubscribe=addressee.unsubscribe,
        letter=written.letter,
    )


def _plain(desk: Desk, composition: Composition) -> Template:
    """The text asked for; one that names somebody whom nobody told gives way to its purpose's."""
    touch, language = composition.touch, composition.party.language
    is_liable = touch.role in LIABLE_ROLES
    found = desk.library.choose(touch.template, touch.purpose, language, may_disclose=is_liable)
    named = {each.field for loan in composition.loans for each in loan.names}
    if found.names <= named:
        return found
    return desk.library.choose("", touch.purpose, language, may_disclose=is_liable)


def write(
    library: Library, template: Template, to: Addressee, loans: Sequence[LoanAmounts]
) -> Written:
    """The words of a template; raises `contact/unknown_issuer` and `Unrenderable`."""
    issuer = issuer_of(library, to.tenant.name)
    fields = _fields(template, issuer, to, loans)
    subject = " ".join(render(template.subject, fields).split())
    body = _tidied(render(template.body, fields))
    sections = tuple(
        (heading, _tidied(render(text, fields))) for _, heading, text in template.sections
    )
    sections += _help(library, template, issuer, to)
    if to.channel is Channel.LETTER:
        return Written(subject, body, _letter(to, issuer, sections))
    parts = [body, *(f"【{heading}】\n{text}" for heading, text in sections)]
    return Written(subject, "\n\n".join(parts), None)


def _help(
    library: Library, template: Template, issuer: Issuer, to: Addressee
) -> tuple[tuple[str, str], ...]:
    """Where there is help, as a last part under its own heading."""
    if not to.adds_help_text:
        return ()
    text = library.latest[(HELP, template.language)]
    fields = _fields(text, issuer, to, ())
    return ((render(text.subject, fields), _tidied(render(text.body, fields))),)


def issuer_of(library: Library, tenant: str) -> Issuer:
    issuer = library.issuers.get(tenant)
    if issuer is None:
        raise NotFound(
            "contact/unknown_issuer",
            f"Nothing says how people reach tenant {tenant!r}; add it to config/issuers.",
        )
    return issuer


def _fields(
    template: Template, issuer: Issuer, to: Addressee, loans: Sequence[LoanAmounts]
) -> dict[str, object]:
    fields: dict[str, object] = {
        "institution": to.tenant.institution,
        "name": to.name,
        "issuer": asdict(issuer),
        "today": to.at.astimezone(ZoneInfo(to.tenant.zone)).date().isoformat(),
    }
    if template.disclosure is Disclosure.NON_DISCLOSING:
        # What is not handed over cannot be told, whatever the text asks for.
        return fields
    since = [loan.oldest_due_on for loan in loans if loan.oldest_due_on]
    return {
        **fields,
        "amount": total_text(loans, "overdue_minor"),
        "balance": total_text(loans, "balance_minor"),
        "since": min(since).isoformat() if since else "-",
        "count": len(loans),
        "loans": [_loan(loan) for loan in loans],
        "asks_circumstances": to.asks_circumstances,
        "opt_out": _opt_out(to),
        **{each.field: each.words(template.language) for loan in loans for each in loan.names},
    }


def _loan(loan: LoanAmounts) -> dict[str, object]:
    return {
        "amount": amount_text(loan.overdue_minor, loan.currency),
        "balance": amount_text(loan.balance_minor, loan.currency),
        "since": loan.oldest_due_on.isoformat() if loan.oldest_due_on else "-",
    }


def _opt_out(to: Addressee) -> str:
    is_chinese = tongue_of(to.language) == "zh-CN"
    if to.channel is Channel.EMAIL and to.unsubscribe:
        return f"退订：{to.unsubscribe}" if is_chinese else f"To opt out: {to.unsubscribe}"
    if to.channel in (Channel.SMS, Channel.EMAIL):
        return "回复 T 退订。" if is_chinese else "Reply STOP to opt out."
    if is_chinese:
        return "如不希望再以此方式收到消息，请告诉我们。"
    return "If you do not want to hear from us in this way, tell us."


def _letter(to: Addressee, issuer: Issuer, sections: tuple[tuple[str, str], ...]) -> Letter:
    return Letter(
        sections=sections,
        issuer=to.tenant.institution,
        place=f"{issuer.address} · {issuer.phone} · {issuer.website}",
        dated=to.at.astimezone(ZoneInfo(to.tenant.zone)).date().isoformat(),
        seal=to.tenant.institution,
    )


def _tidied(text: str) -> str:
    """Without the empty lines that left-out parts leave behind."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def speaking(hearings: Sequence[Hearing]) -> Hearing:
    """Whose text and point a shared message has: that of the loan that is overdue the longest."""
    return min(hearings, key=lambda each: each.standing.amounts.oldest_due_on or date.max)


def message_of(desk: Desk, hearings: Sequence[Hearing], attempt_id: str) -> Message:
    """The words, with the amounts that stand at this moment, of all loans it is about."""
    hearing = speaking(hearings)
    assert hearing.point is not None, "who may be touched can be"
    return compose(
        desk,
        Composition(
            attempt_id=attempt_id,
            touch=hearing.touch,
            tenant=hearing.tenant,
            party=hearing.party,
            point=hearing.point,
            loans=tuple(_amounts(each) for each in hearings),
            at=hearing.at,
            asks_circumstances=any(each.touch.asks_circumstances for each in hearings),
            treatment=hearing.treatment,
        ),
    )


def _amounts(hearing: Hearing) -> LoanAmounts:
    owed = hearing.standing.amounts
    return LoanAmounts(
        loan_id=hearing.touch.loan_id,
        currency=owed.currency,
        overdue_minor=max(0, owed.overdue_minor - owed.disputed_minor),
        balance_minor=owed.balance_minor,
        oldest_due_on=owed.oldest_due_on,
        names=owed.names,
    )
