"""Pages of records: filters, searches, cursors."""
