"""Contact's tables and queries: the only SQL of the service but the sandbox gateway's own."""
