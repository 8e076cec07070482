"""Runs the instance on loopback. Usage: python -m tests.version1 [SEED] [PORT]."""

from __future__ import annotations

import sys

import uvicorn

from tests.version1.instance import DBNAME, KEY, SECRET, Version1Instance


def main(arguments: list[str]) -> None:
    """Serves until it is stopped."""
    seed, port = map(int, [*arguments, *["0", "8701"][len(arguments) :]])
    sys.stdout.write(f"version 1: http://127.0.0.1:{port}/rest/{DBNAME}/ APIKey {KEY} secret {SECRET}\n")
    uvicorn.run(Version1Instance(seed), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1:])
