"""The records that hang on one that is merged, and move to the kept one: notes, tasks and opportunities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.tasks import TASK
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.crm.opportunity_people import require_participation
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_work import Merge


def move_about(merge: Merge) -> None:
    """Moves the notes and tasks about the record. Raises PermissionDenied for those that the person may not change."""
    for family in (NOTE.family, TASK.family):
        places = merge.find(family, subject_record.scope_facet(*merge.merged_place))
        for document in merge.edited.records.load_documents(places).values():
            require_ownership(merge.edited.change.call, document)
            merge.edited.edit(RecordState(document)).move_to(merge.kept_place)
            merge.moved[family] += 1


def move_opportunities(merge: Merge, facet: str, change: Callable[[Merge, RecordEdit], None]) -> None:
    """Moves the opportunities that a facet lists; `change` edits one. Raises PermissionDenied for those of others."""
    for place in merge.find(OPPORTUNITY.family, facet):
        edit = merge.edited.load(place)
        if edit is not None:
            require_participation(merge.edited.change.call, edit.before)
            change(merge, edit)
            merge.moved[OPPORTUNITY.family] += 1


def join_link(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The link of a contact to an account in the place of two: of a leaver when both say so; the kept one's values first."""
    if ours is None:
        return dict(theirs)
    left = ours["LeftCompany"] and theirs["LeftCompany"]
    return {**ours, "LeftCompany": left, "JobTitle": ours["JobTitle"] or theirs["JobTitle"]}
