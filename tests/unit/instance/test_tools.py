"""The table of tools: complete, in order, and typed, so that no function stands where it does not fit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from mypy import api

from affino_mcp.catalogue.families.lists import LIST_RECORDS
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.gate.caller import CURRENT_USER_METHOD
from affino_mcp.gate.missing_report import REPORT_METHOD
from affino_mcp.instance.builtin.tools import FACETS, TOOLS

SHARED = {"change_list_members", "list_lists", "get_list", "create_list", "update_list", "delete_list", "list_members"}
"""Functions of both kinds of list."""

WRONG = """
from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.records import Carry, Records

def append_to_note(records: Records, values: Values) -> str:
    return ""

TOOLS: dict[str, Carry] = {"append_to_note": append_to_note}
"""


def test_every_method_has_its_function_in_the_order_of_the_catalogue() -> None:
    own = [name for name, method in METHODS.items() if method.each_by in ("", name)]
    assert list(TOOLS) == [name for name in own if name not in (CURRENT_USER_METHOD, REPORT_METHOD)]


def test_the_method_of_each_item_works_on_the_same_kind_of_record() -> None:
    for method in METHODS.values():
        if method.each_by:
            single = METHODS[method.each_by]
            assert (single.record, single.effect, single.right) == (method.record, method.effect, method.right)


def test_no_function_stands_for_two_tools_but_those_of_both_kinds_of_list() -> None:
    twice = {function.__name__ for function, number in Counter(TOOLS.values()).items() if number > 1}
    assert twice == SHARED


def test_a_function_has_the_name_of_its_tool_or_is_shared() -> None:
    strange = {name for name, function in TOOLS.items() if function.__name__ not in {name, *SHARED}}
    assert strange == set()


def test_every_kind_of_record_says_what_it_is_listed_by() -> None:
    assert FACETS.keys() | LIST_RECORDS.keys() == RECORDS.keys()


def test_a_function_of_another_form_is_refused_by_the_type_check(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    said, _, code = api.run(["--config-file", "pyproject.toml", f"--cache-dir={tmp_path}", str(wrong)])
    assert code == 1, said
    assert "Dict entry 0 has incompatible type" in said
