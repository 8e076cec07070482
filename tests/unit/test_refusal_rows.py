"""The gate looks up the callers of exactly those refusals that the API Log keeps as rows of their own."""

from __future__ import annotations

from affino_mcp.audit.refusal_aggregation import RefusalAggregator
from affino_mcp.gate.abuse.refusal_sampling import RefusalSampler
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.unit.audit.rows import TABLE, Hands, refusal


def test_the_gate_samples_the_refusals_that_have_rows_of_their_own() -> None:
    clock = Hands()
    sampler, storm = RefusalSampler(clock), RefusalAggregator(MemoryDatabase(), TABLE, clock)
    for _ in range(2):
        for count in range(1, 131):
            sampled = sampler.should_sample("K1")
            assert sampled is not storm.try_count(refusal(clock()))
            assert sampled is (count <= 60)
        clock.move(minutes=1)
