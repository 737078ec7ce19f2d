"""What the ledger decides, without a database, a broker or a clock."""
