"""What operators ask where the records are in an instance elsewhere: that instance decides, and nothing here is asked for it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from affino_mcp.errors import AffinoError
from affino_mcp.instance.record_finder import NamedRecord
from affino_mcp.instance.upkeep import KnownContact
from affino_mcp.settings import Settings

OPERATOR_CODES: Final = range(5 * 10**14, 10**15)
"""The codes of operators who are made in a service in front of another instance: the highest of 15 digits."""


class InstanceDecides(AffinoError):
    """The records are those of the instance at `url`, which alone shows and changes them to operators."""

    type = "instance_decides"
    status: ClassVar[int] = 409

    def __init__(self, url: str) -> None:
        super().__init__(
            f"The records of this service are those of {url}: that instance decides. Its operators see and change there "
            "what you asked for; this service has nothing of it."
        )


def require_own_records(settings: Settings) -> None:
    """Raises InstanceDecides where the records are in an instance elsewhere."""
    if settings.instance_url:
        raise InstanceDecides(settings.instance_url)


class ElsewherePorts:
    """See OperatorPorts: those of an instance elsewhere, which tells operators nothing through this service."""

    def __init__(self, url: str) -> None:
        decider: Any = _Decider(url)
        self.contact_erasure = self.record_restorer = self.index_upkeep = self.structure_keeper = decider
        self.staff_contacts, self.record_finder = ElsewhereStaff(), NoRecordFinder()


class _Decider:
    """A port of which every method raises InstanceDecides."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise InstanceDecides(self._url)


class ElsewhereStaff:
    """See StaffContacts: contacts are at the other instance. Who is made here is an operator of this service, without one."""

    def find_contact(self, email: str) -> KnownContact | None:
        """See StaffContacts: None, as no contact is here."""

    def enrol(self, name: str, email: str, at: datetime) -> int:  # noqa: ARG002 (see StaffContacts)
        """Gives a code by chance, so high that it is none of the other instance's people; makes no contact."""
        return secrets.choice(OPERATOR_CODES)

    def amend(self, code: int, name: str | None, email: str | None, at: datetime) -> None:
        """See StaffContacts: there is nothing here to change."""

    def mark_disabled(self, code: int, at: datetime, *, disabled: bool) -> None:
        """See StaffContacts: there is nothing here to mark."""


class NoRecordFinder:
    """See RecordFinder: the names of records are at the other instance, so that none is found here."""

    def find_records(self, words: str, family: str = "") -> Sequence[NamedRecord]:  # noqa: ARG002 (see RecordFinder)
        """See RecordFinder."""
        return ()
