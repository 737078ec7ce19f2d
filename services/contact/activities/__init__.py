"""What cases ask of contact, and the pools that are met between their asking."""

from services.contact.activities.pools import Bell, run
from services.contact.activities.touching import Activities

__all__ = ["Activities", "Bell", "run"]
