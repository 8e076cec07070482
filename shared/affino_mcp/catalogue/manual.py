"""Writes the manual of the tools from the catalogue, so that the two cannot disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.compact import COMPACT
from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.method import CONFIRM, DRY_RUN, IDEMPOTENCY_KEY, Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import METHODS

TITLES: Final[dict[Family, tuple[str, str]]] = {
    Family.ACCOUNTS: (
        "Accounts",
        "Companies and organisations: what contacts, opportunities, tasks and notes hang on.",
    ),
    Family.CONTACTS: ("Contacts", "People, their links to accounts, and what they have consented to."),
    Family.CONTACT_LISTS: (
        "Contact lists",
        "Segments and mailing lists; members are attached by code and stay untouched.",
    ),
    Family.ACCOUNT_LISTS: ("Account lists", "Segments of accounts; members are attached by code and stay untouched."),
    Family.OPPORTUNITIES: ("Opportunities", "Possible sales, with contacts, team members and topics."),
    Family.TASKS: ("Tasks", "Follow-ups and reminders for a person, on an account, a contact or an opportunity."),
    Family.NOTES: ("Notes", "Short texts on an account, a contact or an opportunity."),
    Family.ARTICLES: ("Articles", "The website's articles with steps, categories, comments and media."),
    Family.MEDIA_ITEMS: ("Media items", "Media items and their files; an item and its file are two things."),
    Family.FORUMS: ("Forums", "Threads, posts and moderators; every right is forum by forum."),
    Family.ALWAYS: ("Always there", "Tools that need only a valid session, or any family at all."),
}
COMMON: Final = (
    f"Every write also takes `{DRY_RUN.name}` (checks and shows, changes nothing) and `{IDEMPOTENCY_KEY.name}` (the same key "
    "never writes twice, for 24 hours). Names of arguments match whatever their case and underscores. Arguments that are "
    "not known or cannot be set are ignored with a warning; wrong values are refused. An answer holds at most 100 rows "
    "and 150,000 characters; what was cut is said (`TRUNCATED`)."
)
_COMMON_ERRORS: Final = ("validation_error", "permission_denied", "tool_disabled")
_BY_EFFECT: Final = {
    Effect.READ: (),
    Effect.CREATE: ("conflict",),
    Effect.UPDATE: ("not_found", "conflict"),
    Effect.DELETE: ("not_found", "conflict"),
    Effect.ADD: ("not_found", "conflict"),
    Effect.REMOVE: ("not_found",),
}


_FILES: Final = ("invalid_state", "too_large", "unsupported_media")
_OWN: Final[dict[str, tuple[str, ...]]] = {
    "create_article_comment": ("invalid_state",),
    "create_forum_thread": ("invalid_state",),
    "update_forum_thread": ("invalid_state",),
    "delete_forum_thread": ("invalid_state",),
    "create_forum_post": ("not_found", "invalid_state"),
    "update_forum_post": ("invalid_state",),
    "delete_forum_post": ("invalid_state",),
    "request_media_upload": _FILES[1:],
    "attach_media_file": _FILES,
}
"""Errors that only some tools raise."""


def manual() -> str:
    """The whole manual as Markdown."""
    head = ["# Tools", "", "<!-- Written by `make docs` from the catalogue; do not edit. -->", "", COMMON, ""]
    chapters = (line for family in TITLES for line in chapter(family))
    return "\n".join([*head, *_contents(), *chapters, *_compact(), *_confirmation()]) + "\n"


def _contents() -> Iterator[str]:
    yield "| Family | Reads | Writes |"
    yield "|---|---|---|"
    for family, (title, _) in TITLES.items():
        counts = [sum(m.access is access for m in methods(family)) for access in Access]
        yield f"| [{title}](#{title.lower().replace(' ', '-')}) | {counts[0]} | {counts[1]} |"
    yield ""


def methods(family: Family) -> list[Method]:
    """The methods of one family, in the catalogue's order."""
    return [method for method in METHODS.values() if method.family == family]


def chapter(family: Family) -> Iterator[str]:
    """One family as Markdown: its description, its records' attributes, its tools."""
    title, what = TITLES[family]
    yield from (f"## {title}", "", what, "")
    if family is not Family.ALWAYS:
        yield from (f"Switches: `{family}` read and write. Right: `{family}.<action>`, named with each tool.", "")
    for record in dict.fromkeys(m.record for m in methods(family) if m.record):
        yield from _attributes(record)
    for method in methods(family):
        yield from tool(method)


def _attributes(record: Record) -> Iterator[str]:
    yield from (f"**{record.name}**: {', '.join(_attribute(record, field) for field in record.attributes)}.", "")


def _attribute(record: Record, field: Field) -> str:
    return f"`{field.attribute}`" + ("" if field.name in record.writable else " (read-only)")


def tool(method: Method) -> Iterator[str]:
    """One tool as Markdown."""
    right = f"right `{method.right}`" if method.right else "no right of its own"
    yield from (f"### {method.name}", "", f"{_plain(method.summary)} *{method.access}, {right}.*", "")
    yield from (f"Example: {_plain(method.example)}", "")
    yield from ((_plain(method.notes), "") if method.notes else ())
    own = [field for field in method.takes if field.name not in (DRY_RUN.name, IDEMPOTENCY_KEY.name)]
    yield from _arguments(own) if own else ("Takes nothing.", "")
    yield f"Returns {_returns(method)}. Errors: {', '.join(f'`{name}`' for name in errors(method))}."
    yield ""


def _arguments(fields: Iterable[Field]) -> Iterator[str]:
    yield from ("| Argument | Kind | |", "|---|---|---|")
    for field in fields:
        needed = "**required**" if field.required else ""
        yield f"| `{field.name}` | {field.kind.word} | {'; '.join(part for part in (needed, _plain(field.help)) if part)} |"
    yield ""


def _returns(method: Method) -> str:
    found = [f"`{name}` ({_plain(what)})" for name, what in method.returns.items()]
    return ", ".join([*found, "`Warnings`"])


def errors(method: Method) -> tuple[str, ...]:
    """The types of error that the tool can raise, besides those of the gate."""
    picks = any(field.name.endswith(("Code", "Codes", "ID")) for field in method.takes)
    own = ("not_found", *_BY_EFFECT[method.effect]) if picks else _BY_EFFECT[method.effect]
    return tuple(dict.fromkeys((*_COMMON_ERRORS, *own, *_OWN.get(method.name, ()))))


def _plain(text: str) -> str:
    """Escapes running text for Markdown."""
    return text.replace("<", "\\<").replace("|", "\\|")


def _compact() -> Iterator[str]:
    yield from ("## Compact mode", "", "For a profile in compact mode these stand for all others in tools/list:", "")
    for method in COMPACT.values():
        yield from tool(method)


def _confirmation() -> Iterator[str]:
    """The chapter on profiles that ask the person for confirmation."""
    always = [f"`{m.name}`" for m in METHODS.values() if m.is_grave]
    some = [f"`{m.name}`" for m in METHODS.values() if m.may_be_grave and not m.is_grave]
    yield from ("## Confirmation", "", "On a profile with this option the person confirms every call of these:", "")
    yield from (
        f"{', '.join(always)};",
        "",
        "and those of these that publish (`Live` becomes true, or a live article is shown where or when it was not) or delete:",
        "",
    )
    yield from (f"{', '.join(some)}.", "")
    yield f"Clients that show forms ask the person; for all others these tools take `{CONFIRM.name}` ({CONFIRM.help})."
