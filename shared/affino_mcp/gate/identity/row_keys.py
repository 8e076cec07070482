"""The rows of the Gate and Credentials tables: where everything lies. Nobody else spells these keys."""

from __future__ import annotations

from affino_mcp.store.ops import Key, Span

PROFILE_LIST = "PROFILES"
"""Partition that lists the profiles, sorted by their folded name."""

PERSON_LIST = "PEOPLE"
"""Partition that lists the people, sorted by their code."""

LONGEST_TEXT = 1000
"""Bytes that a text of people's may have where a key holds it: a sort key has at most 1,024 (DynamoDB)."""

SESSION_PREFIX = "SESSION#"
PROFILE_PREFIX = "PROFILE#"


def profile(key: str) -> Key:
    """{enabled, version, tat, name, created, used?, calls_<day>?}: switch, secret's version, rate limit's state, use."""
    return Key(f"{PROFILE_PREFIX}{key}", "A")


def former_use(key: str, mark: str, who: str) -> Key:
    """{at, user_code, name, accepted, ttl}: somebody's latest use of a profile's former secret."""
    return Key(profile(key).pk, f"{former_uses(mark)}{who}")


def former_uses(mark: str) -> str:
    """How the uses of one former secret begin, among a profile's rows."""
    return f"FORMER#{mark}#"


def profile_name(folded_name: str) -> Key:
    """{key}: makes a profile's name unique and lists the profiles."""
    return Key(PROFILE_LIST, folded_name)


def session(digest: str) -> Key:
    """{user_code, person, epoch, profile, issued, expires, refresh, chain, ttl, revoked?}: by SHA-256 of its token."""
    return Key(f"SESSION#{digest}", "A")


def refresh(digest: str) -> Key:
    """{user_code, session, chain, epoch, profile, expires, ttl, spent?}: by SHA-256 of a RefreshToken."""
    return Key(f"SESSION#{digest}", "REFRESH")


def chain(name: str) -> Key:
    """{user_code, head, ttl}: the one session of a chain of refreshed ones that may be live."""
    return Key(f"SESSION#{name}", "CHAIN")


def hub(digest: str) -> Key:
    """{user_code, epoch, expires, ttl}: a browser that is logged in at the Hub; its token opens nothing else."""
    return Key(f"SESSION#{digest}", "HUB")


def control(digest: str) -> Key:
    """{user_code, epoch, expires, proved, ttl}: a browser that is signed in to the Control Centre; opens nothing else."""
    return Key(f"SESSION#{digest}", "CONTROL")


def used(digest: str) -> Key:
    """{at, ttl}: when a session was last used."""
    return Key(f"USED#{digest}", "A")


def person(user_code: int) -> Key:
    """{the person's fields, version, logins, epoch?}; the same key holds the password hash in the Credentials table."""
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
    """{count, since, misses, good?, ttl}: wrong logins for one account from one source, and its last right one."""
    return Key(f"GUARD#PAIR#{source}#{account}", "A")


def guard_account(account: str) -> Key:
    """{count, at, ttl}: wrong logins for one account in a row, and when the last of them was."""
    return Key(f"GUARD#ACCOUNT#{account}", "A")


def guard_source(source: str) -> Key:
    """{count, since, ttl}: wrong logins from one source, whatever the account."""
    return Key(f"GUARD#SOURCE#{source}", "A")


def guard_tokens(source: str) -> Key:
    """{count, since, ttl}: unknown tokens, keys and signatures from one source."""
    return Key(f"GUARD#TOKENS#{source}", "A")
