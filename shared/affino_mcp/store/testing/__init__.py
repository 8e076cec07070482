"""In-memory versions of the stores, for tests and measurements only; shipped code does not import them."""
