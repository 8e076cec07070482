"""The rows of the Gate and Credentials tables: where everything lies. Nobody else spells these keys."""

from __future__ import annotations

from affino_mcp.store.ops import Key, Span

PROFILE_LIST = "PROFILES"
"""Partition that lists the profiles, sorted by their folded name."""

PERSON_LIST = "PEOPLE"
"""Partition that lists the people, sorted by their code."""

SESSION_PREFIX = "SESSION#"


def profile(key: str) -> Key:
    """{enabled, version, tat, name, created}: the switch, the secret's version, the rate limit's state."""
    return Key(f"PROFILE#{key}", "A")


def profile_name(folded_name: str) -> Key:
    """{key}: makes a profile's name unique and lists the profiles."""
    return Key(PROFILE_LIST, folded_name)


def session(digest: str) -> Key:
    """{user_code, person, profile, issued, expires, refresh, ttl, revoked?}: one login, by SHA-256 of its token."""
    return Key(f"SESSION#{digest}", "A")


def person(user_code: int) -> Key:
    """{the person's fields, version, logins}; the same key holds the password hash in the Credentials table."""
    return Key(f"PERSON#{user_code}", "A")


def person_session(user_code: int, expires: int, digest: str) -> Key:
    """{digest, issued, expires, profile, ttl, ended?}: lists a person's sessions in the order of their ends."""
    return Key(f"PERSON#{user_code}", f"{SESSION_PREFIX}{expires:012d}#{digest}")


def sessions_after(now: int) -> Span:
    """Where the sessions lie, among a person's rows, that expire later than now."""
    return Span(low=f"{SESSION_PREFIX}{now + 1:012d}", high=f"{SESSION_PREFIX}~")


def person_code(user_code: int) -> Key:
    """{user_code}: lists the people."""
    return Key(PERSON_LIST, f"{user_code:012d}")


def email(folded_email: str) -> Key:
    """{user_code}: whose e-mail address this is."""
    return Key(f"EMAIL#{folded_email}", "A")


def signature(digest: str) -> Key:
    """{ttl}: a login signature that has been used."""
    return Key(f"SEEN#{digest}", "A")


def guard(source: str, account: str) -> Key:
    """{count, since, ttl}: wrong logins for one account from one source."""
    return Key(f"GUARD#{source}#{account}", "A")
