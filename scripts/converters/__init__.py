"""Tries offline what client libraries make of the tools: `make converters`."""
