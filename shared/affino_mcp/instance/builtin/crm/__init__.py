"""Accounts, contacts, opportunities, tasks, notes, and what links them."""
