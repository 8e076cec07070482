"""What the Hub says to a person when a login is refused or a store is down."""

from __future__ import annotations

from affino_mcp.admin.operator_errors import MaybeDone, NotDone
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginRefused
from affino_mcp.store.faults import StoreUnavailable


def outage_words(error: StoreUnavailable | MaybeDone | NotDone) -> tuple[str, str]:
    """A word for the log and the text for the person: whether anything may have been done."""
    if isinstance(error, MaybeDone):
        return error.type, f"{error.message} {error.details['next']}"
    if isinstance(error, NotDone):
        return error.type, error.message
    fault = answer.outage_fault(error)
    if fault is answer.UNAVAILABLE:
        return fault.result, "The service cannot reach its storage just now. Please try again shortly."
    said = "It may have been carried out: the storage did not say. Do it again: that does no harm."
    return fault.result, said


def refusal_lines(refused: LoginRefused) -> list[str]:
    """The texts for a person whose login was refused."""
    return [refused.fault.message] if refused.wait is None else wait_lines(refused.wait)


def wait_lines(wait: float) -> list[str]:
    """The texts for a person who has to wait so many seconds after too many wrong attempts."""
    minutes = max(1, -(-int(wait) // 60))
    named = "a minute" if minutes == 1 else f"{minutes} minutes"
    return [
        "Too many wrong attempts.",
        f"Check the e-mail address and the password, and wait {named} before guessing on.",
    ]
