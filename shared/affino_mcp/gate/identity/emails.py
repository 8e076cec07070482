"""Validates e-mail addresses and folds them for comparison; an address is stored as it was typed."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.text import fold_address
from affino_mcp.tool_errors import InvalidArgument

MAX_EMAIL_CHARACTERS = 255


def fold_email(email: str) -> str:
    """Gives the address in the form in which two spellings of it are equal (NFKC, case folded, its domain in letters)."""
    return fold_address(email.strip())


def is_plausible_email(email: object) -> bool:
    """True if the value can be looked up as an address: text with an @, not too long, no control characters."""
    if not isinstance(email, str) or "@" not in email or len(email) > MAX_EMAIL_CHARACTERS or not email.isprintable():
        return False
    return len(fold_email(email).encode()) <= row_keys.MAX_KEY_TEXT_BYTES


def validate_address(email: str) -> str:
    """Gives the address as it is stored; raises InvalidArgument unless its syntax is that of a valid e-mail address."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (calls of agents do without it)

    entered = tidy_entered_text("email", email)
    try:
        return validate_email(entered if is_plausible_email(entered) else "", check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidArgument("email", "The e-mail address is not valid.") from error
