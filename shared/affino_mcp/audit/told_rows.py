"""The rows of a call that an instance elsewhere carried out, with what that instance's own log says of it.

What it tells is redacted once more, by the rules and with the secrets of this service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.audit.changes import redact_told_changes
from affino_mcp.audit.redact import redact_arguments, redact_value
from affino_mcp.audit.row import FIRST_SHARE, AuditRow, Outcome, RowStamp

if TYPE_CHECKING:
    from affino_mcp.instance.elsewhere import ToldRow

MAX_RESULT_CHARACTERS: Final = 200
_REDACTED_CHARACTERS: Final = 1000


def fill_rows(
    row: AuditRow, told: Sequence[ToldRow], secrets: Sequence[str], new_stamp: Callable[[], RowStamp]
) -> tuple[AuditRow, list[AuditRow]]:
    """Gives the row of a call with what is told of it, and a further row for each other part of the call that is told.

    The row of the call itself is the first that is told; it alone counts as a call.
    """
    main, *parts = told
    return _fill_row(row, main, secrets), [_make_part(row, part, secrets, new_stamp()) for part in parts]


def _make_part(row: AuditRow, part: ToldRow, secrets: Sequence[str], stamp: RowStamp) -> AuditRow:
    """The row of a part of a call; an item's has its own arguments and warnings."""
    own = replace(row, id=stamp.id, at=stamp.at)
    if part.arguments:
        kept = redact_arguments(part.arguments, known=secrets)
        own = replace(own, arguments=kept, warnings=tuple(_redact_warning(each, secrets) for each in part.warnings))
    return replace(_fill_row(own, part, secrets), share=_part_share(part.share))


def _part_share(share: str) -> str:
    """The share's name in a row that is not the call's: "part 1 of 3" where it says by itself that it counts."""
    return f"part {share}".strip() if not share or share.startswith(FIRST_SHARE) else share


def _fill_row(row: AuditRow, told: ToldRow, secrets: Sequence[str]) -> AuditRow:
    return replace(
        row,
        outcome=row.outcome if told.is_whole else Outcome.INCOMPLETE,
        share=told.share if told.share.startswith(FIRST_SHARE) else "",
        record=told.record or row.record,
        records=told.records or row.records,
        changes=redact_told_changes(told.changes, secrets),
        result=_tell_result(told, secrets) or row.result,
    )


def _tell_result(told: ToldRow, secrets: Sequence[str]) -> str:
    more = f"; {told.left_out} more rows in the instance's log" if told.left_out else ""
    return _redact_text("result", told.result, secrets)[: MAX_RESULT_CHARACTERS - len(more)] + more


def _redact_warning(warning: Mapping[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    return {name: _redact_text(name, str(text), secrets) for name, text in warning.items()}


def _redact_text(name: str, text: str, secrets: Sequence[str]) -> str:
    """The redacted beginning of a text; what is cut off is cut after the secrets, so that no half of one is left."""
    return str(redact_value(name, text[:_REDACTED_CHARACTERS], _REDACTED_CHARACTERS, secrets))[:MAX_RESULT_CHARACTERS]
