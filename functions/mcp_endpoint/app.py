"""The MCP endpoint's Lambda function behind API Gateway; builds everything at import, before the first event."""

from affino_mcp.mcp_edge.frozen_start import frozen_start

with frozen_start():
    from affino_mcp import observability
    from affino_mcp.catalogue.registry import build_argument_models
    from affino_mcp.http.custom_domain import CustomDomain
    from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
    from affino_mcp.self_check.handler import SelfCheckingHandler
    from affino_mcp.settings import is_process_snapshotted, process_settings
    from affino_mcp.wiring import build_mcp_app, build_self_check, build_stores
    from affino_mcp.wiring.first_uses import prepare_libraries

    observability.load_powertools()
    prepare_libraries()
    _settings = process_settings()
    _stores = build_stores(_settings)
    _app = build_mcp_app(_settings, _stores, in_thread=False)
    if is_process_snapshotted():
        from affino_mcp.wiring.warm_up import warm_up

        _app.library.load()
        build_argument_models()
        warm_up(_settings)
    handler = SelfCheckingHandler(
        LambdaHandler(_app, _settings.stage, CustomDomain(_settings.domain, _settings.base_path)),
        build_self_check("McpEndpoint", _settings, _stores),
    )
