"""The rules of agreements; they take facts and the time, and return decisions."""
