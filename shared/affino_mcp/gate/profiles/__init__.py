"""API Profiles, their secrets and their rate limit."""
