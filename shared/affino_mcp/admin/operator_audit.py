"""What rows of operators' own actions say (channel `control`): who, on what, before and after. Never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp import observability
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact_arguments
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class

NO_PROFILE: Final = "control"
"""The profile key in rows of actions that concern no profile."""


@value_class
class ActionSubject:
    """What an action is about: the profile in whose log its row is, and the record."""

    profile_key: str
    profile_name: str
    record: str

    @classmethod
    def from_profile(cls, profile: Profile) -> ActionSubject:
        """The subject of an action on an API Profile."""
        return cls.from_profile_key(profile.key, profile.name)

    @classmethod
    def from_profile_key(cls, key: str, name: str) -> ActionSubject:
        """The subject of an action on an API Profile that does not exist yet, or is not read."""
        return cls(key, name, f"api_profiles#{key}")

    @classmethod
    def from_person(cls, person: Person) -> ActionSubject:
        """The subject of an action on a person."""
        return cls(NO_PROFILE, "Control Centre", f"people#{person.user_code}")


LOG_SUBJECT: Final = ActionSubject(NO_PROFILE, "Control Centre", "")
"""The subject of actions on the API Log itself."""


def describe_profile(profile: Profile) -> dict[str, Any]:
    """A profile as audit rows hold it: everything except the secret."""
    return {
        "name": profile.name,
        "families": profile.capability.to_json(),
        "rate": profile.rate,
        "burst": profile.burst,
        "notes": profile.notes,
        "mode": str(profile.mode),
        **profile.options,
        **profile.terms.to_json(),
    }


@value_class
class OperatorOrigin:
    """The operator who acts, from where, and the stores in which the deed is done and recorded.

    `row_fields` say who acts, in which request, with which client. `has_log_lines`: the process's output goes to
    CloudWatch; a command in a shell tells its user instead.
    """

    database: Database
    settings: Settings
    audit_log: AuditLog
    row_fields: Mapping[str, Any]
    has_log_lines: bool = True

    def new_row(self, deed: str, subject: ActionSubject, arguments: Mapping[str, Any]) -> AuditRow:
        """Gives the row of a deed that is done, with the values before and after as its arguments."""
        stamp = self.audit_log.new_stamp()
        return AuditRow(
            id=stamp.id,
            at=stamp.at,
            profile_key=subject.profile_key,
            profile_name=subject.profile_name,
            method=deed,
            outcome=Outcome.OK,
            status=200,
            access="write",
            arguments=redact_arguments(dict(arguments)),
            record=subject.record,
            records=(subject.record,) if subject.record else (),
            channel=CONTROL_CHANNEL,
            **self.row_fields,
        )

    def try_store(self, row: AuditRow) -> bool:
        """Writes a closing row with its log line; False when it cannot be written."""
        try:
            self.audit_log.store(row)
        except StoreUnavailable:
            return False
        self.log_row(row)
        return True

    def log_row(self, row: AuditRow) -> None:
        """Writes the log line of a row that is written."""
        if self.has_log_lines:
            self.audit_log.log_row(row)

    def report_unlogged(self, row: AuditRow) -> None:
        """Logs that a deed was done whose row cannot be written now, with ids only, and counts it for the alarm."""
        if self.has_log_lines:
            observability.count_metric("OperatorRowLost")
            fields = {"request_id": row.request_id, "row": row.id, "method": row.method}
            observability.log_fault("operator row lost", fields)
