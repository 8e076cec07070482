"""This service as its Lambda function makes it, with the catalogue copied until it holds BENCH_TOOLS tools."""

from __future__ import annotations

import os
from importlib import import_module

from affino_mcp.mcp_edge.frozen_start import frozen_start

MOST_TOOLS = int(os.environ.get("BENCH_TOOLS", "0"))
with frozen_start():
    if MOST_TOOLS:
        from dataclasses import replace

        from affino_mcp.catalogue import registry

        originals = list(registry.METHODS.values())
        for number in range(len(originals), MOST_TOOLS):
            copied = originals[number % len(originals)]
            name = f"copy_{number}_of_{copied.name}"
            registry.METHODS[name] = replace(copied, name=name)
    handler = import_module("functions.mcp_endpoint.app").handler
