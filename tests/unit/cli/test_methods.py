"""`affino-mcp methods` and `signing`: help from the catalogue, the same as on the help pages."""

from __future__ import annotations

import hashlib

import pytest

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from tests.unit.cli.conftest import Terminal


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_method_shows_all_that_the_guide_promises(terminal: Terminal, method: Method) -> None:
    (found,) = terminal.run_json("methods", method.name)
    assert [line["name"] for line in found["arguments"]] == [field.name for field in method.all_arguments]
    assert found["example"] == method.example
    assert found["answer"] == method.returns
    assert found["errors"] == {error.type: error.code for error in method.all_errors}
    assert {"permission_denied", "tool_disabled"} <= found["errors"].keys()
    record = method.record
    assert [line["name"] for line in found["attributes"]] == [
        f.attribute for f in (record.attributes if record else ())
    ]
    shown = " ".join(terminal.run("methods", method.name)[0].split())
    assert all(field.name in shown for field in method.all_arguments)


def test_words_choose(terminal: Terminal) -> None:
    out, err = terminal.run("methods", "link", "contact")
    assert "link_contact_to_account" in out
    assert "list_notes" not in out
    assert f"of {len(METHODS)} methods" in err
    assert terminal.run("methods", "nothing of this")[0].strip() == "No method holds all these words."
    assert len(terminal.run_json("methods")) == len(METHODS)


def test_a_profiles_methods_are_what_its_agents_see(terminal: Terminal) -> None:
    terminal.run("profile", "create", "--name", "Reader", "--family", "notes=read", "--confirm", "on")
    names = [found["method"] for found in terminal.run_json("methods", "--profile", "Reader")]
    assert "list_notes" in names
    assert not {"create_note", "list_accounts"} & set(names)
    terminal.run("profile", "set", "Reader", "--family", "notes=read,write")
    (found,) = terminal.run_json("methods", "delete_note", "--profile", "Reader")
    assert "Confirm" in [line["name"] for line in found["arguments"]]
    assert "confirmation_required" in found["errors"]


def test_a_signature_is_explained_by_one_that_can_be_checked(terminal: Terminal) -> None:
    told = terminal.run_json("signing")
    md5 = hashlib.md5(told["body"].encode(), usedforsecurity=False).hexdigest().upper()
    parts = (told["method"], told["path"], md5, told["secret"], told["stamp"])
    assert (told["md5"], told["signature"]) == (md5, hashlib.sha512("+".join(parts).encode()).hexdigest().upper())
    shown = terminal.run("signing")[0]
    assert all(value in shown for value in told.values())
