"""The history of a record, and undo."""
