"""A merge in steps to whose other record much is put meanwhile: a further round moves it, or says why it did not."""

from __future__ import annotations

from collections.abc import Sequence

from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Update, WriteOp
from tests.flow.merge_stage import make_stage


def test_a_later_round_that_cannot_be_counted_is_told_as_what_was_made() -> None:
    stage = make_stage()
    database = stage.world.database
    inner, update, begun = database.transact, database.update, list[str]()

    def crowded(ops: Sequence[WriteOp], token: str) -> None:
        inner(ops, token)
        if not begun and any(op.table == stage.world.settings.records_table for op in ops):
            begun.append("merge")
            for _ in range(12):
                stage.manager.call_tool("create_note", Body="Called", UserCode=stage.other).result  # noqa: B018
            begun.append("crowded")

    def uncounted(op: Update) -> Item:
        if "crowded" in begun and "tat" in (op.add or {}):
            raise StoreUnavailable
        return update(op)

    database.transact, database.update = crowded, uncounted  # type: ignore[method-assign]
    stopped = stage.merge().result["Warnings"][-1]
    database.transact, database.update = inner, update  # type: ignore[method-assign]
    assert stopped["Code"] == "INCOMPLETE"
    assert f"Contact {stage.other} is still there" in stopped["Message"]
    assert stage.rows_of("merge_contacts")[-1]["outcome"] == "incomplete"
    assert stage.merge().result["Moved"]["notes"] == 31 + 12
    assert stage.hanging(stage.other) == 0
    stage.manager.handler.close()
