"""Tokens with their digests, and the keys of the rows of the Gate and Credentials tables.

No other module builds these keys; those of apps' grants are made in grant_keys. Docstrings list each row's attributes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid

from affino_mcp.store.ops import Key, SortSpan

PROFILE_LIST_PARTITION = "PROFILES"
"""The partition that lists the profiles, sorted by their folded name."""
PERSON_LIST_PARTITION = "PEOPLE"
"""The partition that lists the people, sorted by their code."""
MAX_KEY_TEXT_BYTES = 1000
"""Most bytes of a text that people enter and a key holds: DynamoDB's sort keys have at most 1,024 bytes."""
SESSION_PREFIX = "SESSION#"
PROFILE_PREFIX = "PROFILE#"
CONNECTION_PREFIX = "affc_"
"""What every connection token begins with."""
OAUTH_ACCESS_PREFIX = "affo_"
"""What every access token of the OAuth door begins with."""
OAUTH_REFRESH_PREFIX = "affr_"
"""What every refresh token of the OAuth door begins with."""
AUTHORIZATION_CODE_PREFIX = "affa_"
"""What every authorization code begins with."""
AUTHORIZATION_REQUEST_PREFIX = "afft_"
"""What every name of an authorization request that waits for consent begins with."""
UNLOGGED_PARTITION = "UNLOGGED"
"""The partition of operators' deeds that were done while the API Log could not be written."""
SECURITY_GROUPS_KEY = Key("GROUPS", "A")
"""{version, last_code, groups: [{code, name, rights}]}: the security groups, once operators have changed them."""


def new_connection_token() -> str:
    """Gives a new connection token: `CONNECTION_PREFIX` and 256 random bits as hex."""
    return new_prefixed_token(CONNECTION_PREFIX)


def new_prefixed_token(prefix: str) -> str:
    """Gives a new token: its prefix and 256 random bits as hex."""
    return prefix + secrets.token_hex(32)


def is_prefixed_token(prefix: str, text: str) -> bool:
    """True if the text has the form of a token with this prefix."""
    bits = text.removeprefix(prefix)
    return text.startswith(prefix) and re.fullmatch("[0-9a-f]{64}", bits) is not None


def new_grant_id() -> str:
    """Gives the name of a new grant: 128 random bits as hex."""
    return secrets.token_hex(16)


def new_token() -> str:
    """Gives a new token in the form of a UUID, with all 128 bits random (OWASP ASVS 7.2.3)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def digest_token(token: str) -> str:
    """Gives what is stored instead of the token: the SHA-256 of its canonical form, as hex."""
    return sha256_hex(token.lower())


def sha256_hex(text: str) -> str:
    """Gives the SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_fingerprint(token_digest: str) -> str:
    """Gives the part of a token's digest that may be logged: it tells sessions apart and cannot be used as a token."""
    return token_digest[:12]


def profile_key(key: str) -> Key:
    """{enabled, version, tat, name, created, used?, calls_<day>?, families?, expires?, people?, groups?}: an API Profile.

    The switch, the secret's version, the rate limit's state, the use, and the terms that lists of profiles need.
    """
    return Key(f"{PROFILE_PREFIX}{key}", "A")


def previous_secret_use_key(key: str, mark: str, who: str) -> Key:
    """{at, user_code, name, accepted, ttl}: one person's latest use of a profile's previous secret."""
    return Key(profile_key(key).pk, f"{previous_secret_use_prefix(mark)}{who}")


def previous_secret_use_prefix(mark: str) -> str:
    """The sort-key prefix of the uses of one previous secret, within a profile's partition."""
    return f"FORMER#{mark}#"


def profile_name_key(folded_name: str) -> Key:
    """{key, name?}: makes a profile's name unique and lists the profiles; an older row has no name."""
    return Key(PROFILE_LIST_PARTITION, folded_name)


def deleted_profile_key(key: str) -> Key:
    """{key, name, at}: a profile that was deleted."""
    return Key(profile_key(key).pk, "DELETED")


def deleted_profile_name_key(folded_name: str) -> Key:
    """{key, name, at}: the last profile of this name that was deleted. No API Key holds a hyphen."""
    return Key(f"{PROFILE_PREFIX}-DELETED", folded_name)


def session_key(digest: str) -> Key:
    """{user_code, person, epoch, profile, issued, expires, ttl, revoked?}: a session, by its token's SHA-256.

    One of a login has {refresh, chain, refreshed?} too, a connection {door, secret}, and one of an app {door, secret, grant,
    client, proof, scopes, declined}.
    """
    return Key(f"SESSION#{digest}", "A")


def refresh_token_key(digest: str) -> Key:
    """{user_code, session, chain, epoch, profile, expires, key?, ttl, spent?}: keyed by SHA-256 of a RefreshToken."""
    return Key(f"SESSION#{digest}", "REFRESH")


def session_chain_key(name: str) -> Key:
    """{user_code, head, ttl}: of a chain of refreshed sessions, the one that may be live."""
    return Key(f"SESSION#{name}", "CHAIN")


def hub_session_key(digest: str) -> Key:
    """{user_code, epoch, expires, proved, ttl}: a browser logged in at the Hub; its token is valid nowhere else."""
    return Key(f"SESSION#{digest}", "HUB")


def control_session_key(digest: str) -> Key:
    """{user_code, epoch, expires, proved, ttl}: a browser signed in to the Control Centre; valid nowhere else."""
    return Key(f"SESSION#{digest}", "CONTROL")


def last_use_key(digest: str) -> Key:
    """{at, agent?, source?, ttl}: the last use of a session, or of a grant, by which client and from where."""
    return Key(f"USED#{digest}", "A")


def person_key(user_code: int) -> Key:
    """{the person's fields, version, logins, epoch?}; the same key holds the password hash in the Credentials table."""
    return Key(f"PERSON#{user_code}", "A")


def password_link_key(user_code: int) -> Key:
    """{digest, made, expires, earlier, used?, ttl}: a person's latest link to set the password, and digests of those before."""
    return Key(f"PERSON#{user_code}", "LINK")


def person_session_key(user_code: int, expires: int, digest: str) -> Key:
    """{digest, issued, expires, profile, ttl, ended?}: lists a person's sessions in the order in which they expire."""
    return Key(f"PERSON#{user_code}", f"{SESSION_PREFIX}{expires:012d}#{digest}")


def live_session_span(now: int) -> SortSpan:
    """The sort-key range, within a person's partition, of the sessions that expire later than `now`."""
    return SortSpan(low=f"{SESSION_PREFIX}{now + 1:012d}", high=f"{SESSION_PREFIX}~")


def person_code_key(user_code: int) -> Key:
    """{user_code, name?, email?}: lists the people; a row from before names were held has none until the person is changed."""
    return Key(PERSON_LIST_PARTITION, f"{user_code:012d}")


def email_key(folded_email: str) -> Key:
    """{user_code}: the person who has this e-mail address."""
    return Key(f"EMAIL#{folded_email}", "A")


def unlogged_deed_key(row_id: str) -> Key:
    """{row}: an operator's deed that was done without its row of the API Log; `row` is that row's item, still to be written."""
    return Key(UNLOGGED_PARTITION, row_id)


def used_signature_key(digest: str) -> Key:
    """{nonce, ttl}: a login signature that has been used, and which request used it."""
    return Key(f"SEEN#{digest}", "A")


def login_guard_key(source: str, account: str) -> Key:
    """{count, since, misses, good?, last?, ttl}: failed logins for one account from one source, and its last success."""
    return Key(f"GUARD#PAIR#{source}#{account}", "A")


def account_guard_key(account: str) -> Key:
    """{count, at, last?, ttl}: consecutive failed logins for one account, and the time of the last of them."""
    return Key(f"GUARD#ACCOUNT#{account}", "A")


def source_guard_key(source: str) -> Key:
    """{count, since, last?, ttl}: failed logins from one source, for any account."""
    return Key(f"GUARD#SOURCE#{source}", "A")


def token_guard_key(source: str) -> Key:
    """{count, since, last?, ttl}: unknown tokens, keys and signatures from one source."""
    return Key(f"GUARD#TOKENS#{source}", "A")


def new_client_guard_key(kind: str, source: str) -> Key:
    """{count, since, last?, ttl}: OAuth clients of a kind that one source brought for the first time; "" is all together."""
    return Key(f"GUARD#CLIENTS#{kind}#{source}", "A")
