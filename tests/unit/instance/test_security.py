"""Guards and groups: an oracle in a line, against the one function that decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin import security
from affino_mcp.instance.builtin.document import Document

NAMES = st.sampled_from(("Editors", "Publishers", "Sales", security.EVERYBODY))
GUARDS = st.builds(
    lambda groups, deleted: Document("sections", 1, 1, {k: sorted(v) for k, v in groups.items()}, {}, deleted),
    st.fixed_dictionaries({}, optional={deed: st.sets(NAMES) for deed in security.DEEDS}),
    st.booleans(),
)


@dataclass(frozen=True)
class Actor:
    groups: tuple[str, ...]
    user_code: int = 1
    name: str = "Pip"

    def has(self, right: str, at: datetime) -> bool:
        return True


ACTORS = st.builds(Actor, st.lists(NAMES.filter(lambda n: n != security.EVERYBODY)).map(tuple))


@given(ACTORS, st.none() | GUARDS, st.none() | GUARDS)
def test_only_a_named_group_opens_whatever_the_rights(
    actor: Actor, place: Document | None, more: Document | None
) -> None:
    def opens(guard: Document | None, deed: str) -> bool:
        named = guard.values.get(deed, []) if guard and not guard.deleted else []
        return any(name in (*actor.groups, security.EVERYBODY) for name in named)

    reads = opens(place, security.READ) and opens(more, security.READ)
    assert security.may_read(actor, place, more) == reads
    assert security.may_write(actor, place, more) == (reads and opens(place, security.WRITE))
    assert security.may_post(actor, place, more) == (reads and opens(place, security.POST))
    assert security.may_publish(actor, place, more) == (
        security.may_write(actor, place, more) and opens(place, security.PUBLISH)
    )


@given(ACTORS, GUARDS, st.sampled_from(security.DEEDS))
def test_the_tags_of_the_index_decide_alike(actor: Actor, guard: Document, deed: str) -> None:
    carried = set(security.tags(guard)) & set(security.tags_of(actor, deed))
    assert bool(carried) == (security.allows(actor, guard, deed) or (guard.deleted and bool(carried)))
