"""The self-check: a function asks each of its stores, under its own role, for what the role must allow."""
