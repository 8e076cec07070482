"""Media items and their files."""
