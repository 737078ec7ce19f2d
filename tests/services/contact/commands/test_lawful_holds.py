"""What a law says is held may not be held by halves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from chassis.errors import Invalid
from interfaces.values import Block, HoldKind
from services.contact.commands.desk import Desk
from services.contact.commands.holds import PlaceHold
from services.contact.commands.lawful_holds import check_blocks
from services.contact.settings import Tenants
from tests.services.contact.customer import get, hold, post
from tests.services.contact.scene import NOON, TENANT, Scene

BY_LAW = [
    (("cn-bank",), "deceased", True),
    (("uk-conc",), "deceased", True),
    (("in-rbi",), "incapacity", True),
    (("cn-bank", "cn-enterprise"), "bankruptcy", True),
    (("uk-conc",), "breathing_space", True),
    (("us-reg-f",), "dispute", True),
    (("us-reg-f",), "represented", True),
    (("cn-bank",), "dispute", False),
    (("uk-conc",), "bank_pause", False),
]


def under(desk: Desk, *law: str) -> Desk:
    tenant = replace(desk.tenants.get(TENANT), law=law)
    return replace(desk, tenants=Tenants({TENANT: tenant}))


@pytest.mark.database
@pytest.mark.parametrize(("law", "kind", "is_by_law"), BY_LAW)
def test_what_an_article_holds_is_kept_from_calls_and_from_visits(
    scene: Scene, law: tuple[str, ...], kind: str, is_by_law: bool
) -> None:
    plain = PlaceHold(
        tenant=TENANT,
        hold_id="h1",
        kind=HoldKind(kind),
        loan_id="l1",
        party_id="b1",
        blocks=(Block.LEGAL, Block.CONTACT),
        from_at=None,
        until_at=None,
        review_at=None,
        amount_minor=None,
        has_no_estate=False,
        evidence="letter 7",
        by="officer 3",
    )
    desk = under(scene.desk, *law)
    for whole in (None, (Block.VISIT, Block.CONTACT), tuple(Block)):
        check_blocks(desk, replace(plain, blocks=whole), NOON)
    if not is_by_law:
        return check_blocks(desk, plain, NOON)
    with pytest.raises(Invalid, match="blocks contact and visit at least"):
        check_blocks(desk, plain, NOON)


@pytest.mark.database
@pytest.mark.parametrize("kind", ["deceased", "represented", "hardship_review"])
async def test_only_a_dispute_is_of_a_part_also_where_an_earlier_row_names_an_amount(
    scene: Scene, kind: str
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", hold("h1", kind, loan_id="l1", party_id="b1"))
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE hold SET amount_minor = 1"))
    path = "parties/b1/contact-verdict"
    assert (await get(scene, path, channel="call", purpose="collection"))["rule"] == "HOLD"
