"""What was changed, with undo; and what waits for a decision."""
