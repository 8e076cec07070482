"""The login function: `POST /rest/{dbname}/login`."""

from affino_mcp import observability
from affino_mcp.login_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import settings
from affino_mcp.wiring import login_app

observability.warm()
handler = LambdaHandler(login_app(settings()), settings().stage)
