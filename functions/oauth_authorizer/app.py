"""The authorizer's Lambda function in front of /oauth/mcp: it chooses API Gateway's answer to an app, and protects nothing."""

from affino_mcp import observability
from affino_mcp.authorizer.authorizer import OAuthAuthorizer
from affino_mcp.clock import utc_now
from affino_mcp.self_check.handler import SelfCheckingHandler
from affino_mcp.settings import process_settings
from affino_mcp.wiring import build_self_check, build_stores

observability.load_powertools()
_settings = process_settings()
_stores = build_stores(_settings)
handler = SelfCheckingHandler(
    OAuthAuthorizer(_stores.database, _settings, utc_now), build_self_check("OAuthAuthorizer", _settings, _stores)
)
