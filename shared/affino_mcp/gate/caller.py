"""The caller of one call: the profile, person and session behind its credentials, and what it may do.

Nothing of a caller is cached between calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from affino_mcp.catalogue.capability import Access, Capability, Family, Narrowing
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS, ONE_OF_EACH, is_listed, require_listed
from affino_mcp.catalogue.scopes import expand_scopes
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.catalogue.toolset import Toolset
from affino_mcp.clock import format_iso, utc_now
from affino_mcp.errors import Refusal
from affino_mcp.gate.credentials import PresentedSecrets
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_limit import RateState
from affino_mcp.gate.sessions.session_rows import Door
from affino_mcp.gate.sessions.sessions import Session
from affino_mcp.tool_errors import NotOffered, PermissionDenied
from affino_mcp.value_class import replace, value_class
from affino_mcp.zones import WEEKDAYS

__all__ = ["Caller", "Person", "Profile", "RateState", "Session"]

AnyRefusal = TypeVar("AnyRefusal", bound=Refusal)
CURRENT_USER_METHOD: Final = "get_current_user"
"""The catalogue method that the gate answers itself, for every kind of instance."""


@value_class
class Caller:
    """An admitted caller: the profile, the person who acts, their session, and the profile's rate state.

    `former` is the previous secret when the caller used that one instead of the current secret. `toolset` is what the
    connection narrows it to; None when it does not. `at` is when the caller was admitted. `token` is the person's own token,
    which an instance elsewhere knows too; empty for one that is this service's own. `offered` are the names of the methods
    that the instance carries out; None for all. `presented` is what the call's row must know of the credentials.
    """

    profile: Profile
    person: Person
    session: Session
    rate: RateState
    former: PreviousSecret | None = None
    toolset: Toolset | None = None
    at: datetime = field(default_factory=utc_now)
    token: str = field(default="", repr=False)
    offered: frozenset[str] | None = None
    presented: PresentedSecrets = field(default=PresentedSecrets((), ""), repr=False)

    @cached_property
    def listed(self) -> Capability:
        """What tools are listed by: what the profile allows, without what the person declined for an app, within the toolset."""
        own = self.profile.capability
        if self.session.door is Door.OAUTH:
            declined = expand_scopes(self.session.declined)
            own = own.narrow(lambda family, access: (family, access) not in declined, Narrowing.GRANT)
        return own if self.toolset is None else self.toolset.narrow(own)

    @cached_property
    def capability(self) -> Capability:
        """What every decision about a call goes by: what is listed, of an app within its scopes."""
        if self.session.door is not Door.OAUTH:
            return self.listed
        granted = expand_scopes(self.session.scopes)
        return self.listed.narrow(lambda family, access: (family, access) in granted, Narrowing.SCOPE)

    def concern(self, refusal: AnyRefusal) -> AnyRefusal:
        """The refusal of this caller's call, for its audit row."""
        return in_session(refusal.concerning(self.profile, self.person, self.session.fingerprint), self.session)

    def narrowed_to(self, toolset: Toolset | None) -> Caller:
        """The caller on a connection that this toolset narrows."""
        return self if toolset is None else replace(self, toolset=toolset)

    def view_tools(self) -> ToolView:
        """The tools as this caller sees them."""
        may_use = lambda method: self.holds_right(method, self.at)  # noqa: E731
        return ToolView(self.listed, self.profile.mode, self.profile.confirm, may_use, self.offered)

    def require_offered(self, method: Method) -> None:
        """Raises NotOffered for a method that the instance does not carry out."""
        if self.offered is not None and method.name in METHODS and method.name not in self.offered:
            raise NotOffered

    def holds_right(self, method: Method, at: datetime) -> bool:
        """True when the method needs no right of its own, or the person holds it at this moment."""
        return not method.right or self.person.has_right(method.right, at)

    @property
    def cursor_key(self) -> bytes:
        """The key that signs list cursors for this profile."""
        return self.profile.cursor_key


def in_session(refusal: AnyRefusal, session: Session | None) -> AnyRefusal:
    """Gives the refusal with the session of the refused call, for its audit row; it keeps that of its own without one."""
    refusal.session = session or refusal.session
    return refusal


def authorise(caller: Caller, method: Method, at: datetime) -> None:
    """Raises ToolDisabled when profile, grant, toolset or scopes leave it out, PermissionDenied when the person lacks its right.

    Raises NotOffered for a method that the instance does not carry out.
    The instance checks the rules of single records (own or other people's, security of sections and forums).
    """
    require_listed(method, caller.capability)
    caller.require_offered(method)
    if not caller.holds_right(method, at):
        raise PermissionDenied(method.right)


def describe_current_user(caller: Caller, zone_name: str, today: date, at: datetime, *, staff: bool) -> dict[str, Any]:
    """Gives the answer of `get_current_user`: `today` is the day that it is in the zone; `staff` may own records.

    A family's access holds when the profile switches it on and the person has the right of one of its tools.
    """
    held = caller.person.held_among(_RIGHTS, at)
    access = _describe_access(frozenset(caller.capability.families.items()), held)
    return {
        "UserCode": caller.person.user_code,
        "Name": caller.person.name,
        "Email": caller.person.email,
        "ApiProfile": caller.profile.name,
        "Staff": staff,
        "TimeZone": zone_name,
        "Today": today.isoformat(),
        "Weekday": WEEKDAYS[today.weekday()],
        "Families": {family: list(words) for family, words in access.held},
        "Rights": list(access.rights),
        "NotAllowed": {family: list(words) for family, words in access.missing},
        "SessionExpires": format_iso(datetime.fromtimestamp(caller.session.expires, UTC)),
        "RateLimit": caller.profile.rate,
    }


_SWITCHED_METHODS: Final = tuple(method for method in ONE_OF_EACH if method.family != Family.ALWAYS)
_RIGHTS: Final = frozenset(method.right for method in _SWITCHED_METHODS if method.right)
"""Every right that a tool of a family asks for."""
FamilyWords = tuple[tuple[str, tuple[str, ...]], ...]
"""Families with the words of their accesses, both in order."""


class _HeldAccess(NamedTuple):
    """What of a capability a person holds: accesses by family, the rights for them, and the accesses that are missing."""

    held: FamilyWords
    rights: tuple[str, ...]
    missing: FamilyWords


@lru_cache(maxsize=256)
def _describe_access(families: frozenset[tuple[str, frozenset[Access]]], rights: frozenset[str]) -> _HeldAccess:
    """Gives what a person with these rights holds of a capability. It follows from the catalogue alone, so it is kept."""
    capability = Capability(dict(families))
    listed = [method for method in _SWITCHED_METHODS if is_listed(method, capability)]
    held = [method for method in listed if not method.right or method.right in rights]
    accesses = {(method.family, method.access) for method in held}
    missing = [method for method in listed if (method.family, method.access) not in accesses]
    asked = sorted({method.right for method in held if method.right})
    return _HeldAccess(_access_words(held), tuple(asked), _access_words(missing))


def _access_words(methods: Iterable[Method]) -> FamilyWords:
    found: dict[str, set[str]] = {}
    for method in methods:
        found.setdefault(str(method.family), set()).add(str(method.access))
    return tuple((family, tuple(sorted(words))) for family, words in sorted(found.items()))
