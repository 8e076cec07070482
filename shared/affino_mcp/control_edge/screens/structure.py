"""The screens of structure: a page for each kind, a form for each entry, and a question before what others depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.structure_desk import StructureDesk, needs_agreement
from affino_mcp.catalogue.families.lists import ACTIVE, CHANNEL, PARENT, SECURITY_GROUP
from affino_mcp.catalogue.families.website import EVERYBODY, GROUP_NAMES, SECTION
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS, Removal, StructureKind
from affino_mcp.control_edge.screen_audit import make_origin
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.structure_form import Choices, field_label, is_number, make_inputs, read_values
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, ToolError

HERE: Final = "/structure"
_DONE_TEXTS: Final = {
    "created": "Made. It is there from the next call on.",
    "changed": "Saved. It is obeyed from the next call on.",
    "moved": "Moved.",
    "removed": "Removed.",
}
_STEPS: Final = {"up": -1, "down": 1}


def _open_desk(ask: ScreenRequest) -> StructureDesk:
    centre, code = ask.centre, ask.web_session.person.user_code
    return StructureDesk(centre.structure, make_origin(ask), centre.clock, centre.people.get, code)


def _require_kind(ask: ScreenRequest) -> StructureKind:
    kind = KINDS_BY_FAMILY.get(ask.path_values["kind"])
    if kind is None:
        raise NotFound("name", "kind of structure")
    return kind


def _require_item(ask: ScreenRequest, desk: StructureDesk, kind: StructureKind) -> StructureItem:
    """The entry of the path's code; a name counts for nothing here."""
    item = next((each for each in desk.list_items(kind) if str(each.code) == ask.path_values["code"]), None)
    if item is None:
        raise NotFound("code", kind.noun)
    return item


def show_first_kind(ask: ScreenRequest) -> Response:
    """Redirects to the page of the sections, or of the groups, which are all that is kept here of another instance's."""
    first = SECURITY_GROUP if ask.centre.settings.instance_url else SECTION
    return ask.redirect(_kind_path(KINDS_BY_FAMILY[first.family]))


def show_kind(ask: ScreenRequest) -> Response:
    """The entries of one kind in order, with who may do what in each."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    columns = [field for field in kind.fields if field.name not in {"Name", "Order", "Description", "Moderators"}]
    return ask.render_page(
        "structure.html",
        here=HERE,
        parents=_parent_names(desk, kind),
        kind=kind,
        kinds=STRUCTURE_KINDS,
        items=desk.list_items(kind),
        columns=[(field.name, field_label(field.name), field.kind is GROUP_NAMES) for field in columns],
        done=_DONE_TEXTS.get(ask.query_values.get("done", ""), ""),
    )


def _parent_names(desk: StructureDesk, kind: StructureKind) -> dict[int, str]:
    """The names of entries by code, for kinds whose entries have a parent."""
    items = desk.list_items(kind) if PARENT in kind.record.writable else ()
    return {item.code: str(item.values["Name"]) for item in items}


def show_new_form(ask: ScreenRequest) -> Response:
    """The form of a new entry, with the kind's defaults."""
    kind = _require_kind(ask)
    return _render_form(ask, kind, None, kind.record.defaults)


def show_edit_form(ask: ScreenRequest) -> Response:
    """The form of an entry. Raises NotFound."""
    kind = _require_kind(ask)
    item = _require_item(ask, _open_desk(ask), kind)
    return _render_form(ask, kind, item, item.values)


def create_entry(ask: ScreenRequest) -> Response:
    """Makes an entry; the form again, with what is wrong, when it is refused."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    try:
        desk.save(kind, None, read_values(ask, kind))
    except (InvalidArgument, Conflict, NotFound) as error:
        return _render_form(ask, kind, None, kind.record.defaults, error)
    return ask.redirect(f"{_kind_path(kind)}?done=created")


def save_entry(ask: ScreenRequest) -> Response:
    """Saves an entry; asks first when others depend on the change. Refuses when it has changed since the form was made."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    item = _require_item(ask, desk, kind)
    try:
        values = read_values(ask, kind)
        plan = desk.plan_save(kind, item.code, values)
        if needs_agreement(item.code, plan) and ask.form.get("agreed") != "yes":
            return _ask_first(ask, kind, item, plan, "Save all the same", str(item.code))
        desk.save(kind, item.code, values, _seen_version(ask))
    except (InvalidArgument, Conflict, NotFound) as error:
        return _render_form(ask, kind, item, item.values, error)
    return ask.redirect(f"{_kind_path(kind)}?done=changed")


def move_entry(ask: ScreenRequest) -> Response:
    """Moves an entry one place up or down."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    item = _require_item(ask, desk, kind)
    desk.move(kind, item.code, _STEPS.get(ask.form.get("step", ""), 0))
    return ask.redirect(f"{_kind_path(kind)}?done=moved")


def ask_before_removing(ask: ScreenRequest) -> Response:
    """The page that says what removing an entry does, or why it is refused."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    item = _require_item(ask, desk, kind)
    try:
        plan = desk.plan_remove(kind, item.code)
    except Conflict as error:
        return _ask_first(ask, kind, item, StructurePlan({}, {}, [error.message]), "", "", error.status)
    button = "Switch off" if kind.removal is Removal.SWITCHED_OFF else "Remove"
    return _ask_first(ask, kind, item, plan, button, f"{item.code}/remove")


def remove_entry(ask: ScreenRequest) -> Response:
    """Removes an entry, unless it has changed since its question was shown."""
    kind, desk = _require_kind(ask), _open_desk(ask)
    item = _require_item(ask, desk, kind)
    try:
        desk.remove(kind, item.code, _seen_version(ask))
    except Conflict as error:
        return _ask_first(ask, kind, item, StructurePlan({}, {}, [error.message]), "", "", error.status)
    return ask.redirect(f"{_kind_path(kind)}?done=removed")


def _kind_path(kind: StructureKind) -> str:
    return f"{HERE}/{kind.family}"


def _seen_version(ask: ScreenRequest) -> int:
    """The version that the form was made from; a form without one is of no version."""
    seen = ask.form.get("seen", "")
    return int(seen) if is_number(seen) else -1


def _render_form(
    ask: ScreenRequest,
    kind: StructureKind,
    item: StructureItem | None,
    values: Mapping[str, Any],
    error: ToolError | None = None,
) -> Response:
    """The form with an entry's values; after an error with what was sent, and what is wrong."""
    shown_values = values if error is None else _sent_values(ask, kind, values)
    choices = _list_choices(ask, kind)
    inputs = make_inputs(kind, shown_values, choices, _namer(ask))
    wrong = {} if error is None else {str(error.details.get("argument", "")): error.message}
    shown = {each.name for each in inputs}
    return ask.render_page(
        "structure_form.html",
        200 if error is None else error.status,
        here=HERE,
        kind=kind,
        item=item,
        inputs=inputs,
        parents=choices.parents,
        wrong=wrong if shown & wrong.keys() else {"": error.message} if error else {},
        seen=ask.form.get("seen", item.version if item else ""),
    )


def _list_choices(ask: ScreenRequest, kind: StructureKind) -> Choices:
    """What can be chosen in a form of this kind: groups, rights, channels, and entries above this one."""
    desk = _open_desk(ask)
    channels = desk.list_items(KINDS_BY_FAMILY[CHANNEL.family]) if kind.record is SECTION else ()
    return Choices(
        groups=[EVERYBODY, *ask.web_session.groups.rights],
        channels=[str(item.values["Name"]) for item in channels if item.values[ACTIVE]],
        parents=_parent_names(desk, kind),
    )


def _sent_values(ask: ScreenRequest, kind: StructureKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as far as it can be read; the entry's own values for the rest."""
    try:
        return {**values, **read_values(ask, kind)}
    except InvalidArgument:
        return {**values, "Name": ask.form.get("Name", "")}


def _namer(ask: ScreenRequest) -> Any:
    def name_person(code: int) -> str:
        found = ask.centre.people.get(code)
        return found.email if found else str(code)

    return name_person


def _ask_first(
    ask: ScreenRequest,
    kind: StructureKind,
    item: StructureItem,
    plan: StructurePlan,
    button: str,
    path: str,
    status: int = 200,
) -> Response:
    """The page with what follows from a change; its button sends the same form again, with the operator's agreement."""
    sent = [(name, value) for name, values in ask.multi_values.items() if name != "csrf" for value in values]
    kept = sent if ask.form else [("seen", str(item.version))]
    differ = [
        (name, plan.before.get(name), plan.after.get(name)) for name in dict.fromkeys((*plan.before, *plan.after))
    ]
    return ask.render_page(
        "structure_confirm.html",
        status,
        here=HERE,
        kind=kind,
        item=item,
        plan=plan,
        differ=differ if plan.after else [],
        button=button,
        path=path,
        kept=kept,
    )
