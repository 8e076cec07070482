"""The mode of a profile's list of tools: how it is stored, also by older versions."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.gate.profiles.profile import Profile
from tests.world import EVERYTHING, World


@pytest.mark.parametrize("mode", ListMode)
def test_a_mode_is_kept_and_changed(mode: ListMode) -> None:
    world = World()
    made = world.profiles.create("p", EVERYTHING, mode=mode)
    assert world.profiles.get(made.key).profile.mode is mode
    assert world.profiles.change(made.key, rate=7).mode is mode
    assert world.profiles.change(made.key, mode=ListMode.FULL).mode is ListMode.FULL


@pytest.mark.parametrize(
    ("stored", "mode"),
    [
        ({}, ListMode.FULL),
        ({"compact": False}, ListMode.FULL),
        ({"compact": True}, ListMode.COMPACT),
        ({"compact": True, "mode": "family"}, ListMode.FAMILY),
    ],
    ids=str,
)
def test_what_an_older_version_stored_means_what_it_meant(stored: dict[str, Any], mode: ListMode) -> None:
    document = World().create_profile().to_document()
    del document["mode"]
    assert Profile.from_document("1", {**document, **stored}).mode is mode
