"""The families as people call them, and what each is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from affino_mcp.catalogue.capability import Family


class FamilyTitle(NamedTuple):
    """A family's name for people, and a sentence about it."""

    name: str
    about: str


TITLES: Final[Mapping[Family, FamilyTitle]] = {
    Family.ACCOUNTS: FamilyTitle(
        "Accounts", "Companies and organisations: what contacts, opportunities, tasks and notes hang on."
    ),
    Family.CONTACTS: FamilyTitle("Contacts", "People, their links to accounts, and what they have consented to."),
    Family.CONTACT_LISTS: FamilyTitle(
        "Contact Lists", "Segments and mailing lists; members are attached by code and stay untouched."
    ),
    Family.ACCOUNT_LISTS: FamilyTitle(
        "Account Lists", "Segments of accounts; members are attached by code and stay untouched."
    ),
    Family.OPPORTUNITIES: FamilyTitle("Opportunities", "Possible sales, with contacts, team members and topics."),
    Family.TASKS: FamilyTitle(
        "Tasks", "Follow-ups and reminders for a person, on an account, a contact or an opportunity."
    ),
    Family.NOTES: FamilyTitle("Notes", "Short texts on an account, a contact or an opportunity."),
    Family.ARTICLES: FamilyTitle("Articles", "The website's articles with steps, categories, comments and media."),
    Family.MEDIA_ITEMS: FamilyTitle("Media Items", "Media items and their files; an item and its file are two things."),
    Family.FORUMS: FamilyTitle("Forums", "Threads, posts and moderators; every right is forum by forum."),
    Family.ALWAYS: FamilyTitle("For everybody", "Tools that need only a valid session, or any family at all."),
}
