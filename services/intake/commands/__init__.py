"""Intake's use cases: accept facts, accept people, look after the quarantine, count, look up."""
