"""How contact tells the world: its facts as events, ids only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.v1 import contact_pb2 as pb
from interfaces.contact import Touch, TouchOutcome
from interfaces.facts import Circumstances, HoldInterval, Notice
from services.contact.domain.law.judgement import Verdict
from services.contact.domain.standing import Standing
from services.contact.store.tables import AttemptRow, ReplyRow


def standing_changed(
    standing: Standing, at: datetime, stood_wall_at: datetime, accepted_wall_at: datetime | None
) -> pb.StandingChanged:
    return pb.StandingChanged(
        position_version=standing.position_version,
        episode=standing.episode,
        closed_episode=standing.closed_episode,
        is_stopped=standing.is_stopped,
        because=standing.because,
        at=at,
        accepted_wall_at=accepted_wall_at,
        stood_wall_at=stood_wall_at,
    )


def holds_changed(intervals: Sequence[HoldInterval], at: datetime) -> pb.HoldsChanged:
    return pb.HoldsChanged(intervals=[_interval(hold) for hold in intervals], at=at)


def contact_progressed(
    notices: Sequence[Notice],
    asked: Sequence[Circumstances],
    episode: int,
    at: datetime,
    ended: Sequence[TouchOutcome] = (),
) -> pb.ContactProgressed:
    return pb.ContactProgressed(
        notices=[
            pb.NoticeProgress(
                kind=notice.kind,
                party_id=notice.party_id,
                channel=notice.channel,
                status=notice.status,
                sent_at=notice.sent_at,
                delivered_at=notice.delivered_at,
            )
            for notice in notices
        ],
        circumstances=[
            pb.CircumstancesAsked(
                party_id=each.party_id,
                answered_at=each.answered_at,
                channels_tried=list(each.channels_tried),
            )
            for each in asked
        ],
        settled=[
            pb.WishSettled(
                key=each.key,
                status=each.status,
                rule_id=each.rule_id,
                because=each.because,
                next_allowed_at=each.next_allowed_at,
            )
            for each in ended
        ],
        episode=episode,
        at=at,
    )


def touch_confirmed(
    touch: Touch, attempt_id: str, rule_pack: str, at: datetime, lag_wall_ms: int
) -> pb.TouchConfirmed:
    return pb.TouchConfirmed(
        attempt_id=attempt_id,
        key=touch.key,
        party_id=touch.party_id,
        role=touch.role,
        channel=touch.channel,
        purpose=touch.purpose,
        template=touch.template,
        episode=touch.episode,
        position_version=touch.position_version,
        rule_pack=rule_pack,
        at=at,
        due_at=touch.due_at,
        lag_wall_ms=lag_wall_ms,
    )


def touch_refused(touch: Touch, verdict: Verdict, rule_pack: str, at: datetime) -> pb.TouchRefused:
    return pb.TouchRefused(
        key=touch.key,
        party_id=touch.party_id,
        role=touch.role,
        channel=touch.channel,
        purpose=touch.purpose,
        rule_id=verdict.rule_id,
        because=verdict.because,
        rule_pack=rule_pack,
        at=at,
        next_allowed_at=verdict.next_allowed_at,
        episode=touch.episode,
        position_version=touch.position_version,
    )


def touch_released(key: str, because: str, at: datetime) -> pb.TouchReleased:
    return pb.TouchReleased(key=key, because=because, at=at)


def attempt_recorded(row: AttemptRow, at: datetime) -> pb.AttemptRecorded:
    """Told of every loan the attempt was about."""
    return pb.AttemptRecorded(
        attempt_id=row.attempt_id,
        party_id=row.party_id,
        channel=row.channel,
        direction=row.direction,
        outcome=row.outcome,
        at=at,
    )


def reply_received(row: ReplyRow) -> pb.ReplyReceived:
    return pb.ReplyReceived(
        reply_id=row.reply_id,
        party_id=row.party_id,
        channel=row.channel,
        kinds=row.kinds,
        at=row.at,
    )


def _interval(hold: HoldInterval) -> pb.HoldInterval:
    return pb.HoldInterval(
        hold_id=hold.hold_id,
        kind=hold.kind,
        party_id=hold.party_id or "",
        blocks=list(hold.blocks),
        from_at=hold.from_at,
        until_at=hold.until_at,
        review_at=hold.review_at,
        amount_minor=hold.amount_minor or 0,
        has_no_estate=hold.has_no_estate,
    )
