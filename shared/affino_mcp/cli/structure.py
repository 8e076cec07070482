"""`affino-mcp section`, `forum`, `category`, ...: lists, makes, changes and removes the structure of an instance.

Every command is made from the description of its kind (`catalogue/structure.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import typer

from affino_mcp.admin.structure_desk import StructureDesk, describe_item, needs_agreement
from affino_mcp.catalogue.families.lists import ACTIVE, PARENT
from affino_mcp.catalogue.structure import MODERATORS_FIELD, STRUCTURE_KINDS, Removal, StructureKind, kinds_of_word
from affino_mcp.cli import structure_file
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.structure_desk import open_desk
from affino_mcp.cli.structure_options import (
    CONNECTION,
    CONTEXT,
    DRY_RUN,
    ITEM,
    JSON,
    YES,
    field_parameters,
    given_values,
    kind_parameters,
    with_parameters,
)
from affino_mcp.instance.structure import StructurePlan

Command = Callable[..., None]
NOTHING_DIFFERS: Final = "It has these values already: nothing was written."


def add_structure_commands(app: typer.Typer) -> None:
    """Adds a group of commands for each word, and `structure` for all of them in a file."""
    for word in dict.fromkeys(kind.word for kind in STRUCTURE_KINDS):
        app.add_typer(_make_group(word, kinds_of_word(word)), name=word)
    app.add_typer(structure_file.app, name="structure")


def _make_group(word: str, kinds: Sequence[StructureKind]) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=" ".join(kind.help for kind in kinds))
    for name, make in (("list", _make_list), ("create", _make_create), ("set", _make_set), ("remove", _make_remove)):
        group.command(name)(make(word, kinds))
    return group


def _example(word: str, kinds: Sequence[StructureKind], verb: str, rest: str = "") -> str:
    choice = f" --kind {kinds[0].choice}" if kinds[0].choice else ""
    return f"Example: affino-mcp {word} {verb}{rest}{choice}"


def _choose_kind(kinds: Sequence[StructureKind], given: Mapping[str, Any]) -> StructureKind:
    wanted = getattr(given.get("kind"), "value", "")
    return next(kind for kind in kinds if kind.choice == wanted)


def _make_list(word: str, kinds: Sequence[StructureKind]) -> Command:
    def list_(ctx: typer.Context, **given: Any) -> None:
        kind = _choose_kind(kinds, given)
        found = [describe_item(kind, item) for item in _open(ctx, given).list_items(kind)]
        if given["as_json"]:
            print_json(found)
        else:
            columns = (kind.record.code, *(field.name for field in kind.fields))
            rows = [[document.get(name) for name in columns] for document in found]
            print_table(columns, rows, f"There are no {kind.plural} yet.")

    help_text = f"All of them, in order.\n\n{_example(word, kinds, 'list')}"
    return with_parameters(list_, [CONTEXT, *kind_parameters(kinds), JSON, CONNECTION], help_text)  # type: ignore[no-any-return]


def _make_create(word: str, kinds: Sequence[StructureKind]) -> Command:
    def create(ctx: typer.Context, **given: Any) -> None:
        kind, service = _choose_kind(kinds, given), open_service(ctx, given["connection"])
        desk = open_desk(service)
        values = _read_values(service, desk, kinds, given)
        plan = desk.plan_save(kind, None, values)
        if given["dry_run"]:
            _print_plan(plan, as_json=given["as_json"])
            return
        _print_document(describe_item(kind, desk.save(kind, None, values)), as_json=given["as_json"])
        _print_sentences(plan)

    fields = field_parameters(kinds, is_new=True)
    parameters = [CONTEXT, *kind_parameters(kinds), *fields, DRY_RUN, JSON, CONNECTION]
    help_text = f"Make one; what is not given has its default.\n\n{_example(word, kinds, 'create', ' --name News')}"
    return with_parameters(create, parameters, help_text)  # type: ignore[no-any-return]


def _make_set(word: str, kinds: Sequence[StructureKind]) -> Command:
    def set_(ctx: typer.Context, **given: Any) -> None:
        kind, service = _choose_kind(kinds, given), open_service(ctx, given["connection"])
        desk = open_desk(service)
        values = _read_values(service, desk, kinds, given)
        if not values:
            raise typer.BadParameter("say what to change, like --name News")
        found, as_json = desk.find_item(kind, given["item"]), given["as_json"]
        plan = desk.plan_save(kind, found.code, values)
        if given["dry_run"]:
            _print_plan(plan, as_json=as_json)
            return
        if needs_agreement(found.code, plan) and not given["yes"]:
            _print_sentences(plan)
            _ask(kind, found.values["Name"], "changed", plan, as_json=as_json)
        changed = desk.save(kind, found.code, values, found.version)
        _print_document(describe_item(kind, changed), as_json=as_json)
        if changed.version == found.version:
            print_note(NOTHING_DIFFERS)

    parameters = [
        CONTEXT,
        ITEM,
        *kind_parameters(kinds),
        *field_parameters(kinds, is_new=False),
        DRY_RUN,
        YES,
        JSON,
        CONNECTION,
    ]
    example = _example(word, kinds, "set", ' News --name "Company news"')
    text = f"Change what is given, obeyed from the next call on; asks when others depend on it.\n\n{example}"
    return with_parameters(set_, parameters, text)  # type: ignore[no-any-return]


def _make_remove(word: str, kinds: Sequence[StructureKind]) -> Command:
    def remove(ctx: typer.Context, **given: Any) -> None:
        kind, desk, as_json = _choose_kind(kinds, given), _open(ctx, given), given["as_json"]
        found = desk.find_item(kind, given["item"])
        plan = desk.plan_remove(kind, found.code)
        if given["dry_run"]:
            _print_plan(plan, as_json=as_json)
            return
        if not given["yes"]:
            _print_sentences(plan)
            done = "switched off" if kind.removal is Removal.SWITCHED_OFF else "removed"
            _ask(kind, found.values["Name"], done, plan, as_json=as_json)
        desk.remove(kind, found.code, found.version)
        state = {ACTIVE: False} if kind.removal is Removal.SWITCHED_OFF else {"Removed": True}
        document = {kind.record.code: found.code, "Name": found.values["Name"], **state}
        _print_document(document, as_json=as_json)

    parameters = [CONTEXT, ITEM, *kind_parameters(kinds), DRY_RUN, YES, JSON, CONNECTION]
    does = "Switch one off: records keep it" if kinds[0].removal is Removal.SWITCHED_OFF else "Remove one"
    text = f"{does}; says first what uses it.\n\n{_example(word, kinds, 'remove', ' News --dry-run')}"
    return with_parameters(remove, parameters, text)  # type: ignore[no-any-return]


def _open(ctx: typer.Context, given: Mapping[str, Any]) -> StructureDesk:
    return open_desk(open_service(ctx, given["connection"]))


def _read_values(
    service: Service, desk: StructureDesk, kinds: Sequence[StructureKind], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of the options; moderators may be named as people are elsewhere, a parent by its name."""
    values, name = given_values(kinds, given), MODERATORS_FIELD.name
    if values.get(PARENT):
        values[PARENT] = desk.find_item(kinds[0], values[PARENT]).code
    if name in values:
        values[name] = [service.require_person(person).user_code for person in values[name]]
    return values


def _ask(kind: StructureKind, name: Any, done: str, plan: StructurePlan, *, as_json: bool) -> None:
    what = f"{kind.noun.capitalize()} '{name}'"
    told = " ".join(plan.consequences)
    require_yes(f"{what} would be {done}. {told}", f"{what} is {done}.", as_json=as_json)


def _print_plan(plan: StructurePlan, *, as_json: bool) -> None:
    sides = {"before": dict(plan.before), "after": dict(plan.after)}
    if as_json:
        print_json({"dry_run": True, **sides, "consequences": list(plan.consequences), "notes": list(plan.notes)})
        return
    names = dict.fromkeys((*plan.before, *plan.after))
    rows = [(name, plan.before.get(name), plan.after.get(name)) for name in names]
    print_table(("Field", "Now", "Then"), rows, "Nothing would change.")
    _print_sentences(plan)


def _print_sentences(plan: StructurePlan) -> None:
    for sentence in (*plan.consequences, *plan.notes):
        print_note(sentence)


def _print_document(document: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(dict(document))
    else:
        print_fields(document)
