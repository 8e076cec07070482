"""The login Lambda function: `/rest/{dbname}/...`, the Hub and the Control Centre's sign-in: all password checks."""

from affino_mcp import observability
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.settings import process_settings
from affino_mcp.wiring import build_login_function

observability.load_powertools()
handler = AsgiLambdaHandler(build_login_function(process_settings()), process_settings().stage)
