"""What a notice says, in plain words: what happened, what to do next, and the page where it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from affino_mcp.notices.notice import Notice, NoticeKind
from affino_mcp.text import plural
from affino_mcp.value_class import value_class

_REASONS: Final[Mapping[str, str]] = {
    "authentication_error": "a wrong secret",
    "session_expired": "a session that had ended",
    "session_unknown": "an AccessToken that is not known",
}
"""Why calls were refused, by the error's type."""
_CONTROL: Final = "/control"
_LET_IN: Final = "the right password is let in."


@value_class
class NoticeWords:
    """A notice in words. `page` is the path of the page where the next step is done, below the service's address."""

    title: str
    happened: str
    next: str
    page: str


def describe_notice(notice: Notice) -> NoticeWords:
    """Gives the words of a notice."""
    return _WORDS[notice.kind](notice, notice.facts)


def render_message(notice: Notice, address: str = "") -> str:
    """Gives a notice as the text of a mail; `address` is the service's own, if it has one."""
    words = describe_notice(notice)
    todo, everything = f"{words.next}\n{address}{words.page}", f"{address}{_CONTROL}/notices"
    return f"{words.happened}\n\nWhat to do: {todo}\n\nAll notices: {everything}\n"


def _describe_secret(notice: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    name, who = facts["profile"], facts["by"] or "somebody in a shell"
    return NoticeWords(
        f"New secret: {name}",
        f"{who} made a new secret for the API Profile “{name}” at {_minute(facts['since'])}.",
        f"If nobody meant to, disable the profile and ask {who}. Otherwise nothing.",
        _profile_page(notice.subject),
    )


def _describe_refused(notice: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    name, causes = facts["profile"], _list_reasons(facts)
    return NoticeWords(
        f"Calls are refused: {name}",
        f"{plural(facts['calls'], 'call')} with the API Profile “{name}” {_were(facts)} refused (401) since "
        f"{_minute(facts['since'])}{causes}.{_told_source(facts)}",
        "If an agent's session has ended, its person connects it again at the Hub. If nobody knows these calls, somebody has the "
        "API Key: regenerate the secret.",
        f"{_CONTROL}/logs?profile={quote(notice.subject)}&status=401",
    )


def _describe_limited(notice: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    name = facts["profile"]
    return NoticeWords(
        f"Too many calls: {name}",
        f"{plural(facts['calls'], 'call')} with the API Profile “{name}” {_were(facts)} turned away (429) since "
        f"{_minute(facts['since'])}: they were more than its calls per minute allow.{_told_source(facts)}",
        "Look at who calls so often. If the work is right, raise the profile's calls per minute; otherwise disable the profile.",
        _profile_page(notice.subject),
    )


def _describe_deletes(notice: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    name, who = facts["profile"], facts["by"]
    whose = f"{who} deleted {facts['own']} of them. " if who else ""
    person = f"{_CONTROL}/logs?person={facts['person']}" if facts.get("person") is not None else ""
    return NoticeWords(
        f"Many deletions: {who or name}",
        f"{plural(facts['calls'], 'record')} {_were(facts)} deleted with the API Profile “{name}” since "
        f"{_minute(facts['since'])}. {whose}".rstrip(),
        "If nobody meant to, disable the profile, then take the deletions back from their rows or under Deleted records.",
        person or f"{_CONTROL}/logs?profile={quote(notice.subject)}",
    )


def _describe_logins(_: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    who, source = facts["by"], facts["source"]
    ask = f"Ask {who} whether they have forgotten it; if so, make a link to set a new one. Otherwise nothing: {_LET_IN}"
    wait = f"Nothing, while it stays at this: {_LET_IN} If it goes on for hours, block the network in the firewall."
    return NoticeWords(
        f"Logins are held back: {who or source}",
        f"{plural(facts['failures'], 'wrong password')} from {source}: somebody may be guessing "
        f"{f'the password of {who}' if who else 'passwords'}. Further wrong ones must wait.",
        ask if who else wait,
        f"{_CONTROL}/people/{facts['person']}" if who else f"{_CONTROL}/people",
    )


def _describe_expiry(notice: Notice, facts: Mapping[str, Any]) -> NoticeWords:
    name, days = facts["profile"], facts["days"]
    when = f"in {plural(days, 'day')}" if days else "today"
    return NoticeWords(
        f"Expires {when}: {name}",
        f"The API Profile “{name}” expires {when}, at the end of {facts['expires']} (UTC). Its calls are refused after that.",
        "If it is still needed, set a later last day. Otherwise tell the people who use it.",
        f"{_profile_page(notice.subject)}/edit",
    )


_WORDS: Final[Mapping[NoticeKind, Callable[[Notice, Mapping[str, Any]], NoticeWords]]] = {
    NoticeKind.NEW_CREDENTIALS: _describe_secret,
    NoticeKind.CALLS_REFUSED: _describe_refused,
    NoticeKind.CALLS_LIMITED: _describe_limited,
    NoticeKind.MANY_DELETES: _describe_deletes,
    NoticeKind.LOGINS_HELD: _describe_logins,
    NoticeKind.PROFILE_EXPIRES: _describe_expiry,
}


def _profile_page(key: str) -> str:
    return f"{_CONTROL}/profiles/{quote(key)}"


def _were(facts: Mapping[str, Any]) -> str:
    return "was" if facts["calls"] == 1 else "were"


def _minute(at: str) -> str:
    return f"{at[:10]} {at[11:16]} (UTC)"


def _list_reasons(facts: Mapping[str, Any]) -> str:
    named = [f"{_REASONS.get(kind, kind.replace('_', ' '))} ({number})" for kind, number in facts["reasons"].items()]
    return f", for {', '.join(named)}" if named else ""


def _told_source(facts: Mapping[str, Any]) -> str:
    return f" Most came from {facts['source']}." if facts.get("source") else ""
