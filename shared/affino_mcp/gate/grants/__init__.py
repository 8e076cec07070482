"""Grants: what people let apps do in their name through the OAuth door, from the consent to the end."""
