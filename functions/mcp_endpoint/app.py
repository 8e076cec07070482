"""The MCP endpoint's Lambda function behind API Gateway; builds everything at import, before the first event."""

from affino_mcp.mcp_edge.cold_start.lean_imports import lean_imports

with lean_imports():
    from affino_mcp import observability
    from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
    from affino_mcp.settings import settings
    from affino_mcp.wiring import mcp_app

    observability.warm()
    handler = LambdaHandler(mcp_app(settings(), in_thread=False), settings().stage)
