"""Library models described at import and built when first used.

Importing the MCP SDK defines about 500 pydantic models of two protocol revisions; a stateless tool server uses some 80 of
them. Inside `deferred_models()` a model's class is made as always, but its fields are collected and its validator is built
at first use, which halves the import. The classes behave the same; only the moment of the work moves.

This leans on private parts of the pinned pydantic (`set_model_fields`, `TypeAdapter._defer_build`); the tests compare
every answer with and without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic._internal import _model_construction as construction
from pydantic.fields import FieldInfo

DEFERRED_PACKAGES: Final = ("mcp_types.",)
"""Packages whose fields wait too: their models have neither private attributes nor validators over fields."""


class DeferredFields(dict[str, FieldInfo]):
    """A model's fields, collected by `collect` when anything looks at them for the first time."""

    def __init__(self, collect: Callable[[], dict[str, FieldInfo]]) -> None:
        super().__init__()
        self._collect: Callable[[], dict[str, FieldInfo]] | None = collect

    def filled(self) -> DeferredFields:
        """This mapping with the fields in it."""
        collect, self._collect = self._collect, None
        if collect is not None:
            self.update(collect())
        return self


def _looking(name: str) -> Callable[..., Any]:
    plain = getattr(dict, name)
    return lambda fields, *args: plain(fields.filled(), *args)


for _name in ("__getitem__", "__iter__", "__len__", "__contains__", "keys", "values", "items", "get"):
    setattr(DeferredFields, _name, _looking(_name))


_set_model_fields = construction.set_model_fields


def _set_late(cls: type[BaseModel], *args: Any, **kwargs: Any) -> None:
    if not cls.__module__.startswith(DEFERRED_PACKAGES):
        _set_model_fields(cls, *args, **kwargs)
        return

    def collect() -> dict[str, FieldInfo]:
        _set_model_fields(cls, *args, **kwargs)
        return cls.__pydantic_fields__

    cls.__pydantic_extra_info__ = None
    cls.__pydantic_fields__ = DeferredFields(collect)


_rebuild = BaseModel.__dict__["model_rebuild"].__func__


def _rebuild_when_needed(cls: type[BaseModel], /, **options: Any) -> bool | None:
    """A library's plain `model_rebuild()` at the end of a module waits; pydantic's own, at first use, is carried out."""
    if not options:
        return None
    depth = options.pop("_parent_namespace_depth", 2)
    built: bool | None = _rebuild(cls, _parent_namespace_depth=depth + 1, **options)
    return built


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _may_wait(adapter: TypeAdapter[Any]) -> bool:
    """True unless the adapter is one of `Any`: FastMCP hands its core schema to pydantic's core, which takes no placeholder."""
    return adapter._type is not Any  # noqa: SLF001


@contextmanager
def deferred_models() -> Iterator[None]:
    """While open, every pydantic model and adapter that is defined waits for its first use."""
    with ExitStack() as stack:
        stack.enter_context(_replaced(BaseModel, "model_config", ConfigDict(defer_build=True)))
        stack.enter_context(_replaced(BaseModel, "model_rebuild", classmethod(_rebuild_when_needed)))
        stack.enter_context(_replaced(TypeAdapter, "_defer_build", property(_may_wait)))
        stack.enter_context(_replaced(construction, "set_model_fields", _set_late))
        yield
