"""A verdict as a sentence: may we, why not, when next, on which article."""

from __future__ import annotations

from services.contact.domain.law.clocks import zone_of
from services.contact.domain.law.facts import Known, Proposal
from services.contact.domain.law.judgement import Finding, Status, Strength, Verdict

_ACTS = {
    "call": "A call",
    "sms": "A text message",
    "email": "An e-mail",
    "push": "A push message",
    "letter": "A letter",
    "visit": "A visit",
}


def in_words(verdict: Verdict, act: Proposal, known: Known) -> str:
    named = f"{_ACTS[act.channel]} to party {act.party_id} for {act.purpose.replace('_', ' ')}"
    if verdict.is_allowed:
        said = f"{named} is allowed."
        return " ".join([said, *map(_remark, verdict.findings)])
    deciding = verdict.deciding
    assert deciding is not None, "a refusal names the rule that decided"
    others = [each for each in verdict.findings if each is not deciding]
    parts = [
        f"{named} is not allowed: {verdict.because} ({_article(deciding)}).",
        _next(verdict, known),
        "Somebody with the authority to do so may override it with a reason."
        if all(each.article.strength is Strength.SOFT for each in verdict.findings if each.refuses)
        else "",
        *map(_remark, others),
    ]
    return " ".join(part for part in parts if part)


def _next(verdict: Verdict, known: Known) -> str:
    at = verdict.next_allowed_at
    if at is None:
        return "Time alone will not change that."
    local = at.astimezone(zone_of(known.zones[0]))
    return f"It will be from {local:%Y-%m-%d %H:%M} on ({known.zones[0]}), as far as is known."


def _remark(finding: Finding) -> str:
    article = _article(finding)
    if finding.override is not None:
        by = f"{finding.override.authority}: {finding.override.reason}"
        return f"Overridden by {by}: {finding.because} ({article})."
    if finding.is_overridden:
        return f"Overridden: {finding.because} ({article})."
    if not finding.refuses:
        return f"Reported only: {finding.because} ({article})."
    return f"Also against it: {finding.because} ({article})."


def _article(finding: Finding) -> str:
    article = finding.article
    status = "" if finding.status is Status.LAW else f", {finding.status.value}"
    return f"{article.rule_id}, {article.source}{status}"
