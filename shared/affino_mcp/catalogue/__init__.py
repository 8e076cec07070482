"""What exists: families, methods, arguments, records; the single source."""
