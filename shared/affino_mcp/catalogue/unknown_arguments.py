"""What is said of arguments that a tool does not have: the right name, from the words of the whole catalogue.

On a read the call is refused, because a filter that is dropped gives the wrong records. On a write it is a warning.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.name_synonyms import can_narrow, synonym_arguments
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import InvalidArgument

MAX_NAMED_UNKNOWN: Final = 20
"""How many unknown arguments get a warning of their own."""
MAX_NAME_CHARACTERS: Final = 60
_ENDINGS: Final = ("codes", "code", "names", "name", "ids", "id", "only", "iso", "s")
_LEAST_LIKENESS: Final = 0.75


@lru_cache(maxsize=256)
def _attribute_fields(method: Method) -> dict[str, str]:
    """The attributes of the record's answer by folded name, with the name of the field behind each."""
    attributes = method.record.attributes if method.record else ()
    return {fold_name(name): field.name for field in attributes for name in (field.attribute, field.name)}


def unknown_warnings(method: Method, names: list[str]) -> list[CallWarning]:
    """The warnings about names that are ignored. On a read, raises InvalidArgument for the first that could narrow it."""
    if method.effect is Effect.READ:
        for name in names:
            if can_narrow(name[:MAX_NAME_CHARACTERS]):
                raise _refusal(method, name)
    told = [_ignored_warning(method, name) for name in names[:MAX_NAMED_UNKNOWN]]
    if len(names) > MAX_NAMED_UNKNOWN:
        text = f"{len(names) - MAX_NAMED_UNKNOWN} more arguments are not known; they were ignored."
        told.append(make_warning(WarningCode.UNKNOWN_ARGUMENT, "", text))
    return told


def _refusal(method: Method, name: str) -> InvalidArgument:
    shown, meant = _shown(name), find_meant(method, name)
    names = [field.name for field in method.all_arguments]
    takes = f"It takes {', '.join(names)}." if names else "It takes no arguments."
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    text = f"{shown} is no argument of {method.name}; nothing was read.{hint} {takes}"
    return InvalidArgument(shown, text, did_you_mean=meant or None)


def _ignored_warning(method: Method, name: str) -> CallWarning:
    shown = _shown(name)
    wanted = fold_name(name[:MAX_NAME_CHARACTERS])
    is_attribute = method.effect is not Effect.READ and wanted in _attribute_fields(method)
    meant = find_meant(method, name, by_spelling=not is_attribute)
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    if is_attribute:
        return make_warning(WarningCode.READ_ONLY, shown, f"{shown} cannot be set here; it was ignored.{hint}")
    if not can_narrow(shown):
        hint = " It is no filter and no attribute."
    text = f"{method.name} has no argument {shown}; it was ignored.{hint}"
    return make_warning(WarningCode.UNKNOWN_ARGUMENT, shown, text)


def _shown(name: str) -> str:
    return name[:MAX_NAME_CHARACTERS].encode("utf-8", "replace").decode()


def find_meant(method: Method, name: str, *, by_spelling: bool = True) -> list[str]:
    """The arguments that an unknown name was meant for, at most three: by the record's answer, by synonyms, by spelling."""
    known, wanted = method.argument_names, fold_name(name[:MAX_NAME_CHARACTERS])
    attribute = fold_name(_attribute_fields(method).get(wanted, ""))
    if attribute in known:
        return [known[attribute]]
    if alike := _same_stem(known, wanted):
        return alike
    spoken = [known[fold_name(each)] for each in synonym_arguments(wanted) if fold_name(each) in known]
    if spoken:
        return spoken[:3]
    if not by_spelling:
        return []
    close = find_alike(wanted, known, 1, _LEAST_LIKENESS)
    return [known[each] for each in close]


def _same_stem(known: dict[str, str], wanted: str) -> list[str]:
    """The arguments that differ in an ending alone: AccountId, Owner, TopicCode."""
    return [name for fold, name in known.items() if _stem(fold) == _stem(wanted)][:3]


@lru_cache(maxsize=2048)
def _stem(fold: str) -> str:
    for ending in _ENDINGS:
        if fold.endswith(ending) and len(fold) > len(ending) + 1:
            return _stem(fold.removesuffix(ending))
    return fold
