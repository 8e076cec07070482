"""Which writes need confirmation: exactly those that delete, moderate or publish, whatever was done before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import ToolError
from tests.unit.instance.deeds import DEEDS, Deed, Desk

MODERATION = {
    "moderate_article_comment",
    "moderate_forum_thread",
    "moderate_forum_post",
    "moderate_pending",
    "publish_articles",
    "split_forum_thread",
}
"""What moderates or publishes, whatever it is given."""
SOMETIMES = {"create_article", "update_article", "undo_change", "undo_changes"}


class Asked(ToolError):
    """The refusal of a write that is not confirmed."""


def test_the_methods_that_may_ask() -> None:
    deletes = {name for name in METHODS if name.startswith(("delete_", "merge_"))}
    assert {name for name, method in METHODS.items() if method.effect is Effect.DELETE} == deletes
    assert {name for name, method in METHODS.items() if method.always_needs_confirmation} == deletes | MODERATION
    assert {
        name for name, method in METHODS.items() if method.may_need_confirmation
    } == deletes | MODERATION | SOMETIMES


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
def test_only_they_take_confirm_and_only_on_confirming_profiles(method: Any) -> None:
    plain, asking = ([f.name for f in method.for_profile(confirm=confirm).all_arguments] for confirm in (False, True))
    assert method.for_profile(confirm=False) is method
    assert asking == plain + (["Confirm"] if method.may_need_confirmation else [])


def _attempt(desk: Desk, tool: str, values: dict[str, Any]) -> type[ToolError] | None:
    try:
        desk.call(tool, **values)
    except ToolError as error:
        return type(error)
    return None


def _live(state: tuple[dict[str, Any], bool] | None) -> bool:
    return state is not None and bool(state[0].get("Live")) and not state[1]


def _is_grave(tool: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a write that was carried out deleted, moderated or published, judged by the records alone."""
    changed = {ref for ref in after if after[ref] != before.get(ref)}
    published = any(_live(after[ref]) and not _live(before.get(ref)) for ref in changed)
    gone = any(after[ref][1] and not (ref in before and before[ref][1]) for ref in changed)
    deletes = METHODS[tool].effect is Effect.DELETE or tool in ("undo_change", "undo_changes")
    return published or (gone and deletes) or (tool in MODERATION and bool(changed))


def _step(desk: Desk, tool: str, values: dict[str, Any]) -> None:
    """Carries out an unconfirmed write and, when it needs confirmation, the same write confirmed."""
    before = desk.now()
    desk.unconfirmed = lambda _: Asked()
    answer = _attempt(desk, tool, values)
    if answer is Asked:
        assert desk.now() == before
        desk.unconfirmed = lambda _: None
        assert _attempt(desk, tool, values) is None, "what would be refused anyway is never asked about"
    assert (answer is Asked) == (answer in {Asked, None} and _is_grave(tool, before, desk.now())), tool


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.booleans()), min_size=1, max_size=8))
def test_a_write_asks_exactly_when_it_is_grave(work: list[tuple[Deed, bool]]) -> None:
    desk = Desk()
    for (tool, values), undone in work:
        _step(desk, tool, desk.filled(values))
        if undone:
            for record in desk.latest():
                _step(desk, "undo_change", {name: record[name] for name in ("Family", "Code", "Version")})


@pytest.mark.parametrize("deed", DEEDS, ids=[f"{n}-{tool}" for n, (tool, _) in enumerate(DEEDS)])
def test_every_deed_on_a_fresh_stock(deed: Deed) -> None:
    desk = Desk()
    _step(desk, deed[0], desk.filled(deed[1]))
