"""Which loan is whose: the bank's references, their opaque ids, their scripts and borrowers."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.play.doors import PAGE, Doors
from forbear.portfolio.script import LoanScript


class Register:
    """Learns the ids of the scripted loans from intake as they are registered."""

    def __init__(self, doors: Doors, scripts: Mapping[str, LoanScript]) -> None:
        self._doors, self._scripts = doors, scripts
        self._refs: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._borrowers: dict[str, str] = {}

    async def learn(self) -> list[str]:
        """Ask for the loans not known yet; answers the references that are new."""
        missing = [ref for ref in self._scripts if ref not in self._ids]
        fresh: list[str] = []
        for first in range(0, len(missing), PAGE):
            asked = {"refs": missing[first : first + PAGE]}
            found = (await self._doors.post("intake", "loans/lookup", asked))["loans"]
            for ref, loan in found.items():
                self._ids[ref], self._refs[loan["loan_id"]] = loan["loan_id"], ref
                self._borrowers[loan["loan_id"]] = next(
                    party["party_id"]
                    for party in loan["parties"].values()
                    if party["role"] == "borrower"
                )
                fresh.append(ref)
        return fresh

    def script(self, loan_id: str) -> LoanScript | None:
        return self._scripts.get(self._refs.get(loan_id, ""))

    def ref(self, loan_id: str) -> str:
        return self._refs[loan_id]

    def loan_id(self, ref: str) -> str:
        return self._ids[ref]

    def borrower(self, loan_id: str) -> str:
        return self._borrowers[loan_id]

    @property
    def is_complete(self) -> bool:
        return len(self._ids) == len(self._scripts)
