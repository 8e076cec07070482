"""The rows of an import in the API Log: one that it was begun, one that says how it ended, and one for each record written.

The rows of records are those of the methods that wrote them, each in the transaction of its write. Their request ids are the
import's with the number of the line behind it, so that they are found under the import, and each is undone by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject, OperatorOrigin
from affino_mcp.admin.operator_errors import LogUnavailable
from affino_mcp.admin.record_files.line_outcome import ImportCounts
from affino_mcp.audit.channels import IMPORT_CHANNEL
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact_arguments
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.call_audit import CallAudit
from affino_mcp.catalogue.method import Method
from affino_mcp.clock import Clock
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.value_class import value_class

IMPORT_DEED: Final = "import_records"
EXPORT_DEED: Final = "export_records"
_SHOWN_NAME_CHARACTERS: Final = 60


class UnprintedLog(AuditLog):
    """An audit log whose rows leave no line in CloudWatch: an import has one for all its records."""

    def log_row(self, row: AuditRow) -> None:
        """See AuditLog."""


@value_class
class ImportedFile:
    """What the log says of a file: its name, the kind of its lines, its length in bytes and its SHA-256."""

    name: str
    kind: str
    size: int
    sha256: str

    def describe(self) -> dict[str, Any]:
        """The file as the row of an import holds it."""
        return {"File": self.name, "Kind": self.kind, "Bytes": self.size, "SHA256": self.sha256}


@value_class
class FileLog:
    """Writes the rows of what is done with a file. `site` is where it was asked for; `told` is what every row says."""

    by: OperatorOrigin
    told: Mapping[str, Any]
    site: str

    def write_begun(self, deed: str) -> None:
        """Writes the row that the deed was begun. Raises LogUnavailable: then it must not be done."""
        row = replace(self.new_row(deed, {}), outcome=Outcome.BEGUN, status=202)
        try:
            self.by.audit_log.store(row)
        except StoreUnavailable as error:
            raise LogUnavailable from error
        self.by.log_row(row)

    def write_ended(self, deed: str, after: Mapping[str, Any], result: str, *, dry_run: bool = False) -> bool:
        """Writes the row of how the deed ended; False when it cannot be written."""
        return self.by.try_store(replace(self.new_row(deed, after), result=result, dry_run=dry_run))

    def new_row(self, deed: str, after: Mapping[str, Any]) -> AuditRow:
        """A row of the deed, with what the rows say and `after`."""
        subject = ActionSubject(NO_PROFILE, self.site, "")
        return self.by.new_row(deed, subject, {"before": {}, "after": {**self.told, **after}})


@value_class
class ImportLog:
    """Writes the rows of one import of a file."""

    log: FileLog
    file: ImportedFile
    clock: Clock

    @property
    def import_id(self) -> str:
        """The request id of the import."""
        return str(self.log.by.row_fields["request_id"])

    def begin(self) -> None:
        """Writes the row that the import was begun. Raises LogUnavailable: then nothing may be imported."""
        self.log.write_begun(IMPORT_DEED)

    def end(self, counts: ImportCounts, *, is_whole: bool, dry_run: bool = False) -> bool:
        """Writes the row of what became of the lines; False when it cannot be written. `is_whole`: none is left."""
        result = ("dry run: nothing was written; it would be " if dry_run else "") + counts.describe()
        rest = "" if is_whole else "; the rest of the file was not read"
        after = {**counts.to_json(), "Whole file": is_whole}
        return self.log.write_ended(IMPORT_DEED, after, f"{result}{rest}", dry_run=dry_run)

    def start_line(self, method: Method, given: Mapping[str, Any], request_id: str) -> CallAudit:
        """The log of one write for a line; `request_id` begins with the import's."""
        by = self.log.by
        log = UnprintedLog(by.database, by.settings.audit_table, self.clock)
        stamp, own = log.new_stamp(), {**by.row_fields, "request_id": request_id}
        row = AuditRow(
            id=stamp.id,
            at=stamp.at,
            profile_key=NO_PROFILE,
            profile_name=self.log.site,
            method=method.name,
            outcome=Outcome.OK,
            status=200,
            family=method.family,
            access=method.access,
            arguments=redact_arguments(given, [each.name for each in method.all_arguments]),
            channel=IMPORT_CHANNEL,
            **{
                **own,
                "fingerprint": self.import_id,
                "client_name": f"Import of {self.file.name[:_SHOWN_NAME_CHARACTERS]}",
            },
        )
        return CallAudit(log, row, method)
