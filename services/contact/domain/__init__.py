"""The rules of contact: pure functions over facts and the time."""
