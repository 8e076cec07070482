"""The REST API's Lambda function behind API Gateway: `/rest/{dbname}/v2/...` and `/rest/{dbname}/crm/v1/...`."""

from affino_mcp import observability
from affino_mcp.catalogue.registry import build_argument_models
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.http.custom_domain import CustomDomain
from affino_mcp.self_check.handler import SelfCheckingHandler
from affino_mcp.settings import is_process_snapshotted, process_settings
from affino_mcp.wiring import build_rest_app, build_self_check, build_stores

observability.load_powertools()
_settings = process_settings()
_stores = build_stores(_settings)
if is_process_snapshotted():
    build_argument_models()
handler = SelfCheckingHandler(
    AsgiLambdaHandler(
        build_rest_app(_settings, _stores, in_thread=False),
        _settings.stage,
        CustomDomain(_settings.domain, _settings.base_path),
    ),
    build_self_check("InstanceApi", _settings, _stores),
)
