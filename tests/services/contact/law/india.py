"""The Reserve Bank of India's hours for recovery calls, checked act by act from the text."""

from __future__ import annotations

from datetime import time

from tests.services.contact.law.clocks import Document, is_agreed_time, local, now, zones
from tests.services.contact.law.terms import asks_for_money


def violations(document: Document) -> list[str]:
    """RBI 2022-08-12: no recovery calls before 8:00 or after 19:00."""
    if document["act"]["channel"] != "call" or not asks_for_money(document):
        return []
    for zone in zones(document):
        clock_time = local(now(document), zone).time()
        is_early_or_late = clock_time < time(8) or clock_time > time(19)
        if is_early_or_late and not is_agreed_time(document, zone):
            return ["IN-TIME"]
    return []
