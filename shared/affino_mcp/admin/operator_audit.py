"""Operators' own actions in the API Log (channel `control`): who, on what, before and after. Never a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact
from affino_mcp.audit.row import CONTROL, Outcome, Row
from affino_mcp.clock import stopwatch
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.tool_errors import Unexpected

NOWHERE: Final = "control"
"""Stands for the profile in rows of actions that concern none."""


@dataclass(frozen=True)
class Subject:
    """What an action is about: the profile whose log it belongs to, and the record."""

    profile_key: str
    profile_name: str
    record: str

    @classmethod
    def profile(cls, profile: Profile) -> Subject:
        """An API Profile."""
        return cls.new_profile(profile.key, profile.name)

    @classmethod
    def new_profile(cls, key: str, name: str) -> Subject:
        """An API Profile that is about to be made."""
        return cls(key, name, f"api_profiles#{key}")

    @classmethod
    def person(cls, person: Person) -> Subject:
        """A person."""
        return cls(NOWHERE, "Control Centre", f"people#{person.user_code}")


LOG: Final = Subject(NOWHERE, "Control Centre", "")
"""The API Log itself."""


def described(profile: Profile) -> dict[str, Any]:
    """A profile as the log keeps it: everything but the secret."""
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
    """Who acts, from where, and how a row is written there."""

    audit: AuditLog
    write: Callable[[Row], None]
    origin: Mapping[str, Any]
    """Fields of the row: the person's, the request's, the client's."""


@contextmanager
def written(by: By, deed: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[None]:
    """Do something that is in the log: its row is written first, so that nothing is ever done without one.

    When it then fails, a second row of the same request says so. Raises StoreUnavailable when the row cannot be written.
    """
    elapsed, row = stopwatch(), _row(by, deed, subject, {"before": dict(before), "after": dict(after)})
    by.write(row)
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, AffinoError) else Unexpected()
        failed = {"code": known.code, "type": known.type, "message": f"Not done: {known.message}"}
        again = replace(row, **by.audit.stamp()._asdict(), outcome=Outcome.ERROR, status=409, error=failed)
        by.write(replace(again, duration_ms=elapsed()))
        raise


def _row(by: By, deed: str, subject: Subject, arguments: dict[str, Any]) -> Row:
    stamp = by.audit.stamp()
    return Row(
        id=stamp.id,
        at=stamp.at,
        profile_key=subject.profile_key,
        profile_name=subject.profile_name,
        method=deed,
        outcome=Outcome.OK,
        status=200,
        access="write",
        arguments=redact(arguments),
        record=subject.record,
        records=(subject.record,) if subject.record else (),
        channel=CONTROL,
        **by.origin,
    )
