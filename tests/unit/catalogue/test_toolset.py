"""Toolsets: what is read, what is refused, and that one only takes away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Narrowing
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.catalogue.toolset import MAX_TOOLSET_NAMES, InvalidToolset, Toolset

ACCESSES = st.sets(st.sampled_from(Access)).map(frozenset)
CAPABILITIES = st.dictionaries(st.sampled_from([str(family) for family in SWITCHED_FAMILIES]), ACCESSES).map(Capability)
NAMES = st.lists(
    st.tuples(st.sampled_from(SWITCHED_FAMILIES), st.sampled_from(["", ":read"])),
    min_size=1,
    max_size=MAX_TOOLSET_NAMES,
)
TOOLSETS = NAMES.map(lambda names: Toolset.from_text(",".join("".join(name) for name in names)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("accounts", "accounts"),
        ("contacts,accounts:read", "accounts:read,contacts"),
        (" Media-Items ,\tFORUMS:Read ", "media_items,forums:read"),
        ("contactlists,account_lists", "contact_lists,account_lists"),
        ("accounts,accounts", "accounts"),
        ("accounts,accounts:read", "accounts:read"),
        ("accounts:read,accounts", "accounts:read"),
        (",".join(SWITCHED_FAMILIES), ",".join(SWITCHED_FAMILIES)),
    ],
)
def test_what_is_read(text: str, shown: str) -> None:
    assert str(Toolset.from_text(text)) == shown
    assert str(Toolset.from_text(shown)) == shown


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            ",",
            "accounts,",
            ",accounts",
            "accounts,,contacts",
            "company",
            "all",
            "*",
            "!accounts",
            "list_accounts",
        ),
        *(
            "accounts:write",
            "accounts:",
            "accounts:read:read",
            ":read",
            "always",
            "general",
            "accounts;contacts",
            "accounts\0",
        ),
        *(
            "accounts contacts",
            "%61ccounts",
            "../accounts",
            "accounts" + "s" * 10_000,
            ",".join(["accounts"] * 11),
            "," * 50_000,
        ),
    ],
    ids=lambda text: text[:20] or "empty",
)
def test_what_is_no_toolset_is_refused_with_the_families(text: str) -> None:
    with pytest.raises(InvalidToolset) as refused:
        Toolset.from_text(text)
    assert all(family in str(refused.value) for family in SWITCHED_FAMILIES)
    assert len(str(refused.value)) < 400


@given(capability=CAPABILITIES, toolset=TOOLSETS, other=TOOLSETS)
@settings(deadline=None)
def test_a_toolset_only_takes_away(capability: Capability, toolset: Toolset, other: Toolset) -> None:
    """What is left is allowed by the profile and by each toolset; two together leave what one leaves of the other."""
    left = toolset.narrow(capability)
    for family in SWITCHED_FAMILIES:
        for access in Access:
            both = capability.allows(family, access) and access in toolset.families.get(family, ())
            assert left.allows(family, access) == both
            taken = capability.allows(family, access) and not both
            assert left.leaves_out(family, access) is (Narrowing.TOOLSET if taken else Narrowing.NONE)
    assert (toolset & other).narrow(capability).to_json() == toolset.narrow(other.narrow(capability)).to_json()
    assert all(is_listed(method, capability) for method in METHODS.values() if is_listed(method, left))


@given(text=st.text(alphabet=st.sampled_from("acounts:read,_- \tACxyz"), max_size=60))
@settings(deadline=None)
def test_a_text_is_a_toolset_of_known_families_or_refused(text: str) -> None:
    try:
        toolset = Toolset.from_text(text)
    except InvalidToolset:
        return
    assert toolset.families.keys() <= set(SWITCHED_FAMILIES)
    assert Toolset.from_text(str(toolset)) == toolset
