"""Contact lists on the builtin instance."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.instance.builtin.member_lists import member_changes, member_lists

FAMILY: Final = Family.CONTACT_LISTS

facets = member_lists.facets
list_contact_lists = member_lists.browse
get_contact_list = member_lists.get
create_contact_list = member_lists.create
update_contact_list = member_lists.update
delete_contact_list = member_lists.delete
list_contact_list_members = member_lists.members
add_contact_list_members = member_changes.change_members
remove_contact_list_members = member_changes.change_members
