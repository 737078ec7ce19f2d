"""The ledger's use cases: each runs inside the transaction of the door that called it."""
