"""The search of tools: the tool that must come first for words that people use."""

from __future__ import annotations

import time
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.synonyms import FAMILY_NOUNS, OTHER_NOUNS, TOOL_PHRASES, VERBS
from affino_mcp.catalogue.tool_search import MAX_SEARCH_WORDS, find_family, find_namesake, find_tools, fold_words

QUESTIONS: Final = {
    "deal": "list_opportunities",
    "deals": "list_opportunities",
    "company": "list_accounts",
    "companies": "list_accounts",
    "(companies),": "list_accounts",
    "pipeline": "list_opportunities",
    "schedule": "update_article",
    "people": "list_contacts",
    "search people": "list_contacts",
    "who am i": "get_current_user",
    "Who am I?": "get_current_user",
    "create contact": "create_contact",
    "add a person": "create_contact",
    "new lead": "create_contact",
    "delete_account": "delete_account",
    "Notes": "list_notes",
    "opportunity topics": "list_opportunity_topics",
    "customer": "list_accounts",
    "find customers": "list_accounts",
    "client details": "get_account",
    "organisations": "list_accounts",
    "organization": "list_accounts",
    "to-do": "list_tasks",
    "todo": "list_tasks",
    "reminders": "list_tasks",
    "follow-up": "list_tasks",
    "set a reminder": "create_task",
    "remind me to call Jane": "create_task",
    "schedule a follow-up": "create_task",
    "what is overdue?": "list_tasks",
    "memo": "list_notes",
    "write a memo": "create_note",
    "log a call": "create_note",
    "call log": "list_notes",
    "comments": "list_article_comments",
    "approve a comment": "moderate_article_comment",
    "picture": "list_media_items",
    "photos": "list_media_items",
    "image": "list_media_items",
    "upload a file": "attach_media_file",
    "upload": "request_media_upload",
    "pdf": "list_media_files",
    "document": "list_media_files",
    "download a document": "get_media_file",
    "page": "list_articles",
    "blog": "list_articles",
    "write a blog post": "create_article",
    "news": "list_articles",
    "story": "list_articles",
    "publish an article": "update_article",
    "publish": "update_article",
    "go live": "update_article",
    "schedule an article": "update_article",
    "discussion": "list_forum_threads",
    "topic": "list_topics",
    "question": "list_forum_threads",
    "ask a question": "create_forum_thread",
    "reply": "list_forum_posts",
    "reply to a thread": "create_forum_post",
    "mailing list": "list_contact_lists",
    "segment": "list_contact_lists",
    "campaign": "list_contact_lists",
    "audience": "list_contact_lists",
    "add someone to a mailing list": "add_contact_list_members",
    "who is on the mailing list": "list_contact_list_members",
    "create a segment": "create_contact_list",
    "revert": "undo_change",
    "rollback": "undo_change",
    "roll back": "undo_change",
    "restore a deleted contact": "undo_change",
    "history": "list_record_history",
    "who changed this account": "list_record_history",
    "what did I change today": "list_my_changes",
    "unsubscribe": "revoke_contact_permission",
    "opt out": "revoke_contact_permission",
    "opt-in": "grant_contact_permission",
    "consent": "list_contact_permissions",
    "GDPR": "list_contact_permissions",
    "approve": "moderate_article_comment",
    "moderate": "moderate_article_comment",
    "lock a thread": "moderate_forum_thread",
    "pin a discussion": "moderate_forum_thread",
    "hide a reply": "moderate_forum_post",
    "industries": "list_account_lookups",
    "pipeline stages": "list_opportunity_stages",
    "stages": "list_opportunity_stages",
    "sales team": "list_opportunity_team_members",
    "close a deal": "update_opportunity",
    "won deals": "list_opportunities",
    "create a deal": "create_opportunity",
    "new opportunity": "create_opportunity",
    "update company address": "update_account",
    "rename a company": "update_account",
    "delete a customer": "delete_account",
    "mark a task as done": "update_task",
    "complete a task": "update_task",
    "sections": "list_sections",
    "forum": "list_forums",
    "moderators": "list_forum_moderators",
    "make someone a moderator": "add_forum_moderator",
    "attach an image to an article": "attach_article_media",
    "add a step": "create_article_step",
    "reorder steps": "reorder_article_steps",
    "works for": "link_contact_to_account",
    "left the company": "unlink_contact_from_account",
    "link a person to a company": "link_contact_to_account",
    "list accounts": "list_accounts",
    "contact lists": "list_contact_lists",
    "account lists": "list_account_lists",
    "list contacts": "list_contacts",
    "get contact": "get_contact",
    "create_account": "create_account",
    "add contact to list": "add_contact_list_members",
    "remove someone from a segment": "remove_contact_list_members",
    "show me the list of companies": "list_accounts",
    "How many open deals do we have?": "list_opportunities",
    "which companies are in London?": "list_accounts",
    "show me all customers": "list_accounts",
    "our clients": "list_accounts",
    "firms": "list_accounts",
    "find a person by email": "list_contacts",
    "look up a contact": "list_contacts",
    "phone number of a person": "list_contacts",
    "leads": "list_contacts",
    "change someone's job title": "update_contact",
    "opportunities closing this month": "list_opportunities",
    "sales pipeline": "list_opportunities",
    "forecast": "list_opportunities",
    "update deal stage": "update_opportunity",
    "move a deal to won": "update_opportunity",
    "add a contact to a deal": "add_opportunity_contact",
    "who works on this deal": "list_opportunity_team_members",
    "create a todo": "create_task",
    "my tasks": "list_tasks",
    "to do list": "list_tasks",
    "assign a task": "update_task",
    "delete a reminder": "delete_task",
    "write a note on a company": "create_note",
    "notes about an account": "list_notes",
    "edit a memo": "update_note",
    "read an article": "get_article",
    "edit a page": "update_article",
    "delete a page": "delete_article",
    "unpublish a story": "update_article",
    "draft an article": "create_article",
    "publish a page": "update_article",
    "schedule a post": "update_article",
    "comments on an article": "list_article_comments",
    "article comments": "list_article_comments",
    "delete a comment": "delete_article_comment",
    "images of an article": "list_article_media",
    "upload a picture": "create_media_item",
    "upload an image": "create_media_item",
    "change a photo caption": "update_media_item",
    "files of a media item": "list_media_files",
    "delete a file": "delete_media_file",
    "browse forums": "list_forums",
    "start a discussion": "create_forum_thread",
    "answer a question": "create_forum_post",
    "read a thread": "get_forum_thread",
    "replies in a thread": "list_forum_posts",
    "moderate a reply": "moderate_forum_post",
    "remove a moderator": "remove_forum_moderator",
    "newsletter subscribers": "list_contact_list_members",
    "create a mailing list": "create_contact_list",
    "campaign members": "list_contact_list_members",
    "delete a segment": "delete_contact_list",
    "account segments": "list_account_lists",
    "add companies to a list": "add_account_list_members",
    "consents of a contact": "list_contact_permissions",
    "permissions": "list_permissions",
    "withdraw consent": "revoke_contact_permission",
    "GDPR consent": "list_contact_permissions",
    "undo": "undo_change",
    "undo my last change": "undo_change",
    "undelete": "undo_change",
    "audit trail": "list_record_history",
    "change history": "list_record_history",
    "what did I do": "list_my_changes",
    "my changes": "list_my_changes",
    "whoami": "get_current_user",
    "current user": "get_current_user",
    "my permissions": "get_current_user",
    "what am I allowed to do": "get_current_user",
    "tags": "list_topics",
    "topics": "list_topics",
    "article types": "list_article_types",
    "put an article in a category": "add_article_categories",
    "channels": "list_sections",
    "team members of an opportunity": "list_opportunity_team_members",
    "contacts of an opportunity": "list_opportunity_contacts",
    "remove a contact from a deal": "remove_opportunity_contact",
    "CREATE_ACCOUNT": "create_account",
    "list-accounts": "list_accounts",
    "createContact": "create_contact",
    "listAccounts": "list_accounts",
    "employees of a company": "list_contacts",
    "deal stages": "list_opportunity_stages",
    "attachments": "list_media_files",
    "videos": "list_media_items",
    "contact list members": "list_contact_list_members",
    "press release": "list_articles",
    "add tags to a deal": "add_opportunity_topics",
    "can you find me some organisations in Paris?": "list_accounts",
    "customers!": "list_accounts",
    "vendor": "list_accounts",
    "sales": "list_opportunities",
    "log of changes": "list_record_history",
    "previous version": "list_record_history",
    "prospects": "list_contacts",
    "large file": "request_media_upload",
    "send newsletter": "list_contact_lists",
    "people's": "list_contacts",
    "register a new client": "create_account",
    "erase a person": "delete_contact",
    "right to be forgotten": "delete_contact",
    "photo gallery": "list_media_items",
    "meeting notes": "list_notes",
    "meeting": "list_tasks",
    "appointments": "list_tasks",
    "community": "list_forums",
    "restore": "undo_change",
    "recover a deleted article": "undo_change",
    "take a story offline": "update_article",
    "embargo": "update_article",
    "topics of a deal": "list_opportunity_topics",
    "team": "list_opportunity_team_members",
    "industry list": "list_account_lookups",
    "how do I unsubscribe someone": "revoke_contact_permission",
    "opt-in a contact": "grant_contact_permission",
    "moderation queue": "moderate_article_comment",
    "approve posts": "moderate_forum_post",
    "hide a comment": "moderate_article_comment",
    "steps of an article": "list_article_steps",
    "add photo to article": "attach_article_media",
    "put a picture into an article": "attach_article_media",
    "get rid of a deal": "delete_opportunity",
    "book a meeting": "create_task",
}
"""What is asked, and the tool that must come first."""


@pytest.mark.parametrize(("question", "first"), QUESTIONS.items(), ids=QUESTIONS)
def test_the_tool_that_is_meant_comes_first(question: str, first: str) -> None:
    assert [method.name for method in find_tools(METHODS.values(), question)][:1] == [first]


@pytest.mark.parametrize("name", METHODS)
def test_every_tool_is_found_by_its_own_name(name: str) -> None:
    for spelling in (name, name.upper(), name.replace("_", " "), name.replace("_", "-")):
        assert find_tools(METHODS.values(), spelling)[0].name == name


@pytest.mark.parametrize("question", ["", " ", "?!", "the", "xyzzy", "Unternehmen", "\0", "_"])
def test_words_that_say_nothing_find_nothing(question: str) -> None:
    assert find_tools(METHODS.values(), question) == []


NOUNS: Final = [(word, family) for family, words in FAMILY_NOUNS.values() for word in words]
AMBIGUOUS: Final = {"list member", "to list", "on list", "from list", "topic", "post", "comment"}


@pytest.mark.parametrize(("word", "family"), [pair for pair in NOUNS if pair[0] not in AMBIGUOUS])
def test_a_familys_word_names_it_however_it_is_written(word: str, family: Family) -> None:
    for spelling in (
        word,
        f" {word.title()} ",
        f"({word}),",
        word.upper(),
        f"the {word}s" if word[-1] not in "sye" else word,
    ):
        assert find_family(spelling) == family, spelling


@pytest.mark.parametrize("family", Family)
def test_a_family_names_itself(family: Family) -> None:
    assert find_family(family) is find_family(family.replace("_", " ").title()) is family


@pytest.mark.parametrize("word", ["xyz", "show", "", "12"])
def test_no_family(word: str) -> None:
    assert find_family(word) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("create_company", "create_account"),
        ("listCompanies", "list_accounts"),
        ("search_people", "list_contacts"),
        ("list accounts", "list_accounts"),
        ("drop_all", None),
        ("execute_sql", None),
    ],
)
def test_a_name_in_other_words(name: str, meant: str | None) -> None:
    found = find_namesake(METHODS.values(), name)
    assert (found.name if found else None) == meant


def test_the_table_names_parts_and_tools_that_there_are() -> None:
    """A word for a tool or a part of a name that is gone would find nothing, and nobody would notice."""
    assert TOOL_PHRASES.keys() <= METHODS.keys()
    parts = {part for name in METHODS for part in fold_words(name.replace("_", " "))}
    for part in (*FAMILY_NOUNS, *OTHER_NOUNS, *VERBS):
        assert set(fold_words(part.replace("_", " "))) <= parts, part


@given(text=st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_searched_and_the_order_is_fixed(text: str) -> None:
    found = find_tools(METHODS.values(), text)
    assert found == find_tools(METHODS.values(), text)
    assert len(fold_words(text)) <= MAX_SEARCH_WORDS
    find_family(text)


def test_a_long_search_is_cheap() -> None:
    """A text of the greatest length costs far below half a second."""
    find_tools(METHODS.values(), "warm")
    begun = time.process_time()
    find_tools(METHODS.values(), "create a deal for companies " * 7)
    assert time.process_time() - begun < 0.5
