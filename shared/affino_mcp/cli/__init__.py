"""The operators' command line, `affino-mcp`."""
