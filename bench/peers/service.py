"""This service as its Lambda function makes it, with the catalogue copied until it holds BENCH_TOOLS tools."""

from __future__ import annotations

import os

from affino_mcp.mcp_edge.frozen_start import frozen_start

with frozen_start():
    from dataclasses import replace

    from affino_mcp import observability
    from affino_mcp.catalogue import registry
    from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
    from affino_mcp.settings import process_settings
    from affino_mcp.wiring import build_mcp_app

    originals = list(registry.METHODS.values())
    for number in range(len(originals), int(os.environ.get("BENCH_TOOLS", "0"))):
        copied = originals[number % len(originals)]
        name = f"copy_{number}_of_{copied.name}"
        registry.METHODS[name] = replace(copied, name=name)
    observability.load_powertools()
    handler = LambdaHandler(build_mcp_app(process_settings(), in_thread=False), process_settings().stage)
