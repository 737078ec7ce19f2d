"""Amounts as people write them, in figures and in Chinese numerals, as integer minor units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

AMOUNT_MINOR_MAX = 100_000_000_000_000
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3}
_DIGITS = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_NUMERAL = "零一二三四五六七八九十百千万两"
_SIGN = r"(?:nt\$|hk\$|us\$|[$£€¥]|rmb|cny|usd|gbp|eur|twd|inr)"
_AFTER = r"(?:块|元|圆|rmb|cny|usd|gbp|eur|twd|dollars?|pounds?|quid|bucks|yuan|euros?)"
_VERB = r"(?:还|缴|付|转|汇|打|交|pay|paying|paid|send|sent|transfer(?:red)?|you|another)"
_NOT_AFTER = r"(?![0-9.:/]|\s*(?:号|日|点|天|月|周|期|年|个|次|th|st|nd|rd|am|pm|days?|weeks?|%))"
_FIGURES = re.compile(
    rf"(?P<sign>{_SIGN})?\s{{0,2}}(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}}(?:\.[0-9]{{1,3}})?"
    rf"|[0-9]{{1,12}}(?:\.[0-9]{{1,3}})?)\s?(?P<scale>万|千|百|k\b)?"
    rf"(?:(?<=[万千百])(?P<rest>[0-9]{{1,4}})(?P<lower>千|百)?(?![0-9.]))?\s?(?P<unit>{_AFTER})?"
)
_CHINESE = re.compile(rf"(?P<number>[{_NUMERAL}]{{1,12}})(?P<unit>块钱?|元|圆|钱)?")
_SCALES = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000}


@dataclass(frozen=True)
class Amount:
    """An amount and where it stands in the plain text."""

    minor: int
    start: int
    end: int


def amounts(text: str, currency: str) -> list[Amount]:
    """Every amount of a plain text, in its order; a bare number counts after a verb of paying."""
    scale = 10 ** _MINOR_DIGITS.get(currency, 2)
    found = [*_in_figures(text, scale), *_in_chinese(text, scale)]
    kept = [each for each in found if 0 < each.minor <= AMOUNT_MINOR_MAX]
    return sorted(kept, key=lambda each: each.start)


def numeral(letters: str) -> int:
    """三千五 is 3,500 and 两万三 is 23,000: a last digit takes the next lower unit."""
    total, section, digit, lowest = 0, 0, 0, 10
    for letter in letters:
        if letter in _DIGITS:
            digit = digit * 10 + _DIGITS[letter] if digit else _DIGITS[letter]
            lowest = 10 if letter == "零" else lowest
        elif letter == "万":
            total, section, digit, lowest = (total + section + digit) * 10_000, 0, 0, 10_000
        else:
            section += (digit or 1) * _UNITS[letter]
            digit, lowest = 0, _UNITS[letter]
    return total + section + digit * (lowest // 10 if lowest > 10 else 1)


def _in_figures(text: str, scale: int) -> Iterator[Amount]:
    for found in _FIGURES.finditer(text):
        is_money = found["sign"] or found["scale"] or found["unit"]
        if not is_money and not _stands_as_amount(text, found.start("number"), found.end("number")):
            continue
        try:
            value = Decimal(found["number"].replace(",", ""))
        except InvalidOperation:  # pragma: no cover - the pattern allows none
            continue
        whole = (value * _SCALES.get(found["scale"] or "", 1) + _rest(found)) * scale
        yield Amount(int(whole), found.start(), found.end())


def _rest(found: re.Match[str]) -> int:
    """1万5 is 15,000: a last digit takes the next lower unit; 1万5百 and 1万500 say theirs."""
    rest = found["rest"]
    if rest is None:
        return 0
    if found["lower"]:
        return int(rest) * _SCALES[found["lower"]]
    return int(rest) * (_SCALES[found["scale"]] // 10 if len(rest) == 1 else 1)


def _stands_as_amount(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 14) : start]
    is_after_verb = re.search(rf"{_VERB}(?:了|过去|你们?| you)?\s?$", before)
    return bool(is_after_verb) and re.match(_NOT_AFTER, text[end : end + 8]) is not None


def _in_chinese(text: str, scale: int) -> Iterator[Amount]:
    for found in _CHINESE.finditer(text):
        letters = found["number"]
        is_round = len(letters) > 1 and re.search("[百千万]", letters)
        if letters[0] in "百千万" or not (found["unit"] or is_round):
            continue
        if re.match(r"\s?(?:号|日|点|天|个|次|期|年|月)", text[found.end() : found.end() + 2]):
            continue
        yield Amount(numeral(letters) * scale, found.start(), found.end())
