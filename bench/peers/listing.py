"""What a peer without a schema library lists: sixty tools of the usual size."""

from __future__ import annotations

from typing import Any

FAMILIES = (
    "accounts", "contacts", "contact_lists", "account_lists", "opportunities",
    "tasks", "notes", "articles", "media", "forums",
)  # fmt: skip
DEEDS = ("create", "update", "list", "get", "delete", "link")
_TEXT = {"type": "string", "maxLength": 255, "description": "What the record says of itself, in one line"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": dict.fromkeys(("name", "description", "email", "street", "city", "postcode", "topics"), _TEXT),
    "required": ["name"],
}
TOOLS: list[dict[str, Any]] = [
    {
        "name": f"{deed}_{family}",
        "description": f"{deed.title()} records as the signed-in person.",
        "inputSchema": SCHEMA,
    }
    for family in FAMILIES
    for deed in DEEDS
]
