"""Which function carries out which tool, and what each kind of record is listed by.

`get_current_user` is missing: the gate answers it, whatever the instance is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.articles import (
    article_categories,
    article_comments,
    article_media,
    article_steps,
    articles,
    media_attaching,
)
from affino_mcp.instance.builtin.crm import (
    account_lists,
    accounts,
    consents,
    contact_links,
    contacts,
    notes,
    opportunities,
    opportunity_lists,
    opportunity_people,
    opportunity_topics,
    tasks,
    topics,
)
from affino_mcp.instance.builtin.engine.records import Carry, FacetFunction, Records
from affino_mcp.instance.builtin.forums import forum_moderation, forum_moderators, forum_posts, forum_threads, forums
from affino_mcp.instance.builtin.history import history, undo
from affino_mcp.instance.builtin.media import media_categories, media_files, media_items, media_uploads, new_media_items
from affino_mcp.instance.builtin.member_lists import member_changes, member_lists
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.instance.port import Call, Done


def undo_change(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Undoes a change by the tools of the record's own family."""
    return undo.undo_change(records, method, values, call, TOOLS)


TOOLS: Final[Mapping[str, Carry]] = {
    "create_account": accounts.create_account,
    "delete_account": accounts.delete_account,
    "get_account": accounts.get_account,
    "list_account_lookups": account_lists.list_account_lookups,
    "list_accounts": accounts.list_accounts,
    "update_account": accounts.update_account,
    "create_contact": contacts.create_contact,
    "delete_contact": contacts.delete_contact,
    "get_contact": contacts.get_contact,
    "grant_contact_permission": consents.grant_contact_permission,
    "link_contact_to_account": contact_links.link_contact_to_account,
    "list_contact_lookups": account_lists.list_contact_lookups,
    "list_contact_permissions": consents.list_contact_permissions,
    "list_contacts": contacts.list_contacts,
    "list_permissions": consents.list_permissions,
    "revoke_contact_permission": consents.revoke_contact_permission,
    "unlink_contact_from_account": contact_links.unlink_contact_from_account,
    "update_contact": contacts.update_contact,
    "update_contact_account_link": contact_links.update_contact_account_link,
    "add_account_list_members": member_changes.change_list_members,
    "add_contact_list_members": member_changes.change_list_members,
    "create_account_list": member_lists.create_list,
    "create_contact_list": member_lists.create_list,
    "delete_account_list": member_lists.delete_list,
    "delete_contact_list": member_lists.delete_list,
    "get_account_list": member_lists.get_list,
    "get_contact_list": member_lists.get_list,
    "list_account_list_members": member_lists.list_members,
    "list_account_lists": member_lists.list_lists,
    "list_contact_list_members": member_lists.list_members,
    "list_contact_lists": member_lists.list_lists,
    "remove_account_list_members": member_changes.change_list_members,
    "remove_contact_list_members": member_changes.change_list_members,
    "update_account_list": member_lists.update_list,
    "update_contact_list": member_lists.update_list,
    "add_opportunity_contact": opportunity_people.add_opportunity_contact,
    "add_opportunity_team_member": opportunity_people.add_opportunity_team_member,
    "add_opportunity_topics": opportunity_topics.add_opportunity_topics,
    "create_opportunity": opportunities.create_opportunity,
    "delete_opportunity": opportunities.delete_opportunity,
    "get_opportunity": opportunities.get_opportunity,
    "list_opportunities": opportunity_lists.list_opportunities,
    "list_opportunity_contacts": opportunity_people.list_opportunity_contacts,
    "list_opportunity_stages": opportunities.list_opportunity_stages,
    "list_opportunity_team_members": opportunity_people.list_opportunity_team_members,
    "list_opportunity_topics": opportunity_topics.list_opportunity_topics,
    "remove_opportunity_contact": opportunity_people.remove_opportunity_contact,
    "remove_opportunity_team_member": opportunity_people.remove_opportunity_team_member,
    "remove_opportunity_topics": opportunity_topics.remove_opportunity_topics,
    "update_opportunity": opportunities.update_opportunity,
    "create_task": tasks.create_task,
    "delete_task": tasks.delete_task,
    "get_task": tasks.get_task,
    "list_tasks": tasks.list_tasks,
    "update_task": tasks.update_task,
    "create_note": notes.create_note,
    "delete_note": notes.delete_note,
    "get_note": notes.get_note,
    "list_notes": notes.list_notes,
    "update_note": notes.update_note,
    "create_article": articles.create_article,
    "delete_article": articles.delete_article,
    "get_article": articles.get_article,
    "list_article_types": article_categories.list_article_types,
    "list_articles": articles.list_articles,
    "list_sections": article_categories.list_sections,
    "update_article": articles.update_article,
    "add_article_categories": article_categories.add_article_categories,
    "create_article_step": article_steps.create_article_step,
    "delete_article_step": article_steps.delete_article_step,
    "get_article_step": article_steps.get_article_step,
    "list_article_categories": article_categories.list_article_categories,
    "list_article_steps": article_steps.list_article_steps,
    "remove_article_categories": article_categories.remove_article_categories,
    "reorder_article_steps": article_steps.reorder_article_steps,
    "update_article_step": article_steps.update_article_step,
    "create_article_comment": article_comments.create_article_comment,
    "delete_article_comment": article_comments.delete_article_comment,
    "list_article_comments": article_comments.list_article_comments,
    "moderate_article_comment": article_comments.moderate_article_comment,
    "update_article_comment": article_comments.update_article_comment,
    "attach_article_media": media_attaching.attach_article_media,
    "detach_article_media": article_media.detach_article_media,
    "list_article_media": article_media.list_article_media,
    "add_forum_moderator": forum_moderators.add_forum_moderator,
    "get_forum": forums.get_forum,
    "list_forum_moderators": forum_moderators.list_forum_moderators,
    "list_forums": forums.list_forums,
    "remove_forum_moderator": forum_moderators.remove_forum_moderator,
    "create_forum_post": forum_posts.create_forum_post,
    "create_forum_thread": forum_threads.create_forum_thread,
    "delete_forum_post": forum_posts.delete_forum_post,
    "delete_forum_thread": forum_threads.delete_forum_thread,
    "get_forum_post": forum_posts.get_forum_post,
    "get_forum_thread": forum_threads.get_forum_thread,
    "list_forum_posts": forum_posts.list_forum_posts,
    "list_forum_threads": forum_threads.list_forum_threads,
    "moderate_forum_post": forum_moderation.moderate_forum_post,
    "moderate_forum_thread": forum_moderation.moderate_forum_thread,
    "update_forum_post": forum_posts.update_forum_post,
    "update_forum_thread": forum_threads.update_forum_thread,
    "create_media_item": new_media_items.create_media_item,
    "delete_media_item": media_items.delete_media_item,
    "get_media_item": media_items.get_media_item,
    "list_media_categories": media_categories.list_media_categories,
    "list_media_items": media_items.list_media_items,
    "update_media_item": media_items.update_media_item,
    "attach_media_file": media_files.attach_media_file,
    "delete_media_file": media_files.delete_media_file,
    "get_media_file": media_files.get_media_file,
    "list_media_files": media_files.list_media_files,
    "request_media_upload": media_uploads.request_media_upload,
    "list_my_changes": history.list_my_changes,
    "list_record_history": history.list_record_history,
    "undo_change": undo_change,
    "list_topics": topics.list_topics,
}
"""Every tool by its name, in the catalogue's order."""

FACETS: Final[Mapping[str, FacetFunction]] = {
    accounts.FAMILY: accounts.facets,
    contacts.FAMILY: contacts.facets,
    Family.CONTACT_LISTS: member_lists.facets,
    Family.ACCOUNT_LISTS: member_lists.facets,
    opportunities.FAMILY: opportunities.facets,
    tasks.FAMILY: tasks.facets,
    notes.FAMILY: notes.facets,
    articles.FAMILY: articles.facets,
    article_steps.FAMILY: article_steps.facets,
    article_comments.FAMILY: article_comments.facets,
    article_media.FAMILY: article_media.facets,
    forums.FAMILY: forums.facets,
    forum_threads.FAMILY: forum_threads.facets,
    forum_posts.FAMILY: forum_posts.facets,
    media_items.FAMILY: media_items.facets,
    media_categories.FAMILY: media_categories.facets,
    media_files.FAMILY: media_files.facets,
    **website_records.FACETS,
}
"""What a record is listed by, for every kind of record."""
