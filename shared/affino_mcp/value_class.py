"""Classes of values that nobody changes, made in a tenth of the time that a frozen dataclass takes.

A frozen dataclass compiles six methods for each class, which was a quarter of a function's start (docs/performance.md). A value
class compiles `__init__` alone, from a plainer text, and shares the other methods. mypy refuses to set an attribute, as it does
for a frozen dataclass; at run time nothing looks, which makes new values cheaper too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

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


def _make_value_class(kind: Any, *, eq: bool) -> Any:
    methods = {"__repr__": _represent} | ({"__eq__": _is_equal, "__hash__": _hash} if eq else {})
    for name, method in methods.items():
        if vars(kind).get(name) is None:
            setattr(kind, name, method)
    made = dataclass(init=False, eq=False, repr=False)(kind)
    made.__init__ = _compile_init(made)
    return made


def _compile_init(kind: Any) -> Any:
    """Gives the `__init__` that `dataclass` would make. A default is a name of the text's own, so that it needs no closure."""
    known: dict[str, Any] = {"_absent": MISSING}
    parameters, values, targets = [], [], []
    for place, each in enumerate(fields(kind)):
        default, value = "", each.name
        if each.default is not MISSING:
            default, known[f"_{place}"] = f"=_{place}", each.default
        elif each.default_factory is not MISSING:
            default, known[f"_{place}"] = "=_absent", each.default_factory
            value = f"_{place}() if {each.name} is _absent else {each.name}" if each.init else f"_{place}()"
        if each.init:
            parameters.append(each.name + default)
        elif each.default_factory is MISSING:
            continue  # the class has its default, or `__post_init__` sets it
        values.append(value)
        targets.append(f"self.{each.name}")
    body = f"{','.join(targets)},={','.join(values)}," if values else "pass"
    then = ";self.__post_init__()" if hasattr(kind, "__post_init__") else ""
    exec(f"def __init__(self,{','.join(parameters)}):{body}{then}", known)  # noqa: S102 (of field names alone)
    made = known["__init__"]
    made.__annotations__ = {each.name: each.type for each in fields(kind)}
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made
