"""The Control Centre's function: every screen of the operators' console but its door, which is the login function's."""

from affino_mcp import observability
from affino_mcp.http.lambda_handler import AsgiLambdaHandler
from affino_mcp.settings import settings
from affino_mcp.wiring import control_app

observability.warm()
handler = AsgiLambdaHandler(control_app(settings()), settings().stage)
