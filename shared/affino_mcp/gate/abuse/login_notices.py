"""The notice that the login guard makes somebody wait.

It never holds what was typed as an e-mail address, which may be a password in the wrong field.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from affino_mcp.notices.notice import Notice, NoticeKind, make_notice


class MeantPerson(NamedTuple):
    """The person whose e-mail address a login names; without a code when nobody has it, or another instance knows who."""

    code: int | None = None
    name: str = ""


NOBODY: Final = MeantPerson()


def make_login_notice(meant: MeantPerson, network: str, failures: int, now: datetime) -> Notice:
    """Gives the notice of so many wrong passwords: about the person who is meant, else about the network that they come from."""
    name = meant.name or f"the person with UserCode {meant.code}" if meant.code is not None else ""
    facts = {"person": meant.code, "by": name, "source": network, "failures": failures}
    return make_notice(NoticeKind.LOGINS_HELD, str(meant.code) if meant.code is not None else network, now, facts)
