"""Twins of the stores in memory: for tests and measurements only, nothing that ships imports them."""
