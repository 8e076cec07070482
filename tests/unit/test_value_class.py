"""Value classes against what they stand for: frozen dataclasses of the same fields."""

from __future__ import annotations

import ast
import dataclasses
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import affino_mcp
from affino_mcp.value_class import replace, value_class


@value_class
class Place:
    """A place with every kind of field."""

    name: str
    number: int = 0
    notes: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    seen: dict[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def title(self) -> str:
        """The name in capitals."""
        return self.name.upper()


@value_class
class House(Place):
    """A kind of place with a field of its own."""

    floors: int = 1


@value_class
class Nothing:
    """A value without fields."""


@value_class(eq=False)
class Definition:
    """Equal to itself alone."""

    name: str


@value_class
class Range:
    """Says what is wrong with itself, and keeps what it reckoned."""

    low: int = 0
    high: int = 9
    width: int = field(init=False)

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")
        object.__setattr__(self, "width", self.high - self.low)


@dataclass(frozen=True)
class PlainPlace:
    """What Place stands for."""

    name: str
    number: int = 0
    notes: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    seen: dict[str, int] = field(default_factory=dict, compare=False)


VALUES: tuple[dict[str, Any], ...] = (
    {"name": "a"},
    {"name": "a", "number": 0, "seen": {"x": 1}},
    {"name": "a", "password": "secret"},
    {"name": "b", "number": 3, "notes": ("x",)},
    {"name": "b", "number": 3.0, "notes": ("x",)},
)


@pytest.mark.parametrize(("one", "other"), [*product(VALUES, VALUES)])
def test_equal_as_a_frozen_dataclass_is(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (Place(**one) == Place(**other)) is (PlainPlace(**one) == PlainPlace(**other))
    assert (len({Place(**one), Place(**other)})) == len({PlainPlace(**one), PlainPlace(**other)})


@pytest.mark.parametrize("values", VALUES)
def test_shown_as_a_frozen_dataclass_is(values: dict[str, Any]) -> None:
    assert repr(Place(**values)) == repr(PlainPlace(**values)).replace("PlainPlace", "Place")


@pytest.mark.parametrize(("values", "changes"), [*product(VALUES, [{}, *VALUES])])
def test_copied_as_dataclasses_copy(values: dict[str, Any], changes: dict[str, Any]) -> None:
    place = Place(**values)
    assert place.title, "reckoned before it is copied"
    copied, theirs = replace(place, **changes), dataclasses.replace(place, **changes)
    assert vars(copied) == vars(theirs)
    assert copied.title == theirs.title
    assert vars(place) == vars(Place(**values)) | {"title": place.title}


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        pytest.param(Place("a"), {"title": "B"}, id="a reckoned property"),
        pytest.param(Place("a"), {"colour": "red"}, id="unknown"),
        pytest.param(Definition("a"), {"name": "b", "colour": "red"}, id="unknown beside another"),
        pytest.param(Range(), {"low": 1}, id="a value that checks itself"),
    ],
)
def test_what_cannot_be_copied(value: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        replace(value, **changes)


def test_works_with_the_functions_of_dataclasses() -> None:
    changed = dataclasses.replace(Place("a"), number=2)
    assert changed == Place("a", 2)
    assert asdict(changed) == {"name": "a", "number": 2, "notes": (), "password": "", "seen": {}}


def test_a_made_default_belongs_to_one_value() -> None:
    Place("a").seen["x"] = 1
    assert Place("a").seen == {}


@pytest.mark.parametrize(
    ("places", "names"),
    [
        pytest.param((), {}, id="too few"),
        pytest.param(("a", 1, (), "", {}, "more"), {}, id="too many"),
        pytest.param(("a",), {"name": "b"}, id="twice"),
        pytest.param(("a",), {"colour": "red"}, id="unknown"),
    ],
)
def test_takes_the_arguments_of_a_frozen_dataclass(places: tuple[Any, ...], names: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as theirs:
        PlainPlace(*places, **names)
    with pytest.raises(TypeError) as ours:
        Place(*places, **names)
    assert str(ours.value) == str(theirs.value).replace("PlainPlace", "Place")


def test_checks_itself_when_it_is_made() -> None:
    assert Range(high=3) == Range(0, 3)
    assert Range(high=3).width == 3
    with pytest.raises(ValueError, match="above"):
        Range(3, 2)


def test_has_the_types_of_its_arguments() -> None:
    assert get_type_hints(House.__init__) == get_type_hints(House)


def test_another_class_is_never_equal() -> None:
    assert House("a") != Place("a")
    text: object = "a"
    assert Place("a") != text
    assert House("a", floors=2) != House("a", floors=3)
    assert Nothing() == Nothing()
    assert {Nothing(): 1}[Nothing()] == 1


def test_a_kept_property_is_no_part_of_a_value() -> None:
    seen, unseen = Place("a"), Place("a")
    assert seen.title == "A"
    assert seen == unseen


def test_by_identity() -> None:
    one = Definition("a")
    assert len({one, one, Definition("a")}) == 2
    assert one != Definition("a")
    assert repr(one) == "Definition(name='a')"


@value_class
class Listed:
    name: str
    beside: str = ""
    folded: str = field(init=False, repr=False)
    seen: list[str] = field(init=False, default_factory=list)
    looked: int = field(init=False, default=3)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", f"{self.name}{self.beside}".lower())


def test_a_field_that_is_not_given_is_set_as_a_dataclass_does() -> None:
    one, other = Listed("A"), Listed("A", "B")
    assert (one.folded, other.folded, one.seen, one.looked) == ("a", "ab", [], 3)
    assert one.seen is not other.seen
    with pytest.raises(TypeError):
        Listed("A", "B", "C")  # type: ignore[call-arg]


def test_matches_by_place() -> None:
    match Place("a", 2):
        case Place(name, 2):
            assert name == "a"
        case _:
            pytest.fail("did not match")


def test_an_unhashable_field_makes_no_key() -> None:
    with pytest.raises(TypeError):
        hash(Place("a", notes=["x"]))  # type: ignore[arg-type]


def test_every_module_with_a_value_class_can_be_imported() -> None:
    """A class is made when its module is imported: one that cannot be made is found here, wherever it is."""
    root = Path(affino_mcp.__file__).parent
    for path in root.rglob("*.py"):
        if "@value_class" in path.read_text(encoding="utf-8"):
            import_module(".".join((root.name, *path.relative_to(root).with_suffix("").parts)))


def _is_frozen_dataclass(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "dataclass"
        and any(keyword.arg == "frozen" for keyword in node.keywords)
    )


def test_no_frozen_dataclass_is_shipped() -> None:
    """Each costs a start six compiled methods: use `value_class` (affino_mcp/value_class.py)."""
    found = [
        f"{path.name}: {node.name}"
        for path in Path(affino_mcp.__file__).parent.rglob("*.py")
        if "frozen=" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and any(_is_frozen_dataclass(each) for each in node.decorator_list)
    ]
    assert found == []
