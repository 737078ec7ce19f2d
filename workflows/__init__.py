"""The story of one loan, deterministic."""
