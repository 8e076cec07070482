"""The login Lambda function: `/rest/{dbname}/...`, the Hub and the Control Centre's sign-in: all password checks."""

from affino_mcp import observability
from affino_mcp.http.lambda_handler import AsgiLambdaHandler
from affino_mcp.settings import settings
from affino_mcp.wiring import login_function

observability.warm()
handler = AsgiLambdaHandler(login_function(settings()), settings().stage)
