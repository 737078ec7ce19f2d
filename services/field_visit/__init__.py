"""Visits: areas, agents' capacity, windows booked, begun and reported."""
