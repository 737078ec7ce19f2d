"""The seals: what intake may open again (its quarantine), and what only contact may (people)."""

from __future__ import annotations

from dataclasses import dataclass

from chassis import vault
from chassis.settings import Settings


@dataclass(frozen=True)
class Seals:
    quarantine_private: bytes
    transport_public: bytes

    def quarantine(self, plaintext: bytes) -> bytes:
        return vault.seal(vault.public_of(self.quarantine_private), plaintext)

    def open_quarantine(self, sealed: bytes) -> bytes:
        return vault.unseal(self.quarantine_private, sealed)

    def for_contact(self, plaintext: bytes) -> bytes:
        return vault.seal(self.transport_public, plaintext)


def load_seals(settings: Settings) -> Seals:
    keys = vault.load_or_create_keys(settings.keys)
    return Seals(keys.quarantine, keys.transport_public)
