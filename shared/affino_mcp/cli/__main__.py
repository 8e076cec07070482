"""`python -m affino_mcp.cli`: the same as the `affino-mcp` command."""

from affino_mcp.cli.app import main

if __name__ == "__main__":
    main()
