"""What operators do, in browser and shell alike: audited actions, live help, charts, what-if, connection test."""
