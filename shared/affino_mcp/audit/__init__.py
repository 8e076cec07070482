"""The API Log: rows, redaction, queries and hourly totals."""
