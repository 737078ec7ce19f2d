"""What messages say: who writes, what is owed, and a way out; never a threat, never shame.

A strategy names a template; one that is not known here falls back to its purpose's own text, so
that a new strategy can never make a message without words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from string import Template

from interfaces.values import Purpose

_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3}
_CHINESE, _ENGLISH = "zh", "en"


@dataclass(frozen=True)
class Words:
    """What a text may speak of. `may_disclose` is false toward who is not liable."""

    institution: str
    name: str
    currency: str
    overdue_minor: int
    oldest_due_on: date | None
    may_disclose: bool = True
    asks_circumstances: bool = False


@dataclass(frozen=True)
class Rendered:
    subject: str
    body: str


def render(template: str, purpose: Purpose, language: str, words: Words) -> Rendered:
    """The text in the party's language; Chinese for every Chinese tag, else English."""
    tongue = _CHINESE if language.lower().split("-")[0] == _CHINESE else _ENGLISH
    texts = _TEXTS[tongue]
    name = (
        (template if template in texts else _OF_PURPOSE[purpose]) if words.may_disclose else _PLAIN
    )
    subject, body = texts[name]
    if words.asks_circumstances and words.may_disclose:
        body += _ASKING[tongue]
    fields = {
        "institution": words.institution,
        "name": words.name,
        "amount": amount_text(words.overdue_minor, words.currency),
        "since": words.oldest_due_on.isoformat() if words.oldest_due_on else "-",
    }
    return Rendered(Template(subject).substitute(fields), Template(body).substitute(fields))


def amount_text(minor: int, currency: str) -> str:
    """An amount as people write it, with its currency and without floats."""
    digits = _MINOR_DIGITS.get(currency, 2)
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    if digits == 0:
        return f"{sign}{whole:,} {currency}"
    major, rest = divmod(whole, 10**digits)
    return f"{sign}{major:,}.{rest:0{digits}d} {currency}"


_PLAIN = "call_back"
_OF_PURPOSE: dict[Purpose, str] = {
    Purpose.SERVICE: "service",
    Purpose.REMINDER: "reminder",
    Purpose.COLLECTION: "follow_up",
    Purpose.STATUTORY_NOTICE: "written_demand",
    Purpose.COURT_SERVICE: "court_notice",
    Purpose.LOCATE: "call_back",
    Purpose.REPLY: "reply",
}
_ASKING = {
    _CHINESE: "如您的生活或收入有变化，请告诉我们您的情况，我们会据此为您安排合适的方案。",
    _ENGLISH: " If your circumstances have changed, tell us how you are doing: "
    "we will look for an arrangement that fits.",
}
_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    _CHINESE: {
        "reminder": (
            "$institution 还款提醒",
            "$name，您好！$institution 提醒您：截至目前逾期应还 $amount，最早到期日 $since。"
            "如已还款请忽略。如有困难请与我们联系，我们可以商量分期或延期。回复 T 退订。",
        ),
        "follow_up": (
            "$institution 来函",
            "$name，您好！$institution 尚未收到您自 $since 起到期的 $amount。"
            "请告诉我们您打算何时还款，或与我们商量适合您的方案。"
            "对金额有疑问也请回复。回复 T 退订。",
        ),
        "written_demand": (
            "$institution 催告函",
            "$name：根据您与 $institution 的合同，自 $since 起到期的 $amount 尚未清偿。"
            "请予清偿；您有权查询明细、提出异议并提交证据，也可以申请分期。"
            "联系与还款方式见合同及 $institution 官方渠道。（$institution 盖章）",
        ),
        "negotiate": (
            "$institution 还款方案",
            "$name，您好！对于 $amount 的逾期款项，"
            "$institution 为您准备了分期与一次性结清两种方案，"
            "可在您的还款页面查看并选择，也可以与我们商量。",
        ),
        "visit_notice": (
            "$institution 拜访预约",
            "$name，您好！$institution 希望与您当面商量自 $since 起到期的 $amount。"
            "未经您同意我们不会进入您的住所；您也可以另约时间或改用电话。",
        ),
        "legal_notice": (
            "$institution 法律程序告知",
            "$name：自 $since 起到期的 $amount 至今未清偿，$institution 准备依法向法院提出申请。"
            "在此之前您仍可还款、分期或提出异议，请与我们联系。",
        ),
        "court_notice": ("$institution 转送司法文书", "$name：现转送与您有关的司法文书，请查收。"),
        "service": ("$institution 服务通知", "$name，您好！这是 $institution 的服务通知。"),
        "reply": (
            "$institution 回复",
            "$name，您好！您的来信 $institution 已收到，我们会尽快答复。",
        ),
        "call_back": (
            "$institution",
            "您好！这里是 $institution，烦请转告 $name 方便时与我们联系。",
        ),
    },
    _ENGLISH: {
        "reminder": (
            "A reminder from $institution",
            "Dear $name, $institution reminds you that $amount has been due since $since. If you "
            "have paid, please disregard this. If paying is hard, talk to us: instalments or more "
            "time are possible. Reply STOP to opt out.",
        ),
        "follow_up": (
            "A message from $institution",
            "Dear $name, $institution has not received the $amount due since $since. Please tell "
            "us when you plan to pay, or what would suit you. If you think the amount is wrong, "
            "tell us that too. Reply STOP to opt out.",
        ),
        "written_demand": (
            "Demand letter from $institution",
            "Dear $name, under your contract with $institution the amount of $amount, due since "
            "$since, is unpaid. Please pay it. You may ask for a statement, object, submit "
            "evidence or ask for instalments, by the contact details in your contract. "
            "(Seal of $institution)",
        ),
        "negotiate": (
            "Ways to repay, from $institution",
            "Dear $name, for the overdue $amount $institution has prepared a plan by instalments "
            "and a settlement. See them on your repayment page, or talk to us about another way.",
        ),
        "visit_notice": (
            "$institution would like to visit you",
            "Dear $name, $institution would like to talk with you about the $amount due since "
            "$since. We enter no home without consent; you may choose another time or a call.",
        ),
        "legal_notice": (
            "Notice of proceedings from $institution",
            "Dear $name, the $amount due since $since is still unpaid, and $institution prepares "
            "to apply to the court. You may still pay, ask for instalments or object before that.",
        ),
        "court_notice": ("Court papers", "Dear $name, $institution forwards court papers to you."),
        "service": ("From $institution", "Dear $name, this is a service message of $institution."),
        "reply": (
            "From $institution",
            "Dear $name, $institution has your message and will answer.",
        ),
        "call_back": ("$institution", "This is $institution. Please ask $name to call us back."),
    },
}
TEMPLATES = frozenset(_TEXTS[_ENGLISH])
