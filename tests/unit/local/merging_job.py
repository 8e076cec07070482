"""One of the jobs that an agent does in few calls: what stands twice in the demo becomes one."""

from __future__ import annotations

from tests.unit.local.counting_agent import Agent


def merge_what_is_there_twice(agent: Agent) -> None:
    """Merges the two accounts and the two contacts that are one; which they are is looked up beforehand."""
    for family, code in (("accounts", "AccountCode"), ("contacts", "UserCode")):
        (pair,) = agent.client.call_tool("find_duplicates", Family=family).result["Items"]
        assert agent.call(f"merge_{family}", **{code: pair["Code"], f"Merge{code}": pair["OtherCode"]})["Moved"]
