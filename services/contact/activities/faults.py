"""What one piece of background work may fail by without ending the others."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import Rejected
from chassis.vault import Unreadable

# Its provider, its database, its texts and terms, the key of its party.
FAULTS = (SQLAlchemyError, OSError, TimeoutError, Rejected, Unreadable)
