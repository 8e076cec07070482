"""The explanation of a person's rights in a place agrees with the functions that decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import DEFAULT_GROUPS
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.website.place_rights import PLACE_ACTIONS, explain_action
from tests.clock import START

DECIDES: dict[tuple[str, str], Callable[..., bool]] = {
    (SECTION.family, "read"): record_security.may_read,
    (SECTION.family, "write"): record_security.may_write,
    (SECTION.family, "publish"): record_security.may_publish,
    (FORUM.family, "read"): record_security.may_read,
    (FORUM.family, "post"): record_security.may_post,
}
GROUP = st.sampled_from([*sorted(SECURITY_GROUPS), record_security.EVERYBODY])


def test_every_deed_has_somebody_who_decides() -> None:
    assert set(DECIDES) == {(kind, deed.name) for kind, deeds in PLACE_ACTIONS.items() for deed in deeds}


@pytest.mark.parametrize(("kind", "name"), DECIDES, ids=" ".join)
@given(
    named=st.fixed_dictionaries({deed: st.lists(GROUP, max_size=3) for deed in record_security.GUARDED_ACTIONS}),
    groups=st.lists(st.sampled_from(sorted(SECURITY_GROUPS)), max_size=3, unique=True),
    granted=st.booleans(),
)
def test_the_same_answer(kind: str, name: str, named: dict[str, Any], groups: list[str], *, granted: bool) -> None:
    (deed,) = [deed for deed in PLACE_ACTIONS[kind] if deed.name == name]
    person = DEFAULT_GROUPS.grant(Person(1, "A", "a@b.c", tuple(groups), {deed.right: None} if granted else {}))
    guard = Document(kind, 1, 1, {"Name": "Somewhere"} | named, {})
    found = explain_action(guard, deed, person, START)
    assert found.held == (person.has_right(deed.right, START) and DECIDES[kind, name](person, guard))
    assert found.because
