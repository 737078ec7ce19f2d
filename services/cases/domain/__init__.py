"""The pure rules of the cases service; they take facts and the time and return decisions."""
