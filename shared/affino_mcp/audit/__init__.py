"""The API Log: rows, redaction, queries, hourly totals."""
