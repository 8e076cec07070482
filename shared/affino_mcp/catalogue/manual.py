"""Writes the manual of the tools from the catalogue, so that the two cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.doors import CALL_TOOL, READ_TOOL, TOOL_NAME, WRITE_TOOL
from affino_mcp.catalogue.family_doors import ALONE, FAMILY_DOORS, HELP
from affino_mcp.catalogue.method import CONFIRM, DRY_RUN, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.titles import TITLES
from affino_mcp.catalogue.tool_view import GUIDES

COMMON_TEXT: Final = (
    f"Every write also takes `{DRY_RUN.name}` (checks and shows, changes nothing) and `{IDEMPOTENCY_KEY.name}` (the same key "
    "never writes twice, for 24 hours). Names of arguments match whatever their case and underscores. A read refuses an "
    "argument that it does not know; a write ignores one that is not known or cannot be set, with a warning that comes "
    "first; wrong values are refused. What plainly means one thing is taken: JSON as text, one value for a list of one, "
    "printed money (`£1,250.00`), Base64 in lines or as a data: URL, common words for choices, the name of a record for its "
    "code where exactly one has it (deletions take the code alone), the name of a time zone behind a moment; an empty text "
    "is not given, and clears in an update. What was taken otherwise than written is said (`STORED_DIFFERENTLY`). Days and "
    "moments without a zone are in the person's time zone (`get_current_user`); answers are in UTC. An answer holds at "
    "most 100 rows and 20,000 tokens; what was cut is said (`TRUNCATED`), with how to go on: `NextCursor` for rows, for a text "
    "`BodyNext`, which is the next `BodyFrom`. Reads take `Fields`: only these attributes and the code (`Owner.Name` is one "
    "inside another). "
    "A text that is left out has its length in its place (`BodyLength`), as texts of over 500 characters have in the answers of "
    "writes; an update says in `Changed` what it changed."
)


def render_manual() -> str:
    """The whole manual as Markdown."""
    head = ["# Tools", "", "<!-- Written by `make docs` from the catalogue; do not edit. -->", "", COMMON_TEXT, ""]
    chapters = (line for family in TITLES for line in render_chapter(family))
    return (
        "\n".join(
            [*head, *_render_contents(), *chapters, *_render_family_mode(), *_render_compact(), *_render_confirmation()]
        )
        + "\n"
    )


def _render_contents() -> Iterator[str]:
    yield "| Family | Reads | Writes |"
    yield "|---|---|---|"
    for family, (title, _) in TITLES.items():
        counts = [sum(m.access is access for m in list_family_methods(family)) for access in Access]
        yield f"| [{title}](#{title.lower().replace(' ', '-')}) | {counts[0]} | {counts[1]} |"
    yield ""


def list_family_methods(family: Family) -> list[Method]:
    """The methods of one family, in the catalogue's order."""
    return [method for method in METHODS.values() if method.family == family]


def render_chapter(family: Family) -> Iterator[str]:
    """One family as Markdown: its description, its records' attributes, its tools."""
    title, what = TITLES[family]
    yield from (f"## {title}", "", what, "")
    if family is not Family.ALWAYS:
        yield from (f"Switches: `{family}` read and write. Right: `{family}.<action>`, named with each tool.", "")
    for record in dict.fromkeys(m.record for m in list_family_methods(family) if m.record):
        yield from _render_attributes(record)
    for method in list_family_methods(family):
        yield from render_tool(method)


def _render_attributes(record: Record) -> Iterator[str]:
    yield from (f"**{record.name}**: {', '.join(_render_attribute(record, field) for field in record.attributes)}.", "")


def _render_attribute(record: Record, field: Field) -> str:
    return f"`{field.attribute}`" + ("" if field.name in record.writable else " (read-only)")


def render_tool(method: Method) -> Iterator[str]:
    """One tool as Markdown."""
    right = f"right `{method.right}`" if method.right else "no right of its own"
    yield from (f"### {method.name}", "", f"{_escape_markdown(method.summary)} *{method.access}, {right}.*", "")
    yield from (f"Example: {_escape_markdown(method.example)}", "")
    yield from ((_escape_markdown(method.notes), "") if method.notes else ())
    own = [field for field in method.all_arguments if field.name not in (DRY_RUN.name, IDEMPOTENCY_KEY.name)]
    yield from _render_arguments(own) if own else ("Takes nothing.", "")
    yield f"Returns {_render_returns(method)}. Errors: {', '.join(f'`{error.type}`' for error in method.all_errors)}."
    yield ""


def _render_arguments(fields: Iterable[Field]) -> Iterator[str]:
    yield from ("| Argument | Kind | |", "|---|---|---|")
    for field in fields:
        parts = ("**required**" if field.required else "", _escape_markdown(field.help))
        yield f"| `{field.name}` | {field.kind.display_name} | {'; '.join(part for part in parts if part)} |"
    yield ""


def _render_returns(method: Method) -> str:
    found = [f"`{name}` ({_escape_markdown(what)})" for name, what in method.returns.items()]
    return ", ".join([*found, "`Warnings`"])


def _escape_markdown(text: str) -> str:
    """Escapes running text for Markdown."""
    return text.replace("<", "\\<").replace("|", "\\|")


def _render_compact() -> Iterator[str]:
    yield from ("## Compact mode", "", f"For a profile in compact mode these and `{ALONE}` are all of tools/list:", "")
    for method in (*GUIDES.values(), READ_TOOL, WRITE_TOOL):
        yield from render_tool(method)
    yield from (f"`{CALL_TOOL.name}`, which calls any tool, is listed no more and still works.", "")


def _render_family_mode() -> Iterator[str]:
    doors = ", ".join(f"`{door.name}`" for door in FAMILY_DOORS.values())
    naming, inside = FAMILY_DOORS[Family.ACCOUNTS].arguments
    yield from (
        "## Family mode",
        "",
        f"For a profile in family mode tools/list has `{ALONE}` and one tool per family: {doors}.",
        "",
    )
    yield f"`{naming.name}` is a tool of this page, `{inside.name}` its arguments as JSON (an object is taken too). Those"
    yield f"that are listed are those that profile and person may do. `{naming.name}: {HELP}` with `{TOOL_NAME.name}` in"
    yield from (f"`{inside.name}` gives a deed's schema, without it the family's deeds.", "")


def _render_confirmation() -> Iterator[str]:
    """The chapter on profiles that ask the person for confirmation."""
    always = [f"`{m.name}`" for m in METHODS.values() if m.always_needs_confirmation]
    some = [f"`{m.name}`" for m in METHODS.values() if m.may_need_confirmation and not m.always_needs_confirmation]
    yield from ("## Confirmation", "", "On a profile with this option the person confirms every call of these:", "")
    yield from (
        f"{', '.join(always)};",
        "",
        "and those of these that publish (`Live` becomes true, or a live article is shown where or when it was not) or delete:",
        "",
    )
    yield from (f"{', '.join(some)}.", "")
    yield f"Clients that show forms ask the person; for all others these tools take `{CONFIRM.name}` ({CONFIRM.help})."
