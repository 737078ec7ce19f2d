"""What contact's doors share: the bounds of their fields, and the desk of a known tenant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chassis.errors import Invalid
from chassis.http import ContextDependency
from services.contact.commands.desk import Desk, desk

LIMIT_MAX = 1_000

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
# The longest that stands in a path is the token of a link.
_PATH_MAX = 600
_PLAIN = re.compile(rf"[\x21-\x7e]{{1,{_PATH_MAX}}}")
# Ids that stand in a path.
_NAME = r"^[A-Za-z0-9_.:-]+$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_NAME)]
PathName = Annotated[str, Path(min_length=1, max_length=100, pattern=_NAME)]
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(gt=0, le=100_000_000_000_000)]
# Beyond these, zones and reviews would leave the calendar.
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
After = Annotated[str, Query(max_length=100, pattern=r"^[\x21-\x7e]*$")]


async def plain_ids(request: Request) -> None:
    """Every id in a path is checked before anything looks it up; raises `contact/id_is_wrong`."""
    for name, given in request.path_params.items():
        if not _PLAIN.fullmatch(given):
            raise Invalid(
                "contact/id_is_wrong",
                f"{name} holds 1 to {_PATH_MAX} visible ASCII characters; check the path.",
            )


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def desk_of(context: ContextDependency, tenant: str) -> Desk:
    """The desk, for a tenant that exists; raises `contact/unknown_tenant`."""
    its_desk = desk(context.settings, context.clock)
    its_desk.tenants.get(tenant)
    return its_desk
