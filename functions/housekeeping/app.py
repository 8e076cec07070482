"""The housekeeping Lambda function, run on a schedule: one turn of every job within the function's time."""

from typing import Any

from affino_mcp import observability
from affino_mcp.deadline import deadline
from affino_mcp.housekeeping_wiring import build_housekeeping
from affino_mcp.self_check.handler import SelfCheckingHandler
from affino_mcp.self_check.probes import build_digest_probes
from affino_mcp.settings import process_settings
from affino_mcp.wiring import build_self_check, build_stores

observability.load_powertools()
_settings = process_settings()
_stores = build_stores(_settings)
_run_turn = build_housekeeping(_settings, _stores)


def _handle_turn(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 (Lambda gives both)
    """Runs one turn. Fails when a job's store is down; the next turn then does its work."""
    with deadline(lambda: float(context.get_remaining_time_in_millis()) / 1000):
        _run_turn()


_digest_probes = build_digest_probes(_stores.archive, _stores.signer, _settings)
handler = SelfCheckingHandler(_handle_turn, build_self_check("Housekeeping", _settings, _stores, _digest_probes))
