"""The Control Centre's Lambda function: every screen but the sign-in pages, which the login function serves."""

from affino_mcp import observability
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.settings import process_settings
from affino_mcp.wiring import build_control_app

observability.load_powertools()
handler = AsgiLambdaHandler(build_control_app(process_settings()), process_settings().stage)
