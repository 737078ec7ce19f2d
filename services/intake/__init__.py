"""The bank's front door: what comes in is validated, counted once, and told on under opaque ids."""
