"""The adapter of an instance elsewhere, over its REST API: every call is made with the person's own token."""
