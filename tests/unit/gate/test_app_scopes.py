"""What an app may do: what the profile allows, without what the person declined, within what was granted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family, Narrowing
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.catalogue.scopes import SCOPES, expand_scopes, list_needed_scopes
from affino_mcp.gate.caller import Caller, Person, Profile, RateState, Session
from affino_mcp.gate.sessions.session_rows import Door

Words = frozenset[str]


SOME = st.frozensets(st.sampled_from(SCOPES), max_size=6)
TRIED = [
    next(m for m in METHODS.values() if (m.family, m.access) == (family, access))
    for family in SWITCHED_FAMILIES
    for access in Access
]
"""A tool of each family and access."""


def make_caller(profile: Words, scopes: Words, declined: Words, door: Door = Door.OAUTH) -> Caller:
    accesses = expand_scopes(profile)
    families = {str(family): frozenset(a for f, a in accesses if f == family) for family in SWITCHED_FAMILIES}
    session = Session("", 0, "", door=door, scopes=scopes, declined=declined)
    owner = Profile(key="", name="", version="", secret="", capability=Capability(families), rate=1, burst=1)
    return Caller(owner, Person(user_code=7, name="", email=""), session, RateState(1, 1, 0))


@given(profile=SOME, scopes=SOME, declined=SOME)
@settings(deadline=None, max_examples=60)
def test_a_caller_may_do_what_profile_and_scopes_allow_and_the_person_has_not_declined(
    profile: frozenset[str], scopes: frozenset[str], declined: frozenset[str]
) -> None:
    """The model: three sets of accesses. Lists are of the first without the last, calls within the middle one too."""
    caller = make_caller(profile, scopes, declined)
    allowed, given_up, granted = (expand_scopes(each) for each in (profile, declined, scopes))
    other_door = make_caller(profile, scopes, declined, Door.CREDENTIALS)
    for method in TRIED:
        assert is_listed(method, other_door.capability) is ((Family(method.family), method.access) in allowed)
        own = (Family(method.family), method.access)
        assert is_listed(method, caller.listed) is (own in allowed - given_up)
        assert is_listed(method, caller.capability) is (own in (allowed - given_up) & granted)
        cause = Narrowing.GRANT if own in given_up else Narrowing.NONE if own in granted else Narrowing.SCOPE
        assert caller.capability.leaves_out(*own) is (cause if own in allowed else Narrowing.NONE)
    assert is_listed(METHODS["get_current_user"], caller.capability), "a tool of every profile needs no scope"


def test_a_tool_of_whichever_family_is_named_needs_that_family_alone() -> None:
    """Or the broad scope, when none was named."""
    undo = METHODS["undo_change"]
    assert list_needed_scopes(undo, "accounts.write") == ["accounts:write"]
    assert list_needed_scopes(undo, f"{undo.family}.write") == ["write"]
