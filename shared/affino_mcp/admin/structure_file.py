"""The structure of an instance as a YAML file: written for people to read and change, and read back with line numbers.

The file holds a list of entries for each kind, by the family of the kind's records. Entries have names and no codes, so
that a second instance is made like the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import yaml

from affino_mcp.catalogue.families.lists import PARENT
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS, StructureKind
from affino_mcp.errors import AffinoError
from affino_mcp.instance.structure import StructureItem
from affino_mcp.text import fold
from affino_mcp.value_class import value_class

MAX_STRUCTURE_BYTES: Final = 500_000
"""The largest file that is read."""
PARENT_WORD: Final = "Parent"
"""The name of an entry above another one, which the file has in place of its code."""
_HEADER: Final = "# The structure of an Affino instance: 'affino-mcp structure apply FILE' makes another one like it.\n"
_SCALAR_TAGS: Final = {"boolean": "tag:yaml.org,2002:bool", "integer": "tag:yaml.org,2002:int"}
_SCALAR_WORDS: Final = {"boolean": "true or false", "integer": "a whole number"}
_NULL_TAG: Final = "tag:yaml.org,2002:null"


class StructureFileFault(AffinoError):
    """The file is no structure, or one of its lines is wrong; the text names the line."""

    type = "invalid_file"


@value_class
class FileEntry:
    """One entry of the file: its kind, its values by the fields' names, and the line where it begins."""

    kind: StructureKind
    values: Mapping[str, Any]
    line: int

    @property
    def title(self) -> str:
        """The entry for people."""
        return f"{self.kind.noun} '{self.values['Name']}'"


def entry_name(kind: StructureKind, values: Mapping[str, Any], channel: str = "") -> tuple[str, ...]:
    """What entries of one kind are told apart by: the name; for sections the channel too, by default `channel`."""
    own = fold(str(values["Name"]))
    return (fold(str(values.get("Channel") or channel)), own) if kind.record is SECTION else (own,)


def write_structure(items: Mapping[str, Sequence[StructureItem]]) -> str:
    """The text of a file with these entries, by family. Who moderates a forum is left out: people are no structure."""
    document = {
        kind.family: [_entry_document(kind, item, items[kind.family]) for item in items[kind.family]]
        for kind in STRUCTURE_KINDS
        if items.get(kind.family)
    }
    body = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110) if document else ""
    return _HEADER + body


def _entry_document(kind: StructureKind, item: StructureItem, items: Sequence[StructureItem]) -> dict[str, Any]:
    values = {field.name: item.values.get(field.name) for field in _file_fields(kind)}
    if (parent := values.pop(PARENT, None)) is not None:
        values[PARENT_WORD] = next((each.values["Name"] for each in items if each.code == parent), None)
    return {name: value for name, value in values.items() if value is not None}


def _file_fields(kind: StructureKind) -> Sequence[Field]:
    return [field for field in kind.fields if field not in kind.added]


def read_structure(content: bytes) -> list[FileEntry]:
    """The entries of a file, in the order in which they are made. Raises StructureFileFault."""
    if len(content) > MAX_STRUCTURE_BYTES:
        raise StructureFileFault(f"The file is larger than {MAX_STRUCTURE_BYTES:,} bytes.")
    root = _compose(content)
    if root is None:
        return []
    found = dict[str, list[FileEntry]]()
    for name, line, node in _pairs(root, "The file"):
        kind = KINDS_BY_FAMILY.get(name)
        if kind is None:
            raise _fault(line, f"'{name[:60]}' is no kind of structure. Known: {', '.join(KINDS_BY_FAMILY)}.")
        found[name] = [_read_entry(kind, each) for each in _sequence(node, name)]
        _require_different(found[name])
    return [entry for kind in STRUCTURE_KINDS for entry in found.get(kind.family, ())]


class _PlainLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases, with which a short file could stand for an endless one."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _fault(_line(cast("Any", self).peek_event()), "Aliases are not read: write the values out.")
        return super().compose_node(parent, index)


def _compose(content: bytes) -> yaml.Node | None:
    try:
        return yaml.compose(content.decode(), Loader=_PlainLoader)
    except UnicodeDecodeError:
        raise StructureFileFault("The file is not in UTF-8.") from None
    except RecursionError:
        raise StructureFileFault("The file is nested too deeply.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fault(
            mark.line + 1 if mark else 1, f"This is not YAML: {error.problem or 'it ends too early'}."
        ) from None
    except yaml.YAMLError:
        raise StructureFileFault("The file holds characters that YAML does not allow.") from None


def _read_entry(kind: StructureKind, node: yaml.Node) -> FileEntry:
    fields = {PARENT_WORD if field.name == PARENT else field.name: field for field in _file_fields(kind)}
    values = dict[str, Any]()
    for name, line, value in _pairs(node, f"An entry of {kind.family}"):
        if name not in fields:
            raise _fault(line, f"{kind.plural.capitalize()} have no field '{name[:60]}'. Known: {', '.join(fields)}.")
        values[name] = _read_value(fields[name], value)
    if not values.get("Name"):
        raise _fault(_line(node), f"Name is missing: every {kind.noun} needs one.")
    return FileEntry(kind, values, _line(node))


def _read_value(field: Field, node: yaml.Node) -> Any:
    kind = "" if field.name == PARENT else str(field.kind.schema.get("type"))
    if kind == "array":
        return [_scalar(part, field.name).value for part in _sequence(node, field.name)]
    scalar = _scalar(node, field.name)
    if scalar.tag == _NULL_TAG:
        return None
    if kind not in _SCALAR_TAGS:
        return scalar.value
    if scalar.tag != _SCALAR_TAGS[kind]:
        raise _fault(_line(node), f"{field.name} must be {_SCALAR_WORDS[kind]}.")
    return _PlainLoader("").construct_object(scalar)


def _require_different(entries: Iterable[FileEntry]) -> None:
    seen = dict[tuple[str, ...], int]()
    for entry in entries:
        name = entry_name(entry.kind, entry.values)
        if name in seen:
            raise _fault(entry.line, f"The {entry.title} stands in line {seen[name]} already.")
        seen[name] = entry.line


def _pairs(node: yaml.Node, what: str) -> Iterator[tuple[str, int, yaml.Node]]:
    """The keys of a mapping with their lines and values, each key once."""
    if not isinstance(node, yaml.MappingNode):
        raise _fault(_line(node), f"{what} must hold names and values, like 'Name: News'.")
    seen = set[str]()
    for key, value in node.value:
        name = _scalar(key, what).value
        if name in seen:
            raise _fault(_line(key), f"'{name[:60]}' stands here twice.")
        seen.add(name)
        yield name, _line(key), value


def _sequence(node: yaml.Node, what: str) -> Sequence[yaml.Node]:
    if isinstance(node, yaml.ScalarNode) and node.tag == _NULL_TAG:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _fault(_line(node), f"{what} must be a list.")
    parts: Sequence[yaml.Node] = node.value
    return parts


def _scalar(node: yaml.Node, what: str) -> yaml.ScalarNode:
    if not isinstance(node, yaml.ScalarNode):
        raise _fault(_line(node), f"{what}: a single value must stand here.")
    return node


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _fault(line: int, text: str) -> StructureFileFault:
    return StructureFileFault(f"Line {line}: {text}", line=line)
