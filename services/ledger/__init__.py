"""The ledger: the money of the collections side, each loan's position, and its history."""
