"""The people of a play: borrowers, agents, officers, the court, and the bank's own till."""
