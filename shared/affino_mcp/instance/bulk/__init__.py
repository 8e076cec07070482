"""Calls of many items: each item is carried out by the method of one record, with a history and an audit row of its own."""
