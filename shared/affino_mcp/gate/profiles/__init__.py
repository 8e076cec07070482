"""API Profiles, their secrets, their rate limits and their use."""
