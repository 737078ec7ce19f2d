"""The rules of legal matters; they take facts and the time, and return decisions."""
