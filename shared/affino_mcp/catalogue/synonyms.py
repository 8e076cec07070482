"""The words that people use for what the catalogue calls otherwise: kept here once, for the search of tools.

Each row names a part of tools' names and the words for it, separated by commas. A word may stand in several rows; the first
row counts more. Words are written in the singular and without articles; case, punctuation and plurals do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.capability import Family

Words = tuple[str, ...]


def _split(words: str) -> Words:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _split_rows(rows: Mapping[str, str]) -> Mapping[str, Words]:
    return {name: _split(words) for name, words in rows.items()}


_OF_FAMILIES: Final[Mapping[str, tuple[Family, str]]] = {
    "account": (
        Family.ACCOUNTS,
        (
            "company, customer, client, organisation, organization, org, business, firm, employer, supplier, vendor, agency, "
            "corporation, enterprise, buyer, key account, legal entity"
        ),
    ),
    "contact": (
        Family.CONTACTS,
        (
            "person, people, lead, individual, human, attendee, prospect, member of the public, user, employee, decision "
            "maker, email address, phone number, telephone number, address book, human being"
        ),
    ),
    "contact_list": (
        Family.CONTACT_LISTS,
        (
            "mailing list, segment, campaign, audience, distribution list, marketing list, email list, subscriber list, "
            "target group, recipient, newsletter list, newsletter, mailing, list of people, to list, on list, list member, "
            "from list"
        ),
    ),
    "account_list": (
        Family.ACCOUNT_LISTS,
        "account segment, company segment, customer segment, target account, to list, on list, list member, from list",
    ),
    "opportunity": (
        Family.OPPORTUNITIES,
        (
            "deal, pipeline, sale, forecast, revenue, proposal, quote, tender, bid, renewal, funnel, sales opportunity, "
            "potential sale, order, turnover, quota"
        ),
    ),
    "task": (
        Family.TASKS,
        (
            "todo, to do, reminder, remind, follow up, followup, action item, chore, due, overdue, deadline, appointment, "
            "meeting, errand, agenda, to do list, todo list, task list, call back"
        ),
    ),
    "note": (
        Family.NOTES,
        (
            "memo, remark, call log, log call, phone call, minute, observation, jotting, call note, meeting note, annotation, "
            "comment, call report"
        ),
    ),
    "article": (
        Family.ARTICLES,
        (
            "page, blog, blog post, news, news item, story, press release, content, publication, website, web page, webpage, "
            "editorial, column, guide, landing page, site, draft, headline, cms, post"
        ),
    ),
    "media_item": (
        Family.MEDIA_ITEMS,
        (
            "media, image, picture, photo, photograph, illustration, graphic, asset, logo, video, film, audio, podcast, "
            "gallery, banner, cover image, media library, icon"
        ),
    ),
    "media_file": (
        Family.MEDIA_ITEMS,
        (
            "document, pdf, attachment, download, spreadsheet, presentation, zip, rendition, thumbnail, word document, "
            "brochure"
        ),
    ),
    "forum": (Family.FORUMS, "board, community, message board, discussion board, discussion group"),
    "forum_thread": (Family.FORUMS, "discussion, question, conversation, debate, discussion topic, topic"),
    "forum_post": (Family.FORUMS, "reply, answer, response, message"),
}
FAMILY_NOUNS: Final = {part: (family, _split(words)) for part, (family, words) in _OF_FAMILIES.items()}
"""The nouns of families: the part of a tool's name, the family, and the words for it."""

OTHER_NOUNS: Final = _split_rows(
    {
        "article_comment": "reader comment, feedback, comment section",
        "article_step": "chapter, instruction",
        "article_media": "image, picture, photo, video, illustration, cover",
        "article_type": "template, security",
        "lookup": "industry, sector, account type, company type, vertical, branch",
        "section": "channel, area, rubric, part of the website, folder",
        "category": "tag, label, classification",
        "topic": "theme, subject, keyword, interest, tag",
        "stage": "phase, sales stage, pipeline stage, pipeline step, probability",
        "team": "sales team, colleague, staff, coworker, deal team, who work on, work on",
        "member": "recipient, membership, someone, somebody, who is on, who is in, to list, on list, from list, subscriber",
        "moderator": "admin, administrator",
        "permission": (
            "consent, gdpr, privacy, opt in, opt out, optin, optout, marketing permission, subscription, data protection, "
            "subscribe, unsubscribe, consent statement, newsletter consent, preference"
        ),
        "history": (
            "audit, audit trail, audit log, change log, changelog, who changed, revision, version, past, who edited, who "
            "updated, log of changes, previous value, who deleted, who created, earlier value"
        ),
        "change": "edit, modification, what did i, i changed, i did",
        "undo": (
            "revert, roll back, rollback, restore, recover, undelete, take back, reverse, bring back, mistake, undo change, "
            "put back, get back, retrieve deleted"
        ),
        "activity": "timeline, what happened",
        "upload": "ticket, large file, big file",
    }
)
"""Further nouns of tools' names, and the words for them."""

VERBS: Final = _split_rows(
    {
        "list": (
            "show, find, search, browse, overview, look up, lookup, see, display, enumerate, count, how many, all, filter, "
            "query, report, which, what, who, every, latest, recent, total"
        ),
        "get": "read, open, view, fetch, detail, look at, load, one, single, retrieve, full",
        "create": (
            "add, new, make, write, register, insert, start, draft, compose, enter, set up, record, log, open, save, build, "
            "ask, leave, put in, schedule, plan, book, remind, jot down, post"
        ),
        "update": (
            "change, edit, modify, set, rename, correct, amend, assign, reassign, mark, fix, adjust, complete, done, tick "
            "off, finish, reschedule, postpone, win, won, lose, lost, close, publish, unpublish, go live, live, schedule, "
            "embargo, take offline, rewrite, move, reopen, hand over, expire, online, offline, put online, take down, advance"
        ),
        "delete": "erase, trash, destroy, drop, get rid of, bin, remove, purge, forget, cancel, throw away",
        "remove": "take off, take out, unassign, exclude, delete, kick, take away, strip, drop",
        "add": "put, put on, include, assign, append, enrol, enroll, join, invite, make",
        "attach": "put, insert, embed, illustrate, add, upload, set, place",
        "detach": "take off, remove, take out",
        "link": "connect, associate, work for, work at, join, relate, employ, tie, add",
        "unlink": "disconnect, left company, leaver, no longer work, dissociate, left",
        "grant": "opt in, optin, give consent, subscribe, allow, give, sign up, agree, agreed",
        "revoke": "unsubscribe, opt out, optout, withdraw, withdrew, end, stop, take consent back, refuse",
        "moderate": "approve, reject, hide, unhide, pin, unpin, lock, unlock, spam, moderation, allow, block, close, move",
        "reorder": "sort, rearrange, move, order, change the order, swap",
        "request": "upload, large, big",
        "undo": "",
    }
)
"""The verbs of tools' names, and the words for them."""

TOOL_PHRASES: Final = _split_rows(
    {
        "get_current_user": (
            "who am i, whoami, who i am, myself, my name, my right, my permission, current user, am i, my session, session, "
            "login, logged in, identity, what may i, what can i, what am i allowed, which profile, my profile, rate limit, my "
            "email, my access, on whose behalf, acting for, act for, am i allowed, who do you act for, time zone, today date, "
            "what day is it, who are you, who is logged in"
        ),
        "list_my_changes": "my change, what did i, what have i, i changed, my activity, my edit, i did, my last change",
        "list_activity": "activity, timeline, what happened, what happened with, what went on, recent activity",
        "summarise_opportunities": "pipeline by stage, pipeline by owner, forecast, sum of deal, total pipeline",
        "report_missing": "report missing, missing tool, no tool, tool is missing, feature request, wrong refusal",
        "list_pending": "review queue, what wait, waiting for approval, waiting for me, wait for my approval, to review",
        "undo_change": "undo, revert, roll back, rollback, restore, recover, undelete, take back, bring back",
        "list_record_history": "history, audit, audit trail, who changed, change log, revision",
        "revoke_contact_permission": "unsubscribe, opt out, optout, withdraw consent, revoke consent",
        "grant_contact_permission": "opt in, optin, subscribe, give consent, record consent",
        "list_contact_permissions": "gdpr, consent, marketing permission, may we email, may i email",
        "delete_contact": "right to be forgotten, forget person, erase personal data",
        "update_article": (
            "publish, unpublish, go live, schedule, embargo, take offline, put online, put live, take down, publication date, "
            "live date, publishing, offline, online"
        ),
        "publish_articles": "publish article, publish several, publish all, plan release, release plan",
        "moderate_pending": "approve all, approve what wait, reject all, approve several, moderate pending",
        "split_forum_thread": "split, split off, split thread",
        "get_media_file": "download, download a file, download link",
        "request_media_upload": "upload, large file, big file",
        "attach_media_file": "upload file, upload pdf, upload document, attach file, attach document",
        "create_media_item": "upload image, upload picture, upload photo, upload video, new image, new picture",
        "moderate_article_comment": "approve, moderate, approve comment, reject comment, spam comment",
        "moderate_forum_post": "approve reply, hide reply, reject reply, hide post, spam post, approve post",
        "moderate_forum_thread": "pin, lock, close thread, close discussion, hide discussion",
        "list_contacts": "employee, person at company, contact at company, who work at, who work for",
        "list_opportunities": "pipeline, forecast, won deal, open deal, sale, revenue",
        "list_opportunity_stages": "pipeline stage, sales stage",
        "list_account_lookups": "industry, sector, account type",
        "create_note": "log call, write down, jot down, leave note",
        "create_task": "remind me, remind, set reminder, schedule follow up, follow up with, schedule task",
        "list_tasks": "overdue, due, my day, what is due, to do list, todo list, due today, my task",
        "create_forum_post": "answer question, respond, post reply, reply to, write reply, answer thread",
        "create_forum_thread": "ask question, start discussion, open thread, new discussion, post question",
        "link_contact_to_account": "work for, work at, connect person, employ",
        "unlink_contact_from_account": "left company, no longer work, leaver",
        "list_topics": "topic",
    }
)
"""Words for what one tool does, or what is to be tried first when nothing else is said."""

ALWAYS_WORDS: Final = _split("always, general, everybody, history, undo, topic, user")
"""The words for the tools that belong to no family."""

IGNORED_WORDS: Final = frozenset(
    _split(
        "of, to, in, on, for, from, with, by, at, my, our, me, i, we, you, your, it, its, is, are, was, were, be, been, "
        "do, does, did, can, could, may, will, would, should, shall, want, need, wish, please, tool, tools, there, here, "
        "this, that, these, those, and, or, not, have, has, had, use, using, via, about, into, as, so, how, when, where, "
        "them, they, their, he, she, his, her, some, any, affino, crm, record, if, whose, go"
    )
)
"""Words that say nothing of a tool."""
