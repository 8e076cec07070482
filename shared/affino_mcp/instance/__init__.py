"""The system of record: its port, and the limits of an answer."""
