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

NOWHERE: Final = "control"
"""The profile key in rows of actions that concern no profile."""


@dataclass(frozen=True)
class Subject:
    """What an action is about: the profile in whose log its row is, and the record."""

    profile_key: str
    profile_name: str
    record: str

    @classmethod
    def profile(cls, profile: Profile) -> Subject:
        """The subject of an action on an API Profile."""
        return cls.new_profile(profile.key, profile.name)

    @classmethod
    def new_profile(cls, key: str, name: str) -> Subject:
        """The subject of creating an API Profile, which does not exist yet."""
        return cls(key, name, f"api_profiles#{key}")

    @classmethod
    def person(cls, person: Person) -> Subject:
        """The subject of an action on a person."""
        return cls(NOWHERE, "Control Centre", f"people#{person.user_code}")


LOG: Final = Subject(NOWHERE, "Control Centre", "")
"""The subject of actions on the API Log itself."""


def described(profile: Profile) -> dict[str, Any]:
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
class By:
    """The operator who acts, from where, and the function that writes the audit row."""

    audit: AuditLog
    write: Callable[[AuditRow], None]
    origin: Mapping[str, Any]
    """Fields of the row that say who acts, in which request, with which client."""


@contextmanager
def written(by: By, deed: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[None]:
    """Audits the action in the body: writes its row first, so that no action happens without one.

    Takes the operator, the action's name, its subject, and the values before and after. When the body raises, a second row
    of the same request records the failure. Raises StoreUnavailable when the row cannot be written.
    """
    elapsed, row = start_stopwatch(), _row(by, deed, subject, {"before": dict(before), "after": dict(after)})
    by.write(row)
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, AffinoError) else Unexpected()
        failed = {"code": known.code, "type": known.type, "message": f"Not done: {known.message}"}
        again = replace(row, **by.audit.new_stamp()._asdict(), outcome=Outcome.ERROR, status=409, error=failed)
        by.write(replace(again, duration_ms=elapsed()))
        raise


def _row(by: By, deed: str, subject: Subject, arguments: dict[str, Any]) -> AuditRow:
    stamp = by.audit.new_stamp()
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
        **by.origin,
    )
