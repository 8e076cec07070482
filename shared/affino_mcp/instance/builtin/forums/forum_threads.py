"""Threads of forums on the builtin instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import THREAD_STATUS_FILTER
from affino_mcp.catalogue.families.forums import FORUM, POST, REASON_FIELD, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import RecordState, new_document
from affino_mcp.instance.builtin.engine.index import WAITS, Facets
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_posts, forum_view, thread_counts
from affino_mcp.instance.builtin.forums.forum_access import (
    MODERATION_ATTRIBUTE,
    NEW_POST_STATE,
    NEW_THREAD_STATE,
    PENDING,
    ForumVisibility,
    OpenThread,
    author_code,
    moderation_state,
    not_moderator_error,
)
from affino_mcp.instance.builtin.listing import filter_targets, listing
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item

FAMILY: Final = THREAD.family
CODE: Final = THREAD.code
FORUM_CODE: Final = FORUM.code
HIDDEN: Final = "hidden"


def facets(stored: RecordState) -> Facets:
    """Facets of a thread. Its forum counts the thread while it is public."""
    document, state = stored.document, moderation_state(stored.document)
    place, writer = document.values[FORUM_CODE], author_code(document)
    standing = forum_access.visibility_facet(document, f"open={place}", f"own={writer}")
    tags = ["public"] if forum_access.is_public(document) else []
    tags += ["pinned" if state["Pinned"] else "unpinned", "locked" if state["Locked"] else "unlocked"]
    tags += [PENDING] if state["Status"] == PENDING or document.system[thread_counts.PENDING_COUNT] else []
    tags += [HIDDEN] if state["Hidden"] else []
    counted = (str(RecordRef(FORUM.family, place)),) if forum_access.is_public(document) else ()
    waiting = (WAITS,) if thread_counts.is_held(document) else ()
    return Facets((f"forum={place}", f"author={writer}", *standing, *waiting), tuple(tags), counted)


def list_forum_threads(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the threads that the person may see."""
    place, status = values.get(FORUM_CODE), values.get(THREAD_STATUS_FILTER.name)
    sight = forum_access.load_visibility(records, call, place)
    if status in (PENDING, HIDDEN):
        sight = sight.moderated_only()
        if not sight.moderated:
            text = f"Only moderators list threads that are {status}; your own are in the list without Status."
            raise not_moderator_error(place, text)
    seen = sight.thread_facets(call)
    plan = listing.ListPlan(
        THREAD,
        (f"author={values['AuthorCode']}",) if values.get("AuthorCode") else (),
        any_of=(seen, *((f"forum={place}",) for place in (place,) if place), *_filter_facets(values)),
        leads=seen,
        derive=lambda d, _: forum_view.render_thread_attributes(d, moderator=d.values[FORUM_CODE] in sight.moderated),
        may_show=lambda d: sight.may_see_thread(call, d),
        targets=find_targets(call, values, {"AuthorCode": filter_targets.STAFF}),
        found_by={POST.family: lambda _, rows: _threads_of_posts(records, call, sight, rows)},
    )
    return listing.list_records(records, plan, values, call)


def _threads_of_posts(records: Records, call: Call, sight: ForumVisibility, rows: Sequence[Item]) -> set[int]:
    """The codes of the threads of these index rows of posts, as far as the person may see the posts."""
    seen = {place.thread for row in rows if (place := forum_posts.read_place(row)).is_seen_by(call)}
    other = {forum_posts.read_place(row).thread for row in rows} - seen
    held = records.load_documents(RecordRef(FAMILY, code) for code in sorted(other)) if sight.moderated else {}
    return seen | {place.code for place, thread in held.items() if thread.values[FORUM_CODE] in sight.moderated}


def _filter_facets(values: Values) -> list[tuple[str, ...]]:
    flags = {"Pinned": ("unpinned", "pinned"), "Locked": ("unlocked", "locked")}
    status = {"approved": "public", PENDING: PENDING, HIDDEN: HIDDEN}.get(values.get(THREAD_STATUS_FILTER.name, ""))
    facets = [words[values[name]] for name, words in flags.items() if name in values]
    return [(facet,) for facet in (*facets, *((status,) if status else ()))]


def get_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one thread with its opening post."""
    found = forum_access.open_thread(records, call, values[CODE])
    return Done({"Thread": forum_view.read_thread(records, call, found, values)}, found.document.ref)


def create_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a thread with its opening post; in a moderated forum it is held for approval."""
    place = forum_access.open_forum(records, call, FORUM_CODE, values[FORUM_CODE])
    place.require_post_right(call)
    place.require_open()
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, THREAD, values)
    body = forum_posts.sanitise_body(call, values)
    state = {MODERATION_ATTRIBUTE: NEW_THREAD_STATE | forum_approval.new_state(call, place)}
    codes = records.codes.take_code(FAMILY, change), records.codes.take_code(POST.family, change)
    thread = RecordState(
        new_document(FAMILY, codes[0], call, checked | state, **thread_counts.first_counts(codes[1], call))
    )
    post = forum_posts.new_post(change, codes, 1, body, NEW_POST_STATE)
    guards.require_unchanged(change, place.document)
    records.save_record(change, None, thread)
    records.save_record(change, None, post)
    found = OpenThread(thread, place, place.is_moderated_by(call))
    answer = forum_view.render_thread(records, call, found, post.document, known)
    return change.commit({"Thread": _without_codes(answer) if values.get(DRY_RUN.name) else answer})


def _without_codes(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of a dry run without the codes of the records that do not exist."""
    none = {POST.code: None, CODE: None}
    return answer | {
        forum_view.FIRST_POST_ATTRIBUTE: answer[forum_view.FIRST_POST_ATTRIBUTE] | none,
        thread_counts.LAST_POST: None,
    }


def update_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates title or topics: for moderators, and for the author while forum and thread are open."""
    before = forum_access.open_thread(records, call, values[CODE])
    before.require_edit_right(call, before.document)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, THREAD, values, before.document.values)
    if all(before.document.values.get(name, []) == (value or []) for name, value in checked.items()):
        answer = forum_view.render_thread(records, call, before, have=known)
        return change.no_change({"Thread": answer}, before.document.ref)
    state = {MODERATION_ATTRIBUTE: forum_approval.state_after_edit(call, before, before.document)}
    after = replace(before.stored, document=before.document.next_version(call, checked | state))
    guards.require_unchanged(change, before.forum.document)
    records.save_record(change, before.stored, after)
    found = replace(before, stored=after)
    return change.commit({"Thread": forum_view.render_thread(records, call, found, have=known)})


def delete_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a thread and all its posts: for moderators, and for the author while the thread has no replies."""
    before = forum_access.open_thread(records, call, values[CODE])
    before.require_change_right(call, before.document)
    if not before.is_moderator and before.document.system[thread_counts.POST_COUNT] > 1:
        text = "There are replies in this thread: now only a moderator of the forum may delete it."
        raise not_moderator_error(before.forum.document.code, text)
    change = records.start_change(method, values, call)
    state = {
        MODERATION_ATTRIBUTE: forum_approval.state_after_decision(call, before.document, values.get(REASON_FIELD.name))
    }
    guards.require_unchanged(change, before.forum.document)
    records.save_record(change, before.stored, before.stored.deleted_by(call, state))
    posts = before.document.system[thread_counts.POST_COUNT]
    hanging = render_dependents(records, call, before.stored, forum_posts=posts)
    return change.commit({CODE: values[CODE], "Deleted": True} | hanging)
