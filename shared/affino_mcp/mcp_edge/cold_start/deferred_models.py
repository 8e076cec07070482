"""Library models described at import and built when first used.

Importing the MCP SDK defines about 500 pydantic models of two protocol revisions; a stateless tool server uses some 80 of
them. Inside `deferred_models()` a model's class is made as always, but its fields are collected and its validator is built
at first use, which halves the import. The classes behave the same; only the moment of the work moves. The private parts of
pydantic that this needs are in `vendor_patches`; the tests compare every answer with and without it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from affino_mcp.mcp_edge.vendor_patches import deferred_building, set_model_fields

DEFERRED_PACKAGES: Final = ("mcp_types.",)
"""Packages whose fields wait too: their models have neither private attributes nor validators over fields."""


def deferred_models() -> AbstractContextManager[None]:
    """While open, every pydantic model and adapter that is defined waits for its first use."""
    return deferred_building(_set_deferred_fields)


class DeferredFields(dict[str, FieldInfo]):
    """A model's fields, collected by `collect` when anything looks at them for the first time."""

    def __init__(self, collect: Callable[[], dict[str, FieldInfo]]) -> None:
        super().__init__()
        self._collect: Callable[[], dict[str, FieldInfo]] | None = collect

    def collected(self) -> DeferredFields:
        """This mapping with the fields in it."""
        collect, self._collect = self._collect, None
        if collect is not None:
            self.update(collect())
        return self


def _collecting(name: str) -> Callable[..., Any]:
    """The method of `dict` of this name, with the fields collected before."""
    plain = getattr(dict, name)
    return lambda fields, *args: plain(fields.collected(), *args)


for _name in ("__getitem__", "__iter__", "__len__", "__contains__", "keys", "values", "items", "get"):
    setattr(DeferredFields, _name, _collecting(_name))


def _set_deferred_fields(cls: type[BaseModel], *args: Any, **kwargs: Any) -> None:
    if not cls.__module__.startswith(DEFERRED_PACKAGES):
        set_model_fields(cls, *args, **kwargs)
        return

    def collect() -> dict[str, FieldInfo]:
        set_model_fields(cls, *args, **kwargs)
        return cls.__pydantic_fields__

    cls.__pydantic_extra_info__ = None
    cls.__pydantic_fields__ = DeferredFields(collect)
