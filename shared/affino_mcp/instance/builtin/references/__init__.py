"""Codes that point at other records or entries of lists, and how answers show them."""
