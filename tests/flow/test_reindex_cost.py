"""What a reindex costs is what docs/operating.md says."""

from __future__ import annotations

from pathlib import Path

from bench.reindex_cost import measure_reindex, render_costs

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_page_says_what_a_reindex_costs() -> None:
    assert "\n".join(render_costs()) in PAGE.read_text(encoding="utf-8")


def test_where_nothing_is_to_do_next_to_nothing_is_written() -> None:
    from_former, again = measure_reindex()
    assert again.writes < 0.02 * from_former.writes
    assert again.reads < from_former.reads
