"""Intake's tables and queries, set-based: a batch of hundreds costs as many statements as one."""
