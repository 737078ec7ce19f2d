"""What contact's doors share: the bounds of their fields, and the desk of a known tenant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chassis.http import ContextDependency
from services.contact.commands.desk import Desk, desk

LIMIT_MAX = 1_000

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
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


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def desk_of(context: ContextDependency, tenant: str) -> Desk:
    """The desk, for a tenant that exists; raises `contact/unknown_tenant`."""
    its_desk = desk(context.settings, context.clock)
    its_desk.tenants.get(tenant)
    return its_desk
