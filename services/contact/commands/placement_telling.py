"""How contact tells of placements and missed duties: ids only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.v1 import contact_placements_pb2 as pb
from services.contact.store.duties import DutyRow
from services.contact.store.placements import PlacementRow


def placement_changed(rows: Sequence[PlacementRow], at: datetime) -> pb.PlacementChanged:
    return pb.PlacementChanged(placements=[_placement(row) for row in rows], at=at)


def data_returned(row: PlacementRow, at: datetime) -> pb.DataReturned:
    return pb.DataReturned(
        placement_id=row.placement_id,
        agency_id=row.agency_id,
        manner=row.data_manner,
        data_kinds=row.data_kinds,
        at=at,
    )


def duty_missed(row: DutyRow, at: datetime) -> pb.DutyMissed:
    return pb.DutyMissed(
        kind=row.kind,
        rule_id=row.rule_id,
        party_id=row.party_id,
        occasion=row.occasion,
        owed_by=row.owed_by,
        at=at,
        because=row.put_off_because,
    )


def _placement(row: PlacementRow) -> pb.Placement:
    return pb.Placement(
        placement_id=row.placement_id,
        agency_id=row.agency_id,
        status=row.status,
        purposes=row.purposes,
        from_at=row.from_at,
        until_at=row.until_at,
        recall_cause=row.recall_cause,
        bank_keeps_contact=row.bank_keeps_contact,
        data_due_at=row.data_due_at,
    )
