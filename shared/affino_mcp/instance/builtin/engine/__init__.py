"""One write, one record, and the rows that keep it."""
