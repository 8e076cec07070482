"""References of records: as data, and as the text by which history, audit and relations name them."""

import pytest

from affino_mcp.instance.port import RecordRef, linked_family


def test_a_reference_and_its_text() -> None:
    assert str(RecordRef("notes", 7)) == "notes#7"
    assert RecordRef.parse("notes#7") == RecordRef("notes", 7) == ("notes", 7)


@pytest.mark.parametrize("text", ["", "notes", "notes#", "notes#x"])
def test_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        RecordRef.parse(text)


@pytest.mark.parametrize(("attribute", "family"), [("accounts#66", "accounts"), ("Body", ""), ("", "")])
def test_the_family_that_an_attribute_links_to(attribute: str, family: str) -> None:
    assert linked_family(attribute) == family
