"""Letters as PDF pages for a print gateway, with Chinese text.

The font, WenQuanYi Micro Hei, is embedded with the characters a letter uses, so that it prints the
same everywhere. The seal is drawn as its place with the issuer's name.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from services.contact.gateways.messages import Message

_FONT = "WenQuanYiMicroHei"
_FONT_FILE = "fonts/wqy-microhei.ttc"
_SEAL_RED = HexColor("#b3261e")
_SEAL = 32 * mm
_TEXT = ParagraphStyle("text", fontName=_FONT, fontSize=11, leading=17, wordWrap="CJK")
_HEADING = ParagraphStyle("heading", _TEXT, fontSize=12, leading=18, spaceBefore=8)
_TITLE = ParagraphStyle("title", _TEXT, fontSize=16, leading=24, spaceAfter=10, spaceBefore=14)
_SIGNED = ParagraphStyle("signed", _TEXT, alignment=TA_RIGHT)


def pdf_of(message: Message) -> bytes:
    """The letter's pages, the same bytes for the same message."""
    _register_font()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        title=message.subject,
        invariant=1,
        lang=message.language or None,
        leftMargin=25 * mm,
        rightMargin=20 * mm,
        topMargin=22 * mm,
        bottomMargin=22 * mm,
    )
    document.build(_flow(message))
    return file.getvalue()


@lru_cache(maxsize=1)
def _register_font() -> None:
    with as_file(files("paperang_p2_fonts_cjk") / _FONT_FILE) as file:
        pdfmetrics.registerFont(TTFont(_FONT, str(file)))


def _flow(message: Message) -> list[Flowable]:
    letter = message.letter
    flow: list[Flowable] = []
    if letter is not None:
        flow += [Paragraph(_plain(letter.issuer), _HEADING), Paragraph(_plain(letter.place), _TEXT)]
    flow += [Spacer(1, 8 * mm), Paragraph(_plain(message.name), _TEXT)]
    flow += [Paragraph(_plain(message.address), _TEXT)]
    flow += [Paragraph(_plain(message.subject), _TITLE)]
    flow += [Paragraph(_plain(part), _TEXT) for part in message.body.split("\n") if part.strip()]
    for heading, text in letter.sections if letter else ():
        lines = [Paragraph(_plain(line), _TEXT) for line in text.split("\n")]
        flow.append(KeepTogether([Paragraph(_plain(heading), _HEADING), *lines]))
    if letter is not None:
        signed = [Paragraph(_plain(each), _SIGNED) for each in (letter.issuer, letter.dated)]
        flow.append(KeepTogether([Spacer(1, 8 * mm), *signed, _Seal(letter.seal)]))
    return flow


class _Seal(Flowable):  # type: ignore[misc]
    """A ring with the issuer's name, where the print gateway puts the registered seal."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self._left = width - _SEAL
        return width, _SEAL + 4 * mm

    def draw(self) -> None:
        page, middle = self.canv, self._left + _SEAL / 2
        page.setStrokeColor(_SEAL_RED)
        page.setFillColor(_SEAL_RED)
        page.circle(middle, _SEAL / 2, _SEAL / 2 - 1)
        size = min(10.0, 1.6 * _SEAL / max(1, len(self._words)))
        page.setFont(_FONT, size)
        page.drawCentredString(middle, _SEAL / 2 - size / 3, self._words)


def _plain(text: str) -> str:
    """What reportlab would read as markup is only text here."""
    return escape(text, quote=False)
