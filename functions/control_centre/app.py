"""The Control Centre's Lambda function: every screen but the sign-in pages, which the login function serves."""

from affino_mcp import observability
from affino_mcp.http.lambda_handler import AsgiLambdaHandler
from affino_mcp.settings import settings
from affino_mcp.wiring import control_app

observability.warm()
handler = AsgiLambdaHandler(control_app(settings()), settings().stage)
