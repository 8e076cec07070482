"""Classes of values that nobody changes, made in a tenth of the time that a frozen dataclass takes.

A frozen dataclass compiles six methods for each class, which was a quarter of a function's start (docs/performance.md). A value
class has an `__init__` that is compiled once for all classes with fields of the same forms, and shares the other methods.
mypy refuses to set an attribute, as it does for a frozen dataclass; at run time nothing looks, which makes new values cheaper
too. A work class is made in the same way, and its attributes may be set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

__all__ = ["replace", "value_class", "work_class"]

_Kind = TypeVar("_Kind")


@cache
def _find_compared(kind: Any) -> Callable[[Any], Any]:
    """Gives what reads the attributes that make two values of this class equal."""
    names = [each.name for each in fields(kind) if each.compare]
    return attrgetter(*names) if names else lambda _: ()


def _compared_attributes(value: Any) -> Any:
    kind: Any = type(value)
    return _find_compared(kind)(value)


def _is_equal(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return _compared_attributes(self) == _compared_attributes(other)


def _hash(self: Any) -> int:
    return hash(_compared_attributes(self))


def _represent(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


@overload
def value_class(kind: type[_Kind], /) -> type[_Kind]: ...
@overload
def value_class(*, eq: bool = True) -> Callable[[type[_Kind]], type[_Kind]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(kind: Any = None, /, *, eq: bool = True) -> Any:
    """Makes a class a dataclass whose values are never changed; takes its annotations and `field` as `dataclass` does.

    Its values are equal when they are of one class and their fields are, and can then be keys; with `eq=False` a value is
    equal to itself alone. A field with `repr=False` is not shown.
    """
    if kind is None:
        return lambda decorated: _make_value_class(decorated, eq=eq)
    return _make_value_class(kind, eq=eq)


if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Gives a copy of a value with these attributes, in a third of the time of `dataclasses.replace`.

        Nothing that the value reckoned of its attributes is copied (`cached_property`).
        Raises TypeError for what is no attribute, and for a class with `__post_init__` or attributes that are no parameters.
        """
        kind = type(value)
        parameters = _find_parameters(kind)
        if not changes.keys() <= parameters:
            raise TypeError(f"{kind.__qualname__} takes no {', '.join(sorted(changes.keys() - parameters))}")
        made = object.__new__(kind)
        attributes = vars(made)
        attributes.update(vars(value), **changes)
        if len(attributes) > len(parameters):
            for name in attributes.keys() - parameters:
                del attributes[name]
        return made


@cache
def _find_parameters(kind: Any) -> frozenset[str]:
    """Gives the names of the parameters with which this class is made."""
    if hasattr(kind, "__post_init__") or not all(each.init for each in fields(kind)):
        raise TypeError(f"{kind.__qualname__} is made of more than its parameters")
    return frozenset(each.name for each in fields(kind))


def _make_value_class(kind: Any, *, eq: bool) -> Any:
    methods = {"__repr__": _represent} | ({"__eq__": _is_equal, "__hash__": _hash} if eq else {})
    for name, method in methods.items():
        if vars(kind).get(name) is None:
            setattr(kind, name, method)
    return _make_class(kind)


@dataclass_transform(field_specifiers=(field,))
def work_class(kind: type[_Kind], /) -> type[_Kind]:
    """Makes a class of work in progress: a dataclass whose values change, equal to themselves alone, with `object`'s repr."""
    made: type[_Kind] = _make_class(kind)
    return made


def _make_class(kind: Any) -> Any:
    """The dataclass with an `__init__` of ours. `dataclass` would search each type that is a text, so it sees none."""
    types, kind.__annotations__ = kind.__annotations__, dict.fromkeys(kind.__annotations__, object)
    made: Any = dataclass(init=False, eq=False, repr=False)(kind)
    made.__annotations__ = types
    for each in fields(made):
        each.type = types.get(each.name, each.type)
    made.__init__ = _make_init(made)
    return made


_PLAIN, _MADE, _ADDED = "PMA"
"""A field's form in an `__init__`: a parameter, one whose default is made, and a value that is made and no parameter."""


def _make_init(kind: Any) -> FunctionType:
    """Gives the `__init__` that `dataclass` would make: a shared one under the names of this class's fields."""
    own = [each for each in fields(kind) if each.init or each.default_factory is not MISSING]
    given = [each for each in own if each.init]
    forms = "".join(_PLAIN if each.default_factory is MISSING else _MADE if each.init else _ADDED for each in own)
    shared = _compile_init(forms, hasattr(kind, "__post_init__"))
    known = {f"make{place}": each.default_factory for place, each in enumerate(own)} | {"absent": MISSING}
    made = FunctionType(_rename(shared, kind, own), known, "__init__", _list_defaults(given))
    made.__annotations__ = {each.name: each.type for each in given}
    return made


def _rename(shared: CodeType, kind: Any, own: list[Field[Any]]) -> CodeType:
    names = {f"_{place}": each.name for place, each in enumerate(own)}
    return shared.replace(
        co_varnames=tuple(names.get(name, name) for name in shared.co_varnames),
        co_names=tuple(names.get(name, name) for name in shared.co_names),
        co_qualname=f"{kind.__qualname__}.__init__",
    )


def _list_defaults(given: list[Field[Any]]) -> tuple[Any, ...]:
    has_default = [each.default is not MISSING or each.default_factory is not MISSING for each in given]
    if has_default != sorted(has_default):
        raise TypeError("a field without a default follows one with a default")
    return tuple(each.default for each, has in zip(given, has_default, strict=True) if has)


@cache
def _compile_init(forms: str, is_checked: bool) -> CodeType:
    """The `__init__` of fields that are named _0, _1 and so on, for all classes whose fields have these forms."""
    values = {_PLAIN: "_{0}", _MADE: "make{0}() if _{0} is absent else _{0}", _ADDED: "make{0}()"}
    parameters = ",".join(("self", *(f"_{place}" for place, form in enumerate(forms) if form != _ADDED)))
    targets = "".join(f"self._{place}," for place in range(len(forms)))
    body = f"{targets}={','.join(values[form].format(place) for place, form in enumerate(forms))}," if forms else "pass"
    then = ";self.__post_init__()" if is_checked else ""
    made: dict[str, Any] = {}
    exec(f"def __init__({parameters}):{body}{then}", made)  # noqa: S102 (of names that are made here)
    code: CodeType = made["__init__"].__code__
    return code
