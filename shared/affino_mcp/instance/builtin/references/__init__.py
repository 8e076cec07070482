"""Codes that point at other records or fixed lists, and how answers show them."""
