"""Keeps the law of contact: personal data, holds, standing, and the one gate for every touch."""
