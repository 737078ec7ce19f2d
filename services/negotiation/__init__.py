"""Offers, promises, plans and settlements, kept or broken on posted money."""
