"""Threads of forums on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.forum_threads import STATUS
from affino_mcp.catalogue.families.forums import FORUM, POST, REASON, THREAD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.document import created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.forums import forum_access, forum_approval, forum_posts, forum_view, thread_counts
from affino_mcp.instance.builtin.forums.forum_access import (
    FRESH,
    MODERATION,
    PENDING,
    OpenThread,
    author,
    moderation,
    not_moderator,
)
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done, RecordRef

FAMILY: Final = THREAD.family
CODE: Final = THREAD.code
PLACE: Final = FORUM.code
HIDDEN: Final = "hidden"
_NOT_MOVED: Final = FRESH | {"Pinned": False, "Locked": False}


def facets(stored: Stored) -> Facets:
    """Facets of a thread. Its forum counts the thread while it is public."""
    document, state = stored.document, moderation(stored.document)
    place, writer = document.values[PLACE], author(document)
    standing = forum_access.standing(document, f"open={place}", f"own={writer}")
    tags = ["public"] if forum_access.public(document) else []
    tags += ["pinned" if state["Pinned"] else "unpinned", "locked" if state["Locked"] else "unlocked"]
    tags += [PENDING] if state["Status"] == PENDING or document.system[thread_counts.HELD] else []
    tags += [HIDDEN] if state["Hidden"] else []
    counted = (str(RecordRef(FORUM.family, place)),) if forum_access.public(document) else ()
    return Facets((f"forum={place}", f"author={writer}", *standing), tuple(tags), counted)


def list_forum_threads(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the threads that the person may see."""
    place, status = values.get(PLACE), values.get(STATUS.name)
    sight = forum_access.sight(records, call, place)
    if status in (PENDING, HIDDEN):
        sight = sight.moderated_only()
        if not sight.moderated:
            text = f"Only moderators list threads that are {status}; your own are in the list without Status."
            raise not_moderator(place, text)
    seen = sight.facets(call)
    plan = listing.Plan(
        THREAD,
        (f"author={values['AuthorCode']}",) if values.get("AuthorCode") else (),
        any_of=(seen, *((f"forum={place}",) for place in (place,) if place), *_asked(values)),
        leads=seen,
        adds=lambda d, _: forum_view.thread_attributes(d, moderator=d.values[PLACE] in sight.moderated),
        keeps=lambda d: sight.shows(call, d),
    )
    return listing.run(records, plan, values, call)


def _asked(values: Values) -> list[tuple[str, ...]]:
    flags = {"Pinned": ("unpinned", "pinned"), "Locked": ("unlocked", "locked")}
    status = {"approved": "public", PENDING: PENDING, HIDDEN: HIDDEN}.get(values.get(STATUS.name, ""))
    facets = [words[values[name]] for name, words in flags.items() if name in values]
    return [(facet,) for facet in (*facets, *((status,) if status else ()))]


def get_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one thread with its opening post."""
    found = forum_access.thread(records, call, values[CODE])
    return Done({"Thread": forum_view.whole_thread(records, call, found)}, found.document.ref)


def create_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a thread with its opening post; in a moderated forum it is held for approval."""
    place = forum_access.forum(records, call, PLACE, values[PLACE])
    place.must_post(call)
    place.must_be_open()
    change = records.change(method, values, call)
    checked, _ = references.check(records, change, THREAD, values)
    body = forum_posts.cleaned(call, values)
    state = {MODERATION: _NOT_MOVED | forum_approval.new(call, place)}
    codes = records.codes.take(FAMILY, change), records.codes.take(POST.family, change)
    thread = Stored(created(FAMILY, codes[0], call, checked | state, **thread_counts.first(codes[1], call)))
    post = forum_posts.written(change, codes, 1, body, FRESH)
    guards.still(change, place.document)
    records.save(change, None, thread)
    records.save(change, None, post)
    found = OpenThread(thread, place, place.moderated_by(call))
    answer = forum_view.whole_thread(records, call, found, post.document, body)
    return change.commit({"Thread": _rehearsed(answer) if values.get(DRY_RUN.name) else answer})


def _rehearsed(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of a dry run without the codes of the records that do not exist."""
    none = {POST.code: None, CODE: None}
    return answer | {forum_view.FIRST: answer[forum_view.FIRST] | none, thread_counts.LAST: None}


def update_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates title or topics: for moderators, and for the author while forum and thread are open."""
    before = forum_access.thread(records, call, values[CODE])
    before.must_edit(call, before.document)
    change = records.change(method, values, call)
    checked, _ = references.check(records, change, THREAD, values)
    if all(before.document.values.get(name, []) == (value or []) for name, value in checked.items()):
        answer = forum_view.whole_thread(records, call, before)
        return change.nothing({"Thread": answer}, before.document.ref)
    state = {MODERATION: forum_approval.edited(call, before, before.document)}
    after = replace(before.stored, document=before.document.changed(call, checked | state))
    guards.still(change, before.forum.document)
    records.save(change, before.stored, after)
    found = replace(before, stored=after)
    return change.commit({"Thread": forum_view.whole_thread(records, call, found)})


def delete_forum_thread(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a thread and all its posts: for moderators, and for the author while the thread has no replies."""
    before = forum_access.thread(records, call, values[CODE])
    before.must_change(call, before.document)
    if not before.moderator and before.document.system[thread_counts.COUNT] > 1:
        text = "There are replies in this thread: now only a moderator of the forum may delete it."
        raise not_moderator(before.forum.document.code, text)
    change = records.change(method, values, call)
    state = {MODERATION: forum_approval.decided(call, before.document, values.get(REASON.name))}
    guards.still(change, before.forum.document)
    records.save(change, before.stored, before.stored.deleted_by(call, state))
    return change.commit({CODE: values[CODE], "Deleted": True})
