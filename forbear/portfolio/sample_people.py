"""The people of the sample: plainly fictitious, on numbers and addresses that reach nobody."""

from __future__ import annotations

from datetime import datetime

from events.v1.bank_pb2 import BankPerson, ContactPoint, PartyRole, PersonalData
from forbear.portfolio.bank import TENANT

_LANGUAGE = "zh-CN"
# Most live in the tenant's zone; a bank does not know the zone of everyone.
_ZONES = ("Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Asia/Urumqi", "")
_ROLES = {
    "single": (("borrower", "person"),),
    "co_borrower": (("borrower", "person"), ("co_borrower", "person")),
    "firm": (
        ("borrower", "enterprise"),
        ("legal_representative", "person"),
        ("joint_guarantor", "person"),
        ("general_guarantor", "person"),
    ),
}
_GUARANTEE_MINOR = 5_000_000


def parties_of(kind: str, first_number: int) -> list[PartyRole]:
    """The parties of a loan, numbered on from `first_number`."""
    return [
        PartyRole(
            party_ref=f"P-{first_number + place:04d}",
            role=role,
            kind=party_kind,
            language=_LANGUAGE,
            liability_limit_minor=_GUARANTEE_MINOR if role == "general_guarantor" else 0,
        )
        for place, (role, party_kind) in enumerate(_ROLES[kind])
    ]


def person_of(party: PartyRole, at: datetime) -> BankPerson:
    """The party's name and contact points, as the bank would send them."""
    number = int(party.party_ref.removeprefix("P-"))
    is_firm = party.kind == "enterprise"
    return BankPerson(
        event_id=f"{party.party_ref}-person",
        tenant=TENANT,
        party_ref=party.party_ref,
        sequence=1,
        occurred_at=at,
        person=PersonalData(
            name=f"Sample {'Enterprise' if is_firm else 'Person'} {number}",
            kind=party.kind,
            language=party.language,
            time_zone=_ZONES[number % len(_ZONES)],
            points=[
                _point(party, "phone", f"+86-100-0000-{number:04d}"),
                _point(party, "email", f"{party.party_ref.lower()}@example.test"),
                _point(party, "postal", f"{number} Sample Road, Example City"),
            ],
        ),
    )


def _point(party: PartyRole, kind: str, value: str) -> ContactPoint:
    return ContactPoint(
        point_ref=f"{party.party_ref}-{kind}",
        kind=kind,
        value=value,
        provenance="contract",
        is_verified=True,
        is_reserved=True,
        has_consent=True,
    )
