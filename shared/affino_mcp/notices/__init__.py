"""Notices for operators: what happened that somebody should look at, to whom, and what to do next."""
