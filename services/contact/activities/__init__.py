"""What cases ask of contact, the pools that are met meanwhile, and what falls due by itself."""

from services.contact.activities.answers import answer
from services.contact.activities.calls import tend
from services.contact.activities.mailbox import collect
from services.contact.activities.owed_acts import do_owed
from services.contact.activities.pools import Bell, run
from services.contact.activities.touching import Activities
from services.contact.activities.watch import watch

__all__ = ["Activities", "Bell", "answer", "collect", "do_owed", "run", "tend", "watch"]
