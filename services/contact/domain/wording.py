"""The words that no message may have, and the few that a text for third parties may.

A list of forbidden words is never whole, so a text that somebody else may read is held to a list of
the words it may use. Patterns are matched against text as `linting.normalised` brings it.
"""

from __future__ import annotations

import re

DEBT_FIELDS = frozenset(
    {"amount", "balance", "since", "loans", "count", "asks_circumstances", "loan"}
)
THIRD_PARTY_FIELDS = frozenset({"institution", "issuer", "name"})
# Calling back, greeting and thanking need no more than these.
_THIRD_PARTY_ENGLISH = frozenset(re.findall("[a-z]+", """
    a about and any anytime at back call calling contact convenience convenient dear during for
    from good have hello hi hours i is it kindly line matter message my no not of office on or
    our phone please reach regards return sincerely speak suits telephone thank thanks the this
    to us we when wish with would yours you your
"""))  # fmt: skip
_THIRD_PARTY_CHINESE = frozenset(
    "您好你这里是我们请在方便时致电与联系谢感时间来回复电话拨打工作日的号码尊敬先生女士客服此祝安"
)
_ENGLISH_WORD, _CHINESE_SIGN = re.compile(r"[a-z]+"), re.compile(r"[\u3400-\u9fff]")


def unlisted(words: str) -> list[str]:
    """The words of a text for third parties that are not on its list, fields aside."""
    english = set(_ENGLISH_WORD.findall(words)) - _THIRD_PARTY_ENGLISH
    return sorted(english | set(_CHINESE_SIGN.findall(words)) - _THIRD_PARTY_CHINESE)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


DEBT = _any(
    "欠", "逾期", "债", "贷", "借款", "还款", "偿还", "清偿", "催", "信用卡", "分期", "征信",
    "账单", "帐单", "未还", "未付", "未缴", "未结清", "拖延", "缴费", "付款", "余额", "金额",
    "款项", "利息", "滞纳",
    r"\b(?:outstanding|unpaid|unsettled)\b", r"\bbalances?\b", r"\bbills?\b", r"\binvoices?\b",
    r"\bdues?\b", r"\bamounts?\b", r"\binterest\b", r"\bmone(?:y|ys|ies)\b", r"\bsettle\w*",
    r"\boverdue\b", r"\bdebts?\b", r"\bdebtors?\b", r"\bloans?\b", r"\bow(?:e|es|ed|ing)\b",
    r"\barrears\b", r"\b(?:re)?pay(?:s|ment|ments|ing|able)?\b", r"\bcollect(?:ion|ions|or|ing)?\b",
    r"\bpast due\b", r"\bcredit\b", r"\bborrow\w*", r"\binstal\w*", r"\bdelinquen\w*",
)  # fmt: skip
_THREAT = _any(
    "后果自负", "后果严重", "一切后果", "不客气", "曝光", "爆通讯录", "坐牢", "拘留", "逮捕",
    "抓捕", "刑事", "判刑", "立案侦查", "严惩", "最后通牒", "别怪", "走着瞧", "上门堵",
    "报警", "报案",
    "(?:公安|警方|警察|民警|派出所|法警)[^。]{0,6}(?:介入|立案|上门|处理|联系|找|抓|通缉)",
    "(?:您|你)[^。，]{0,3}后悔", "后悔(?:莫及|也来不及)", "最后(?:的)?(?:警告|机会|通知)", "等着瞧",
    "好自为之", "自食其果",
    "(?:家人|父母|亲友|朋友|同事|单位|邻居|领导|学校|配偶|老婆|老公|孩子)"
    "[^。]{0,4}(?:会|将|都|也|很快)[^。]{0,2}(?:知道|得知|知晓)",
    "(?:知道|掌握)(?:您|你)(?:的)?(?:住|家|单位|工作|公司|学校|地址)", "上门(?:找|抓|带)",
    "身败名裂", "付出代价",
    "(?:失去|没收|收走|收回)(?:您|你)?(?:的)?(?:房|住房|房子|家|车|工作)",
    "查封你", "查封您", "扣押您", "拍卖您", "影响(?:您|你)?(?:的)?(?:子女|孩子|家人)",
    "(?:告诉|通知|联系|通报)(?:您|你)(?:的)?(?:家人|父母|亲友|朋友|同事|单位|邻居|领导|学校)",
    r"\barrest\w*", r"\bjail\w*", r"\bprison\w*", r"\bimprison\w*", r"\bcriminal\w*",
    r"\bor else\b", r"\bface the consequences\b", r"\bsuffer\b", r"\bfinal warning\b",
    r"\blast chance\b", r"\bwarrant\b", r"\bwe will (?:seize|take) your\b", r"\bruin\w*",
    r"\b(?:tell|inform|contact|notify) your (?:family|parents|friends|employer|boss|neighbou?rs)\b",
    r"\bwe know where you\b", r"\bwe (?:will|can) find you\b",
    r"\b(?:last|final|only) (?:warning|chance|notice)\b",
    r"\b(?:you|your \w+)"
    r" (?:will|could|may|might|shall|are going to) (?:lose|be evicted|be fired)\b",
    r"\blose your (?:home|house|job|car|children|family)\b", r"\bevict\w*",
    r"\byou(?:'|’)?(?: wi)?ll (?:be sorry|pay for this)\b",
    r"\byour (?:family|parents|friends|employer|boss|colleagues|neighbou?rs)"
    r" will (?:know|hear|find out|be told)\b",
    r"\bthreat\w*", r"\bblacklist\w*",
    r"\bdeport\w*", r"\bno mercy\b", r"\bexpose\w* you\b", r"\bregret\b",
)  # fmt: skip
_IMPERSONATION = _any(
    "(?:这里是|我是|我们是|本人是|代表|受)[^。，]{0,8}(?:公安|警|派出所|法院|检察|法官|仲裁|政府)",
    "法院(?:传票|通知您|催)", "传票", "拘捕令", "逮捕令", "协查", "公安机关(?:通知|立案)", "律师函",
    r"\b(?:this is|we are|i am|on behalf of|from) (?:the |your )?(?:local )?"
    r"(?:police|court|sheriff|judge|prosecutor|bailiff|government|officer|marshal)\b",
    r"\bsubpoena\b", r"\bsummon(?:s|ed)\b", r"\bpolice\b", r"\bsheriff\b", r"\blegal department of"
    r" the court\b",
)  # fmt: skip
_SHAME = _any(
    "老赖", "失信", "丢人", "丢脸", "可耻", "无耻", "羞耻", "不要脸", "骗子", "诈骗", "骗贷",
    "赖账", "人品", "没良心", "不负责任", "废物", "恶意拖欠", "恶意逃",
    r"\bdeadbeat\w*", r"\ba?sham(?:e|ed|eful|ing)\b", r"\bdisgrac\w*", r"\bembarrass\w*",
    r"\bdishonest\w*", r"\bfraud\w*", r"\bthie(?:f|ves)\b", r"\bliar\w*", r"\birresponsib\w*",
    r"\bscum\b", r"\blos(?:er|ers)\b", r"\bpathetic\b", r"\bcheat\w*", r"\bwilful\w*",
)  # fmt: skip
FORBIDDEN = (
    ("threat", _THREAT, "say what is owed and which ways out there are, not what one must fear"),
    ("impersonation", _IMPERSONATION, "write as the institution alone"),
    ("shaming", _SHAME, "speak of the matter, never of the person's worth"),
)
