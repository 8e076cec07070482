"""Runs the `affino-mcp` command as `python -m affino_mcp.cli`."""

from affino_mcp.cli.app import main

if __name__ == "__main__":
    main()
