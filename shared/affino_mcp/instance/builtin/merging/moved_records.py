"""The kinds of records that hang on one that is merged, and move to the kept one: notes, tasks and opportunities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.tasks import TASK
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.crm.opportunity_people import require_participation
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_plan import MovedKind
from affino_mcp.instance.builtin.merging.merge_work import Merge
from affino_mcp.instance.port import RecordRef


def _move_subject(merge: Merge, edit: RecordEdit) -> None:
    """Makes a note or a task one about the kept record. Raises PermissionDenied for one that the person may not change."""
    require_ownership(merge.edited.change.call, edit.before.document)
    edit.move_to(merge.kept_place)


NOTES_AND_TASKS: Final = tuple(
    MovedKind(family, family, lambda place: subject_record.scope_facet(*place), _move_subject, has_relations=False)
    for family in (NOTE.family, TASK.family)
)


def opportunities_by(facet: str, change: Callable[[Merge, RecordEdit], None]) -> MovedKind:
    """The opportunities that a facet of the merged record lists (its name); `change` edits one.

    A move raises PermissionDenied for those of others.
    """

    def move(merge: Merge, deal: RecordEdit) -> None:
        require_participation(merge.edited.change.call, deal.before)
        change(merge, deal)

    return MovedKind(OPPORTUNITY.family, OPPORTUNITY.family, facet_of(facet), move)


def facet_of(name: str) -> Callable[[RecordRef], str]:
    """The facet of this name that lists what names a record by its code."""
    return lambda place: f"{name}={place.code}"


def join_link(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The link of a contact to an account in the place of two: of a leaver when both say so; the kept one's values first."""
    if ours is None:
        return dict(theirs)
    left = ours["LeftCompany"] and theirs["LeftCompany"]
    return {**ours, "LeftCompany": left, "JobTitle": ours["JobTitle"] or theirs["JobTitle"]}
