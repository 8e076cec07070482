"""Restores tables to a moment, beside the tables themselves, with the caller's own AWS credentials.

DynamoDB makes a new table from the backups of the last 35 days. It leaves out what belongs to a table and not to its rows:
expiry, backups and protection are set here (Amazon DynamoDB Developer Guide, point-in-time recovery).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.clock import format_iso
from affino_mcp.errors import AffinoError
from affino_mcp.value_class import value_class

TTL_ATTRIBUTE: Final = "ttl"
_POLL_SECONDS: Final = 15
_MAX_POLLS: Final = 24 * 3600 // _POLL_SECONDS


class RestoreRefused(AffinoError):
    """AWS did not restore a table, or cannot."""

    type = "restore_refused"


@value_class
class TableRestore:
    """A table that is restored: `source` as it was at a moment, as the new table `target`."""

    source: str
    target: str


class TableRestorer:
    """Restores tables in one region. Every step may be repeated; what was begun is gone on with. All raise RestoreRefused."""

    def __init__(self, region: str) -> None:
        import boto3  # noqa: PLC0415 (slow to import; only this command needs it)

        self._tables = boto3.client("dynamodb", region_name=region)

    def find_moment(self, sources: Sequence[str], asked: datetime | None) -> datetime:
        """Gives the moment to which all these tables can be restored: the one that is asked for, else the latest."""
        spans = [self._find_span(source) for source in sources]
        if asked is None:
            return min(latest for _, latest in spans)
        for source, (earliest, latest) in zip(sources, spans, strict=True):
            if not earliest <= asked <= latest:
                said = f"{source} can be restored to moments from {format_iso(earliest)} to {format_iso(latest)}"
                raise RestoreRefused(f"{said}, not to {format_iso(asked)}. Nothing was done.")
        return asked

    def begin(self, one: TableRestore, moment: datetime) -> bool:
        """Begins the restore; False when the new table is there already, from an earlier attempt."""
        with _refusing(one.source):
            try:
                self._tables.describe_table(TableName=one.target)
            except self._tables.exceptions.ResourceNotFoundException:
                names = {"SourceTableName": one.source, "TargetTableName": one.target}
                self._tables.restore_table_to_point_in_time(**names, RestoreDateTime=moment)
                return True
            return False

    def finish(self, one: TableRestore) -> None:
        """Waits until the new table is there, and sets what a restore leaves out."""
        with _refusing(one.target):
            waits = {"Delay": _POLL_SECONDS, "MaxAttempts": _MAX_POLLS}
            self._tables.get_waiter("table_exists").wait(TableName=one.target, WaiterConfig=waits)
            if self._describe_expiry(one.target) not in ("ENABLED", "ENABLING"):
                expiry = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
                self._tables.update_time_to_live(TableName=one.target, TimeToLiveSpecification=expiry)
            backups = {"PointInTimeRecoveryEnabled": True}
            self._tables.update_continuous_backups(TableName=one.target, PointInTimeRecoverySpecification=backups)
            self._tables.update_table(TableName=one.target, DeletionProtectionEnabled=True)

    def _describe_expiry(self, table: str) -> str:
        found = self._tables.describe_time_to_live(TableName=table)
        return str(found["TimeToLiveDescription"]["TimeToLiveStatus"])

    def _find_span(self, source: str) -> tuple[datetime, datetime]:
        with _refusing(source):
            found = self._tables.describe_continuous_backups(TableName=source)["ContinuousBackupsDescription"]
        span: dict[str, Any] = found["PointInTimeRecoveryDescription"]
        if span["PointInTimeRecoveryStatus"] != "ENABLED":
            raise RestoreRefused(f"{source} has no point-in-time recovery. Nothing was done.")
        return span["EarliestRestorableDateTime"].astimezone(UTC), span["LatestRestorableDateTime"].astimezone(UTC)


@contextmanager
def _refusing(table: str) -> Iterator[None]:
    """Turns an error of AWS into RestoreRefused, with AWS's name of it."""
    from botocore.exceptions import BotoCoreError, ClientError, WaiterError  # noqa: PLC0415 (as above)

    again = "Say the same command again: it goes on where this one ended."
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))[:60]
        raise RestoreRefused(f"AWS refused a step of restoring {table} ({code}). {again}") from error
    except WaiterError as error:
        raise RestoreRefused(f"{table} is not there after a day. {again}") from error
    except BotoCoreError as error:
        raise RestoreRefused(f"AWS gave no answer about {table}. {again}") from error
