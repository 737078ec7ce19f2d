"""The white list is kept by two people and published."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.contact.placing import LISTED, get, list_agency, post, refused
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database


async def test_an_entry_stands_once_a_second_person_approved_it_and_keeps_its_history(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        entry = {"agency_id": "ag1", **LISTED}
        first = await post(http, "agencies", entry, 201)
        assert first == await post(http, "agencies", entry, 201)
        assert (await get(http, "agencies"))["agencies"] == []
        path = "agencies/ag1/versions/1/decision"
        itself = {"is_approved": True, "by": "officer 1"}
        assert await refused(http, path, itself) == "contact/second_person_needed"
        other = {"is_approved": True, "by": "officer 2"}
        await post(http, path, other)
        await post(http, path, other)
        [published] = (await get(http, "agencies"))["agencies"]
        assert published["evaluated_on"] == "2026-01-05"
        await list_agency(http, evaluated_on="2026-03-01")
        [published] = (await get(http, "agencies"))["agencies"]
        assert published["evaluated_on"] == "2026-03-01"
        entries = (await get(http, "agencies/ag1"))["entries"]
        assert [each["status"] for each in entries] == ["approved", "superseded"]


async def test_a_declined_proposal_leaves_the_entry_that_stands(scene: Scene) -> None:
    async with scene.app() as http:
        await list_agency(http)
        changed = {"agency_id": "ag1", **LISTED, "evaluated_on": "2026-03-01"}
        await post(http, "agencies", changed, 201)
        another = {**changed, "evaluated_on": "2026-03-02"}
        assert await refused(http, "agencies", another) == "contact/agency_proposal_is_open"
        declined = {"is_approved": False, "by": "officer 1"}
        await post(http, "agencies/ag1/versions/2/decision", declined)
        assert (
            await refused(http, "agencies/ag1/versions/2/decision", {**declined, "by": "officer 5"})
            == "contact/agency_is_decided"
        )
        [published] = (await get(http, "agencies"))["agencies"]
        assert published["evaluated_on"] == "2026-01-05"


async def test_a_delisted_agency_is_published_no_more(scene: Scene) -> None:
    async with scene.app() as http:
        await list_agency(http)
        gone = {"reason": "its licence ended", "by": "officer 4"}
        first = await post(http, "agencies/ag1/delist", gone)
        assert first == await post(http, "agencies/ag1/delist", gone)
        assert first["status"] == "delisted"
        assert (await get(http, "agencies"))["agencies"] == []


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"evaluated_on": "2026-03-03"}, "contact/agency_is_wrong"),
    ({"contract_until": "2025-12-31"}, "contact/agency_is_wrong"),
    ({"listed_until": "2025-12-31"}, "contact/agency_is_wrong"),
    ({"products": []}, "http/invalid"),
    ({"agency_id": "a/b"}, "http/invalid"),
    ({"evaluated_on": "yesterday"}, "http/invalid"),
    ({"title": ""}, "http/invalid"),
    ({"rating": "A"}, "http/invalid"),
)


async def test_an_entry_that_cannot_be_is_refused(scene: Scene) -> None:
    async with scene.app() as http:
        for changes, code in REFUSED:
            body = {"agency_id": "ag1", **LISTED, **changes}
            assert await refused(http, "agencies", body) == code, changes
        unknown = {"is_approved": True, "by": "o"}
        path = "agencies/ag1/versions/1/decision"
        assert await refused(http, path, unknown) == "contact/unknown_agency"
    assert await scene.count("agency_entry") == 0
