"""The instance's REST API behind the gate: every method of the catalogue at a route of its own."""
