"""What a million calls of each kind cost, and a month without calls: `python -m bench.prices`, with `docs` into the page.

The counts of store requests, units and bytes are measured (bench.metered_calls); the prices are those of AWS's price pages for
on-demand use in us-east-1, in dollars. Wall time is reckoned, because it belongs to the network: 10 ms and 5 ms for each
request to the store, of which the gate's first two are sent at once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.cli.stack_costs import ALARM_MONTH, KEY_MONTH, SECRET_MONTH, SNAPSHOT_GB_MONTH
from affino_mcp.local.places import TEMPLATE_FILE
from bench.metered_calls import MeteredCall, measure_kinds

MILLION: Final = 1_000_000
PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- written by `make bench` -->\n", "<!-- end of the prices -->"

READ_UNITS, WRITE_UNITS, REQUESTS = 0.125, 0.625, 3.50
"""A million request units of DynamoDB, and of requests to a REST API of API Gateway."""
LAMBDA_REQUESTS, LAMBDA_GB_SECOND, LAMBDA_GB = 0.20, 0.0000166667, 1769 / 1024
LOG_GB, LOG_LINE_BYTES, EGRESS_GB = 0.50, 1400, 0.09
TABLE_GB_MONTH, BACKUP_GB_MONTH = 0.25, 0.20
AGENTCORE_GATEWAY: Final = 5.00
"""A million tool calls of Amazon Bedrock AgentCore Gateway, by its price page, without what stands behind it."""
BYTES_OF_GB: Final = 1024**3


@dataclass(frozen=True)
class CallPrice:
    """The price of a million calls of one kind, by part; `log` is their rows' storage for as long as they are kept."""

    store: float
    requests: float
    function: float
    lines: float
    egress: float
    log: float

    @property
    def total(self) -> float:
        """All but the storage of the log."""
        return self.store + self.requests + self.function + self.lines + self.egress


def price_call(call: MeteredCall) -> CallPrice:
    """Gives the price of a million calls like this one."""
    seconds = (10 + 5 * max(0, call.usage.requests - 1)) / 1000
    months = RETENTION_DAYS * 24 / 730
    return CallPrice(
        store=call.usage.reads * READ_UNITS + call.usage.writes * WRITE_UNITS,
        requests=REQUESTS,
        function=LAMBDA_REQUESTS + seconds * LAMBDA_GB * LAMBDA_GB_SECOND * MILLION,
        lines=LOG_LINE_BYTES * MILLION / BYTES_OF_GB * LOG_GB,
        egress=call.answer_bytes * MILLION / BYTES_OF_GB * EGRESS_GB,
        log=call.log_bytes * MILLION / BYTES_OF_GB * months * (TABLE_GB_MONTH + BACKUP_GB_MONTH),
    )


def price_idle_month(template: str) -> dict[str, float]:
    """Gives the price of a month without calls, by part, for one deployment with one API Profile."""
    kept = len(re.findall(r"SnapStart:\n    Type: String\n    Default: PublishedVersions$", template, re.MULTILINE))
    alarms = len(re.findall(r"^    Type: AWS::CloudWatch::Alarm$", template, re.MULTILINE))
    snapshots = kept * LAMBDA_GB * SNAPSHOT_GB_MONTH
    return {
        f"SnapStart of {kept} functions": snapshots,
        f"{alarms} alarms": alarms * ALARM_MONTH,
        "the key of the log's digests": KEY_MONTH,
        "a secret, for each API Profile": SECRET_MONTH,
    }


def render_prices(measured: Mapping[str, MeteredCall], template: str) -> str:
    """Renders the two tables in Markdown."""
    return "\n".join([*_render_calls(measured), "", *_render_month(template), ""])


def _render_calls(measured: Mapping[str, MeteredCall]) -> Iterator[str]:
    names = ("store", "API", "Lambda", "lines", "egress", "**sum**", "+ its log, 400 days")
    yield f"| a million calls, $ | store requests | RRU | WRU | {' | '.join(names)} |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for kind, call in measured.items():
        price, used = price_call(call), call.usage
        parts = (price.store, price.requests, price.function, price.lines, price.egress)
        figures = " | ".join(f"{part:.2f}" for part in parts)
        yield (
            f"| {kind} | {used.requests} | {used.reads:g} | {used.writes} | {figures} "
            f"| **{price.total:.1f}** | {price.log:.1f} |"
        )
    yield f"| AgentCore Gateway, without what is behind it | | | | | | | | | **{AGENTCORE_GATEWAY:.1f}** | none |"


def _render_month(template: str) -> Iterator[str]:
    month = price_idle_month(template)
    yield "| a month without calls | $ |"
    yield "|---|---|"
    yield from (f"| {part} | {price:.2f} |" for part, price in month.items())
    yield f"| **sum** | **{sum(month.values()):.2f}** |"


def replace_prices(page: str, tables: str) -> str:
    """Gives the page with these tables between its two marks."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + tables + END + rest.split(END)[1]


def main() -> int:
    """Prints the tables; with `docs`, writes them into docs/performance.md."""
    tables = render_prices(measure_kinds(), TEMPLATE_FILE.read_text(encoding="utf-8"))
    print(tables)
    if sys.argv[1:] == ["docs"]:
        PAGE.write_text(replace_prices(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
