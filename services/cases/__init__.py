"""Keeps the latest of every fact per loan, numbers episodes, and brings facts to their cases."""
