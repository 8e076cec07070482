"""Merges of duplicate records, what undoes them, and the search for duplicates."""
