"""The MCP endpoint's Lambda function behind API Gateway; builds everything at import, before the first event."""

from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports

with lean_imports():
    from affino_mcp import observability
    from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
    from affino_mcp.settings import process_settings
    from affino_mcp.wiring import build_mcp_app

    observability.load_powertools()
    handler = LambdaHandler(build_mcp_app(process_settings(), in_thread=False), process_settings().stage)
