"""The texts are listed and previewed, with made-up amounts and a made-up name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.errors import Invalid
from chassis.http import ContextDependency
from services.contact.api.doors import Body, Name, Note, desk_of
from services.contact.commands import previews
from services.contact.commands.previews import Preview
from services.contact.domain.announced import Assignee, ComingAgency
from services.contact.domain.templates import LoanAmounts, Template
from services.contact.domain.treatments import Mood, Treatment

router = APIRouter()
_AMOUNT_MAX = 100_000_000_000_000


class TemplateOut(BaseModel):
    id: str
    version: int
    language: str
    channels: list[str]
    purposes: list[str]
    mood: str
    tone: str
    disclosure: str
    fields: list[str]
    subject: str
    body: str


class TemplatesOut(BaseModel):
    templates: list[TemplateOut]


class LoanIn(Body):
    overdue_minor: Annotated[int, Field(ge=0, le=_AMOUNT_MAX)] = 123_456
    balance_minor: Annotated[int, Field(ge=0, le=_AMOUNT_MAX)] = 1_000_000
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    oldest_due_on: date | None = None


class AssigneeIn(Body):
    """Who bought the debt, as a notice of it names them."""

    on: date = date(2026, 3, 2)
    name: Note = "Example Asset Management"
    address: Note = "1 Example Road"
    phone: Note = "400-000-0000"
    email: Note = "service@example.test"
    purpose: Note = "to hold and collect the debt bought"
    data_kinds: list[Name] = Field(
        default_factory=lambda: ["name", "phone", "amounts"], max_length=20
    )


class AgencyIn(Body):
    """Which agency comes, as a notice of it names them."""

    name: Note = "First Agency"
    from_on: date = date(2026, 3, 9)
    until_on: date = date(2026, 9, 9)


class PreviewIn(Body):
    language: Literal["zh-CN", "en"] = "zh-CN"
    channel: Literal["sms", "email", "push", "call", "letter", "visit"] = "email"
    name: Note = "王小明"
    asks_circumstances: bool = False
    tone: Mood = Mood.PLAIN
    adds_help_text: bool = False
    loans: list[LoanIn] = Field(default_factory=lambda: [LoanIn()], min_length=1, max_length=20)
    assignee: AssigneeIn = Field(default_factory=AssigneeIn)
    agency: AgencyIn = Field(default_factory=AgencyIn)


class SectionOut(BaseModel):
    heading: str
    text: str


class PreviewOut(BaseModel):
    id: str
    version: int
    language: str
    subject: str
    body: str
    sections: list[SectionOut]


@router.get("/templates", summary="The texts in use, newest versions")
async def list_templates(tenant: str, context: ContextDependency) -> TemplatesOut:
    library = desk_of(context, tenant).library
    texts = [*library.latest.values(), *library.variants.values()]
    ordered = sorted(texts, key=lambda each: (each.id, each.language, each.tone))
    return TemplatesOut(templates=[_shown(each) for each in ordered])


@router.post("/templates/{template_id}/preview", summary="What a text says, for given amounts")
async def preview_template(
    tenant: str, template_id: str, body: PreviewIn, context: ContextDependency
) -> PreviewOut:
    desk = desk_of(context, tenant)
    currency = desk.tenants.get(tenant).currency
    names = (_assignee(body.assignee), ComingAgency(**body.agency.model_dump()))
    loans = tuple(
        LoanAmounts(
            loan_id=f"loan-{place}",
            currency=loan.currency or currency,
            overdue_minor=loan.overdue_minor,
            balance_minor=loan.balance_minor,
            oldest_due_on=loan.oldest_due_on,
            names=names,
        )
        for place, loan in enumerate(body.loans, start=1)
    )
    asked = Preview(
        tenant=tenant,
        template_id=template_id,
        language=body.language,
        channel=body.channel,
        name=body.name,
        asks_circumstances=body.asks_circumstances,
        loans=loans,
        treatment=Treatment(mood=body.tone, adds_help_text=body.adds_help_text),
    )
    template, written = previews.preview(desk, asked, context.clock.now())
    sections = written.letter.sections if written.letter else ()
    return PreviewOut(
        id=template.id,
        version=template.version,
        language=template.language,
        subject=written.subject,
        body=written.body,
        sections=[SectionOut(heading=heading, text=text) for heading, text in sections],
    )


def _assignee(told: AssigneeIn) -> Assignee:
    fields = told.model_dump()
    assignee = Assignee(**{**fields, "data_kinds": tuple(fields["data_kinds"])})
    if assignee.lacks:
        raise Invalid("contact/assignee_incomplete", f"Nothing can be shown: {assignee.lacks}.")
    return assignee


def _shown(template: Template) -> TemplateOut:
    return TemplateOut(
        id=template.id,
        version=template.version,
        language=template.language,
        channels=sorted(template.channels),
        purposes=sorted(template.purposes),
        mood=template.mood,
        tone=template.tone,
        disclosure=template.disclosure,
        fields=sorted(template.fields),
        subject=template.subject,
        body=template.body,
    )
