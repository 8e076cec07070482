"""The pages of import and export. Each asks for the right of its kind of file, in the Control Centre as at the Hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from affino_mcp.admin.record_files.file_kinds import FILE_KINDS, FileKind, RecordFile, require_kind
from affino_mcp.admin.record_files.record_export import export_filters
from affino_mcp.catalogue.record import Field
from affino_mcp.control_edge.record_files import export_steps, import_steps
from affino_mcp.control_edge.record_files.export_steps import ExportState
from affino_mcp.control_edge.record_files.file_work import act_for, open_store
from affino_mcp.control_edge.record_files.import_steps import ImportState, Run
from affino_mcp.control_edge.record_files.upload_form import FILE_NAME_FIELD, MAX_UPLOAD_BYTES, encode_file
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.errors import AffinoError
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.tool_errors import InvalidArgument, NotFound
from affino_mcp.value_class import value_class


def show_kinds(ask: ScreenRequest) -> Response:
    """The kinds of files that the person may bring in, and write out."""
    acting = act_for(ask)
    rows = [
        (kind, _has_any(ask, kind.writing_rights), _has_any(ask, kind.reading_rights)) for kind in FILE_KINDS.values()
    ]
    return _render(ask, "files.html", rows=[row for row in rows if row[1] or row[2]], name=acting.person.name)


def show_import_form(ask: ScreenRequest) -> Response:
    """The form for a file. Raises InvalidArgument for another kind, PermissionDenied."""
    return _render_import_form(ask, _require_importable(ask), "")


def upload_file(ask: ScreenRequest) -> Response:
    """Takes a file and rehearses as much of it as one request can; leads to its page, or says what is wrong with it."""
    kind = _require_importable(ask)
    content = encode_file(ask.form.get("file", ""))
    try:
        _require_size(content)
        ignored = [name.strip() for name in ask.form.get("ignore", "").splitlines() if name.strip()]
        state = import_steps.store_upload(ask, kind, ask.form.get(FILE_NAME_FIELD, "file.csv"), content, ignored)
        import_steps.take_step(ask, kind, state, Run.REHEARSAL)
    except InvalidArgument as error:
        return _render_import_form(ask, kind, _describe(error))
    return ask.redirect(f"{ask.files_place}/import/{kind.word}/{state.id}")


def show_import(ask: ScreenRequest) -> Response:
    """How far an import has come, and what can be done next. Raises NotFound, PermissionDenied."""
    kind, state = _require_import(ask)
    run = Run.IMPORT if state.runs[Run.IMPORT].is_begun else Run.REHEARSAL
    progress = state.runs[run]
    shown = {
        "state": state,
        "run": run.value,
        "progress": progress,
        "counts": import_steps.describe_counts(progress.counts),
    }
    writes = progress.counts.get("made", 0) + progress.counts.get("changed", 0)
    return _render(ask, "file_import.html", kind=kind, writes=writes, **shown)


def go_on_with_import(ask: ScreenRequest) -> Response:
    """One more step of the run that the form names; the import itself only after the whole file was rehearsed."""
    kind, state = _require_import(ask)
    run = Run.IMPORT if ask.form.get("run") == Run.IMPORT else Run.REHEARSAL
    if run is Run.IMPORT and not state.runs[Run.REHEARSAL].is_whole:
        run = Run.REHEARSAL
    if not state.runs[run].is_whole:
        import_steps.take_step(ask, kind, state, run)
    return ask.redirect(f"{ask.files_place}/import/{kind.word}/{state.id}")


def download_result(ask: ScreenRequest) -> Response:
    """Leads to the file with what became of each line. Raises NotFound."""
    _, state = _require_import(ask)
    run = next((each for each in Run if each == ask.query_values.get("run")), Run.REHEARSAL)
    name = f"{state.file_name.rpartition('.')[0] or state.file_name}.{run}.csv"
    return _lead_to(open_store(ask).link(state.id, import_steps.result_name(run), name))


def show_export_form(ask: ScreenRequest) -> Response:
    """The form with the filters of the list. Raises InvalidArgument for another kind, PermissionDenied."""
    return _render_export_form(ask, _require_exportable(ask), {}, "")


def begin_export(ask: ScreenRequest) -> Response:
    """Writes the file, or the first of several; leads to their page, or says what is wrong with the filters."""
    kind = _require_exportable(ask)
    given = {each.name: ask.form.get(each.name, "").strip() for each in export_filters(kind)}
    filters = {name: value for name, value in given.items() if value}
    try:
        state = export_steps.begin_export(ask, kind, filters)
    except (InvalidArgument, NotFound) as error:
        return _render_export_form(ask, kind, given, error.message)
    return ask.redirect(f"{ask.files_place}/export/{kind.word}/{state.id}")


def show_export(ask: ScreenRequest) -> Response:
    """The files of an export, and whether there is more. Raises NotFound, PermissionDenied."""
    kind, state = _require_export(ask)
    return _render(ask, "file_export.html", kind=kind, state=state)


def go_on_with_export(ask: ScreenRequest) -> Response:
    """Writes the next file of an export. Raises NotFound, PermissionDenied."""
    kind, state = _require_export(ask)
    if not state.is_whole:
        export_steps.write_part(ask, kind, state)
    return ask.redirect(f"{ask.files_place}/export/{kind.word}/{state.id}")


def download_part(ask: ScreenRequest) -> Response:
    """Leads to one of the files of an export. Raises NotFound."""
    kind, state = _require_export(ask)
    number = ask.path_values["part"]
    if not number.isdecimal() or not 1 <= int(number[:6]) <= len(state.parts):
        raise NotFound("part", "file of this export")
    several = f"-{int(number)}" if len(state.parts) > 1 or not state.is_whole else ""
    return _lead_to(open_store(ask).link(state.id, export_steps.part_name(int(number)), f"{kind.word}{several}.csv"))


def _lead_to(address: str) -> Response:
    return RedirectResponse(address, 303, headers=PAGE_HEADERS)


def _require_size(content: bytes) -> None:
    if not content:
        raise InvalidArgument("file", "Choose a file that is not empty.")
    if len(content) > MAX_UPLOAD_BYTES:
        raise InvalidArgument("file", "The file is too large for this page: split it, or use the command.")


def _has_any(ask: ScreenRequest, rights: tuple[str, ...]) -> bool:
    return any(ask.has_right(right) for right in rights)


def _require_importable(ask: ScreenRequest) -> FileKind:
    kind = require_kind(ask.path_values["kind"])
    act_for(ask).require_any(kind.writing_rights)
    return kind


def _require_exportable(ask: ScreenRequest) -> FileKind:
    kind = require_kind(ask.path_values["kind"])
    act_for(ask).require_any(kind.reading_rights)
    return kind


def _require_import(ask: ScreenRequest) -> tuple[FileKind, ImportState]:
    kind, exchange = _require_importable(ask), ask.path_values["id"]
    found = open_store(ask).load_state(exchange)
    if found.get("kind") != kind.word or "runs" not in found:
        raise NotFound("id", "import of yours")
    return kind, ImportState.load(open_store(ask), exchange)


def _require_export(ask: ScreenRequest) -> tuple[FileKind, ExportState]:
    kind, exchange = _require_exportable(ask), ask.path_values["id"]
    found = open_store(ask).load_state(exchange)
    if found.get("kind") != kind.word or "parts" not in found:
        raise NotFound("id", "export of yours")
    return kind, ExportState(**found)


def _render(ask: ScreenRequest, template: str, **values: Any) -> Response:
    return ask.render_page(template, frame=ask.frame, here=ask.files_place, files=ask.files_address, **values)


def _render_import_form(ask: ScreenRequest, kind: FileKind, wrong: str) -> Response:
    keys = (kind.record.code, *kind.keys) if isinstance(kind, RecordFile) else ()
    shown = {"kind": kind, "wrong": wrong, "ignore": ask.form.get("ignore", ""), "keys": keys}
    return _render(ask, "file_upload.html", megabytes=MAX_UPLOAD_BYTES // 10**6, **shown)


def _render_export_form(ask: ScreenRequest, kind: FileKind, given: Mapping[str, str], wrong: str) -> Response:
    inputs = [FilterInput(each, given.get(each.name, "")) for each in export_filters(kind)]
    return _render(ask, "file_filters.html", kind=kind, inputs=inputs, wrong=wrong)


@value_class
class FilterInput:
    """A filter of a list as an input of the form, with the value that was entered."""

    field: Field
    value: str

    @property
    def label(self) -> str:
        """The filter's name in words."""
        return self.field.python_name.replace("_", " ").capitalize()

    @property
    def is_switch(self) -> bool:
        """True for a filter that is on or off."""
        return self.field.kind.schema.get("type") == "boolean"

    @property
    def choices(self) -> list[str]:
        """The words that can be chosen; empty where any can be entered."""
        return list(self.field.kind.schema.get("enum", ()))


def _describe(error: AffinoError) -> str:
    following = error.details.get("next", "")
    return f"{error.message} {following}".strip()


FilePage = Callable[[ScreenRequest], Response]
FILE_PAGES: Final[tuple[tuple[str, str, FilePage], ...]] = (
    ("", "GET", show_kinds),
    ("/import/{kind}", "GET", show_import_form),
    ("/import/{kind}", "POST", upload_file),
    ("/import/{kind}/{id}", "GET", show_import),
    ("/import/{kind}/{id}", "POST", go_on_with_import),
    ("/import/{kind}/{id}/result", "GET", download_result),
    ("/export/{kind}", "GET", show_export_form),
    ("/export/{kind}", "POST", begin_export),
    ("/export/{kind}/{id}", "GET", show_export),
    ("/export/{kind}/{id}", "POST", go_on_with_export),
    ("/export/{kind}/{id}/{part}", "GET", download_part),
)
"""Path below the pages of import and export, HTTP method, page."""
