"""The end of an overlap, from a page that is not the newest."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.control_edge.desk import Desk, text_of


def test_an_old_page_ends_no_newer_overlap(operator: Desk) -> None:
    """Meanwhile another operator has given the secret that is refused now an overlap of its own."""
    world, profile = operator.world, operator.world.profile("Newsroom")
    path = f"/profiles/{profile.key}"
    world.profiles.regenerate(profile.key, overlap=timedelta(hours=1))
    page = operator.get(path)
    newer = world.profiles.regenerate(profile.key, overlap=timedelta(hours=24))
    answer = operator.send(f"{path}/end-overlap", page)
    assert world.profiles.get(profile.key).profile == newer
    location = answer.headers["location"].removeprefix("/control")
    assert "Nothing was ended" in text_of(operator.get(location))
    assert operator.rows()[-1]["outcome"] == "error"
