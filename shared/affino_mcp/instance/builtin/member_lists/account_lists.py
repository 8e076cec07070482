"""Account lists on the builtin instance."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.instance.builtin.member_lists import member_changes, member_lists

FAMILY: Final = Family.ACCOUNT_LISTS

facets = member_lists.facets
list_account_lists = member_lists.browse
get_account_list = member_lists.get
create_account_list = member_lists.create
update_account_list = member_lists.update
delete_account_list = member_lists.delete
list_account_list_members = member_lists.members
add_account_list_members = member_changes.change_members
remove_account_list_members = member_changes.change_members
