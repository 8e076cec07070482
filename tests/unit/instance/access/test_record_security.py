"""Guards and groups: a one-line oracle, compared with the functions that decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.document import Document

NAMES = st.sampled_from(("Editors", "Publishers", "Sales", record_security.EVERYBODY))
GUARDS = st.builds(
    lambda groups, deleted: Document("sections", 1, 1, {k: sorted(v) for k, v in groups.items()}, {}, deleted),
    st.fixed_dictionaries({}, optional={deed: st.sets(NAMES) for deed in record_security.GUARDED_ACTIONS}),
    st.booleans(),
)


@dataclass(frozen=True)
class Actor:
    groups: tuple[str, ...]
    user_code: int = 1
    name: str = "Pip"

    def has_right(self, right: str, at: datetime) -> bool:
        return True


ACTORS = st.builds(Actor, st.lists(NAMES.filter(lambda n: n != record_security.EVERYBODY)).map(tuple))


@given(ACTORS, st.none() | GUARDS, st.none() | GUARDS)
def test_only_a_named_group_opens_whatever_the_rights(
    actor: Actor, place: Document | None, more: Document | None
) -> None:
    def opens(guard: Document | None, deed: str) -> bool:
        named = guard.values.get(deed, []) if guard and not guard.deleted else []
        return any(name in (*actor.groups, record_security.EVERYBODY) for name in named)

    reads = opens(place, record_security.READ_ACTION) and opens(more, record_security.READ_ACTION)
    assert record_security.may_read(actor, place, more) == reads
    assert record_security.may_write(actor, place, more) == (reads and opens(place, record_security.WRITE_ACTION))
    assert record_security.may_post(actor, place, more) == (reads and opens(place, record_security.POST_ACTION))
    assert record_security.may_publish(actor, place, more) == (
        record_security.may_write(actor, place, more) and opens(place, record_security.PUBLISH_ACTION)
    )


@given(ACTORS, GUARDS, st.sampled_from(record_security.GUARDED_ACTIONS))
def test_the_tags_of_the_index_decide_alike(actor: Actor, guard: Document, deed: str) -> None:
    carried = set(record_security.guard_tags(guard)) & set(record_security.person_tags(actor, deed))
    assert bool(carried) == (record_security.may_act(actor, guard, deed) or (guard.deleted and bool(carried)))
