"""The form of this service's log lines: Powertools', put together in one step."""

from __future__ import annotations

from logging import LogRecord, makeLogRecord
from typing import Any, Final

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from affino_mcp.compact_json import to_json
from affino_mcp.settings import read_trace_environment

_NO_FIELDS: Final = frozenset(
    {*vars(makeLogRecord({})), "message", "asctime", "taskName", "level", "location", "timestamp"}
)
"""The attributes that logging itself gives a record, and the names of a line's own members; every other one is a field."""


class LineFormatter(LambdaPowertoolsFormatter):
    """Writes the line that Powertools writes of a record with a plain text.

    Powertools copies the record and tries to read the text as JSON, which takes twice as long. What has an exception,
    arguments or another text is left to it.
    """

    def format(self, record: LogRecord) -> str:
        """Gives the line of a record, as JSON."""
        if record.exc_info or record.args or not isinstance(record.msg, str):
            return super().format(record)
        own = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.msg,
            "timestamp": self.formatTime(record),
        }
        fields = {name: value for name, value in vars(record).items() if name not in _NO_FIELDS}
        trace = read_trace_environment().header.partition(";")[0].replace("Root=", "")
        line = {**self.get_current_keys(), **own, **fields, "xray_trace_id": trace or None}
        return self.serialize({name: value for name, value in line.items() if value is not None})

    def serialize(self, log: Any) -> str:
        """Gives the JSON of a line; what JSON cannot say is left to Powertools, which writes it as a text."""
        try:
            return to_json(log)
        except TypeError:
            return super().serialize(log)
