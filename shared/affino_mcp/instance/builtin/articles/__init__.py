"""Articles with their steps, categories, comments and media."""
