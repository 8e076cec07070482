"""Deploys the stack again, after its deletion, on the tables, buckets, key and secrets that it left."""

from __future__ import annotations

from pathlib import Path

from affino_mcp.store.stacks import KEPT_OUTPUTS
from scripts.deploy_local.operations import Operator
from scripts.deploy_local.smoke import ACCOUNT_VALUES, CheckFailed, Smoke, require_equal
from scripts.deploy_local.stack import Stack


def check_kept_state(stack: Stack, template: Path, before: Smoke) -> None:
    """Deletes the stack, deploys it on what it left, and uses it as before. Raises CheckFailed when something is not there."""
    left = {f"Existing{name}": before.outputs[name] for name in KEPT_OUTPUTS}
    stack.delete()
    stack.deploy(template, **left)
    after = Smoke(stack, Operator.from_stack(stack), before.profile)
    for name in KEPT_OUTPUTS:
        require_equal(f"output {name}", after.outputs[name], before.outputs[name])
    found = after.call_tool("list_accounts", Search=ACCOUNT_VALUES["Name"])
    if ACCOUNT_VALUES["Name"] not in str(found):
        raise CheckFailed(f"the account of the former stack is not there: {found!r}")
    after.call_tool("create_account", Name="Made on kept tables")
