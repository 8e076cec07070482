"""The credential headers: which forms are accepted and which are refused, and that no secret is shown."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.errors import BadCredentials
from affino_mcp.gate.credentials import find_presented, read_credentials

KEY, SECRET = b"Abcdef0123456789", b"s" * 40
TOKEN = b"2b1c7f9e-0a5d-4c3e-9f10-aabbccddeeff"
BEARER = (b"authorization", b"Bearer " + TOKEN)
ALL_IN_ONE = (b"authorization", b"Bearer " + b".".join([KEY, SECRET, TOKEN]))
GOOD = [BEARER, (b"x-api-key", KEY), (b"x-api-secret", SECRET)]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(GOOD, id="three headers"),
        pytest.param(list(reversed(GOOD)), id="any order"),
        pytest.param([(name.title(), value) for name, value in GOOD], id="any case of names"),
        pytest.param([(b"authorization", b"bEARER   " + TOKEN.upper()), *GOOD[1:]], id="any case of scheme and token"),
        pytest.param([(name, b" " + value + b"\t") for name, value in GOOD], id="blanks around values"),
        pytest.param([BEARER, (b"x-api-key", KEY + b":" + SECRET)], id="packed"),
        pytest.param([*GOOD[:2], (b"x-auth-token", SECRET)], id="alias"),
        pytest.param([*GOOD, (b"x-auth-token", SECRET)], id="secret twice, the same"),
        pytest.param([BEARER, (b"x-api-key", KEY + b":" + SECRET), GOOD[2]], id="packed and apart, the same"),
        pytest.param([ALL_IN_ONE], id="one value"),
        pytest.param([ALL_IN_ONE, *GOOD[1:], (b"x-auth-token", SECRET)], id="one value and all apart, the same"),
        pytest.param([ALL_IN_ONE, (b"x-api-key", KEY + b":" + SECRET)], id="one value and packed, the same"),
        pytest.param([*GOOD, (b"x-user", b"7"), (b"cookie", b"a=b"), (b"cookie", b"c=d")], id="other headers"),
    ],
)
def test_accepted(headers: list[tuple[bytes, bytes]]) -> None:
    credentials = read_credentials(headers)
    assert (credentials.key, credentials.secret, credentials.token) == (KEY.decode(), SECRET.decode(), TOKEN.decode())
    assert credentials.presented == find_presented(headers, is_app=False), "a row says the same of refused and admitted"


@pytest.mark.parametrize(
    "headers",
    [
        *(
            pytest.param([GOOD[i] for i in kept], id=f"only {kept}")
            for kept in ([], [0], [1], [2], [0, 1], [0, 2], [1, 2])
        ),
        *(pytest.param([*GOOD, header], id=f"{header[0].decode()} twice") for header in GOOD),
        pytest.param([*GOOD, (b"x-auth-token", b"t" * 40)], id="two secrets"),
        pytest.param([BEARER, (b"x-api-key", KEY + b":" + b"t" * 40), GOOD[2]], id="packed and apart, two secrets"),
        pytest.param([BEARER, (b"x-api-key", KEY + b":")], id="packed without secret"),
        pytest.param([BEARER, (b"x-api-key", b":" + SECRET)], id="packed without key"),
        pytest.param([BEARER, (b"x-api-key", KEY + b":" + SECRET + b":x")], id="packed three"),
        pytest.param([(b"authorization", TOKEN), *GOOD[1:]], id="no scheme"),
        pytest.param([ALL_IN_ONE, (b"x-api-key", b"Other56789abcdef")], id="one value and another key"),
        pytest.param([ALL_IN_ONE, (b"x-api-secret", b"t" * 40)], id="one value and another secret"),
        pytest.param([ALL_IN_ONE, (b"x-api-key", KEY + b":" + b"t" * 40)], id="one value and packed, another secret"),
        pytest.param([ALL_IN_ONE, ALL_IN_ONE], id="one value, twice"),
        *(
            pytest.param([(b"authorization", b"Bearer " + value)], id=f"one value of {name}")
            for name, value in {
                "two parts": b".".join([KEY, SECRET]),
                "key and token": b".".join([KEY, TOKEN]),
                "no key": b".".join([b"", SECRET, TOKEN]),
                "no secret": b".".join([KEY, b"", TOKEN]),
                "four parts": b".".join([KEY, SECRET, TOKEN, TOKEN]),
                "a colon": KEY + b":" + SECRET + b"." + TOKEN,
                "a long key": b".".join([b"k" * 65, SECRET, TOKEN]),
                "a long secret": b".".join([KEY, b"s" * 129, TOKEN]),
                "a short token": b".".join([KEY, SECRET, TOKEN[:-1]]),
                "a blank": KEY + b". " + SECRET + b"." + TOKEN,
            }.items()
        ),
        pytest.param([(b"authorization", b"Basic " + TOKEN), *GOOD[1:]], id="other scheme"),
        pytest.param([(b"authorization", b"Bearer" + TOKEN), *GOOD[1:]], id="no blank"),
        pytest.param([(b"authorization", b"Bearer " + TOKEN[:-1]), *GOOD[1:]], id="short token"),
        pytest.param([(b"authorization", b"Bearer " + TOKEN.replace(b"-", b"")), *GOOD[1:]], id="token without dashes"),
        pytest.param([(b"authorization", b"Bearer {" + TOKEN + b"}"), *GOOD[1:]], id="token in braces"),
    ],
)
def test_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadCredentials):
        read_credentials(headers)


@pytest.mark.parametrize("position", [0, 1, 2], ids=["authorization", "key", "secret"])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda value: value + b", " + value, id="comma"),
        pytest.param(lambda value: value + b"," + value, id="comma without blank"),
        pytest.param(lambda value: value[:12] + b" " + value[12:], id="blank inside"),
        pytest.param(lambda value: value[:12] + b"\t" + value[12:], id="tab inside"),
        pytest.param(lambda value: value + b"\x00", id="NUL"),
        pytest.param(lambda value: value + b"\r\nX-Admin: 1", id="CRLF"),
        pytest.param(lambda value: value + b"\n", id="newline at the end"),
        pytest.param(lambda value: value + "\u00e9".encode(), id="UTF-8"),
        pytest.param(lambda value: value + b"\xff", id="not UTF-8"),
        pytest.param(lambda value: value + b"a" * 65536, id="64 KB"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_spoilt_values(position: int, spoil: object) -> None:
    assert callable(spoil)
    headers = list(GOOD)
    headers[position] = (headers[position][0], spoil(headers[position][1]))
    with pytest.raises(BadCredentials):
        read_credentials(headers)


@given(st.lists(st.tuples(st.sampled_from([name for name, _ in GOOD] + [b"x-auth-token"]), st.binary(max_size=80))))
def test_anything_is_credentials_or_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with suppress(BadCredentials):
        read_credentials(headers)


def test_shows_no_secret() -> None:
    assert SECRET.decode() not in repr(read_credentials(GOOD))
    assert TOKEN.decode() not in repr(read_credentials(GOOD))


@pytest.mark.parametrize("headers", [GOOD, [ALL_IN_ONE]], ids=["three headers", "one value"])
def test_the_secrets_of_a_call_are_withheld(headers: list[tuple[bytes, bytes]]) -> None:
    assert find_presented(headers, is_app=False).secrets == (SECRET.decode(), TOKEN.decode())


@pytest.mark.parametrize(
    "header",
    [
        pytest.param((b"Authorization", b"Bearer " + KEY + b"." + SECRET + b"." + TOKEN[:-1]), id="one value"),
        pytest.param((b"x-api-secret", SECRET), id="secret"),
        pytest.param((b"x-api-key", KEY + b":" + SECRET), id="packed"),
        pytest.param((b"authorization", b"Basic " + TOKEN), id="another scheme"),
    ],
)
def test_what_is_not_well_formed_is_withheld_too(header: tuple[bytes, bytes]) -> None:
    withheld = find_presented([header, (b"x-user", b"7" * 20)], is_app=False).secrets
    assert withheld[0] == header[1].decode().rpartition(" ")[2]
    assert "7" * 20 not in withheld


def test_a_short_word_is_nobodys_secret() -> None:
    headers = [(b"authorization", b"Bearer token"), (b"x-api-key", b"affino:mcp")]
    assert find_presented(headers, is_app=False).secrets == ()
