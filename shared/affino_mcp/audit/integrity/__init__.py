"""Tamper evidence of the API Log: signed digests of its windows, and the check of the log against them."""
