"""The deeds of operators, and of people at the Hub, that the API Log records, and how each is carried out and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.structure import STRUCTURE_KINDS
from affino_mcp.value_class import value_class

ROW_FOLLOWS: Final = "The API Log cannot be written now; the row follows."
"""What an operator is told, after what is done, about a row that housekeeping writes later."""

_SEE_PROFILE: Final = "Look at the profile: it shows how it is now."
_SEE_PERSON: Final = "Look at the person: the page shows how it is now."
_SEE_SESSIONS: Final = "Look at the person's sessions: they show what is live now."
_SEE_APPS: Final = "Look at the connected apps: they show which are live now."
_SEE_RECORD: Final = "Look at the record: its history says whether it was done."
_REGENERATE_AGAIN: Final = "Regenerate again: the last secret was shown to nobody."


@value_class
class Deed:
    """How a deed is recorded.

    Without `is_begun`, the deed is one transaction, and its row is part of it. With `is_begun`, a row `begun` comes first,
    and the closing row is part of the deed's last transaction; a deed of `steps` has no such transaction, and its closing
    row is written after it. A deed that `stops` something is carried out even when its row cannot be written; the text says
    that it is done. `when_unknown` says how to find out whether a deed was done.
    """

    when_unknown: str
    is_begun: bool = False
    steps: bool = False
    stops: str = ""


_STRUCTURE_VERBS: Final = ("create", "change", "remove")

DEEDS: Final[Mapping[str, Deed]] = {
    "disable_profile": Deed(_SEE_PROFILE, stops="It is off."),
    "enable_profile": Deed(_SEE_PROFILE),
    "disable_person": Deed(_SEE_PERSON, stops="It is off."),
    "enable_person": Deed(_SEE_PERSON),
    "change_password": Deed("Log in with the new password; if that does not work, do this again."),
    "open_session": Deed("Look at the sessions; connect again for another AccessToken.", is_begun=True, steps=True),
    "end_session": Deed(_SEE_SESSIONS, stops="The session is ended."),
    "end_all_sessions": Deed(_SEE_SESSIONS, stops="All sessions are ended."),
    "end_app": Deed(_SEE_APPS, stops="The app is not connected any more."),
    "add_app": Deed(
        "Look at the registered apps. If it is there, remove it and add it again: its secret was shown to nobody."
    ),
    "remove_app": Deed("Look at the registered apps.", stops="The app is not registered any more."),
    "change_groups": Deed(_SEE_PERSON),
    "change_rights": Deed(_SEE_PERSON),
    "change_person": Deed(f"{_SEE_PERSON} A new password works if its sessions have ended; else set it again."),
    "create_person": Deed("Look for the e-mail address among the people; a new password can be set.", is_begun=True),
    "invite_person": Deed(
        "Look for the e-mail address among the people. If it is there, make a new link: the first one was shown to nobody.",
        is_begun=True,
    ),
    "reset_password": Deed("Make a new link: this one was shown to nobody."),
    "create_profile": Deed(
        "Look for the name among the profiles. If it is there, regenerate its secret: the first one was shown to nobody.",
        is_begun=True,
    ),
    "change_profile": Deed(_SEE_PROFILE, is_begun=True),
    "regenerate_profile": Deed(_REGENERATE_AGAIN, is_begun=True),
    "end_overlap": Deed(_SEE_PROFILE, is_begun=True),
    "delete_profile": Deed("Delete it again; that goes on where this ended.", is_begun=True, steps=True),
    "show_secret": Deed("Nothing was shown.", is_begun=True, steps=True),
    "run_test": Deed("Look at the profile's calls in the API Log.", is_begun=True, steps=True),
    "restore_record": Deed(_SEE_RECORD),
    "take_back_change": Deed(_SEE_RECORD),
    "purge_contact": Deed("Say the same command again; it goes on where this one ended.", is_begun=True, steps=True),
    "reindex": Deed("Say the same command again; it goes on where this one ended.", is_begun=True, steps=True),
    "export_log": Deed("Export it again.", is_begun=True, steps=True),
    **{
        kind.deed(verb): Deed(f"Look at the {kind.plural}: they are listed as they are now.")
        for kind in STRUCTURE_KINDS
        for verb in _STRUCTURE_VERBS
    },
}
"""Every deed by its name in the rows."""
