"""Which passwords people may choose: long enough, and more than what can be expected of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_strength import MIN_CHOSEN_CHARACTERS, require_strong_password
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS
from affino_mcp.tool_errors import InvalidArgument

JANE = Person(5, "Jane Doe-Winterbottom", "jane.doe@orbital.example")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short words",
        "x" * (MAX_PASSWORD_CHARACTERS + 1),
        "aaaaaaaaaaaa",
        "123456789012",
        "abcdefghijklmnop",
        "abcabcabcabcabc",
        "passwordpassword",
        "Passw0rd!Passw0rd!",
        "P@ssw0rd1234",
        "qwertyuiop123",
        "welcome2026!",
        "Winterbottom2026",
        "jane.doe@orbital.example",
        "Janedoeorbital7!",
        "administrator1",
        "affinoaffino123",
        "correct" + "t" * 20,
    ],
)
def test_what_can_be_guessed_is_refused(password: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        require_strong_password(password, JANE)
    assert refused.value.details["argument"] == "password"
    assert not password or password not in refused.value.message


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "seven quiet lanterns",
        "a calm and long password",
        "S3cure-Passw0rd!Kite",
        "Tr0ub4dor&3-lamp",
        "füße über dünen",
        "\u6708\u5149\u4e0b\u7684\u53e4\u8001\u5927\u6865\u548c\u6cb3\u6d41\u58f0",
        "  blanks around  it ",
        "x8#kQ2!vLp9z",
    ],
)
def test_what_cannot_be_guessed_is_taken(password: str) -> None:
    require_strong_password(password, JANE)


@settings(deadline=None)
@given(st.text(max_size=MAX_PASSWORD_CHARACTERS + 5), st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_taken_or_refused(password: str, name: str, email: str) -> None:
    person = Person(1, name, email)
    try:
        require_strong_password(password, person)
    except InvalidArgument:
        return
    assert len(password) >= MIN_CHOSEN_CHARACTERS
