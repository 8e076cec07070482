"""Authenticates and authorises callers: credentials, profiles, sessions, people, guards against abuse."""
