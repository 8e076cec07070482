"""Audit of operators' own actions in the API Log (channel `control`): who, on what, before and after. Never a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact_arguments
from affino_mcp.audit.row import CONTROL_CHANNEL, AuditRow, Outcome
from affino_mcp.clock import start_stopwatch
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.tool_errors import Unexpected

NO_PROFILE: Final = "control"
"""The profile key in rows of actions that concern no profile."""


@dataclass(frozen=True)
class ActionSubject:
    """What an action is about: the profile in whose log its row is, and the record."""

    profile_key: str
    profile_name: str
    record: str

    @classmethod
    def from_profile(cls, profile: Profile) -> ActionSubject:
        """The subject of an action on an API Profile."""
        return cls.from_new_profile(profile.key, profile.name)

    @classmethod
    def from_new_profile(cls, key: str, name: str) -> ActionSubject:
        """The subject of creating an API Profile, which does not exist yet."""
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
        **profile.options,
    }


@dataclass(frozen=True)
class OperatorOrigin:
    """The operator who acts, from where, and the function that writes the audit row."""

    audit_log: AuditLog
    write_row: Callable[[AuditRow], None]
    row_fields: Mapping[str, Any]
    """Fields of the row that say who acts, in which request, with which client."""


@contextmanager
def audit_action(
    by: OperatorOrigin, deed: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Audits the action in the body: writes its row first, so that no action happens without one.

    Takes the operator, the action's name, its subject, and the values before and after. When the body raises, a second row
    of the same request records the failure. Raises StoreUnavailable when the row cannot be written.
    """
    elapsed, row = start_stopwatch(), _new_row(by, deed, subject, {"before": dict(before), "after": dict(after)})
    by.write_row(row)
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, AffinoError) else Unexpected()
        failed = {"code": known.code, "type": known.type, "message": f"Not done: {known.message}"}
        again = replace(row, **by.audit_log.new_stamp()._asdict(), outcome=Outcome.ERROR, status=409, error=failed)
        by.write_row(replace(again, duration_ms=elapsed()))
        raise


def _new_row(by: OperatorOrigin, deed: str, subject: ActionSubject, arguments: dict[str, Any]) -> AuditRow:
    stamp = by.audit_log.new_stamp()
    return AuditRow(
        id=stamp.id,
        at=stamp.at,
        profile_key=subject.profile_key,
        profile_name=subject.profile_name,
        method=deed,
        outcome=Outcome.OK,
        status=200,
        access="write",
        arguments=redact_arguments(arguments),
        record=subject.record,
        records=(subject.record,) if subject.record else (),
        channel=CONTROL_CHANNEL,
        **by.row_fields,
    )
