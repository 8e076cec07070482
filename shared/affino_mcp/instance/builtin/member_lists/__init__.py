"""Contact lists and account lists with their members."""
