"""Measured performance: each module runs alone and prints what it measured."""
