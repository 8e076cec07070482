"""The usual server: FastMCP and Mangum, combined as in their documentation, with 60 typed tools and nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastmcp import FastMCP
from mangum import Mangum
from pydantic import BaseModel, Field

FAMILIES = (
    "accounts", "contacts", "contact_lists", "account_lists", "opportunities",
    "tasks", "notes", "articles", "media", "forums",
)  # fmt: skip


class Address(BaseModel):
    """Where somebody is."""

    street: str = Field(max_length=200, description="Street and number")
    city: str = Field(max_length=100, description="Town")
    postcode: str | None = Field(default=None, max_length=20)
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO country")] = "GB"


Code = Annotated[int, Field(ge=1, description="The record's code")]
Text = Annotated[str | None, Field(max_length=8000, description="Free text")]
Name = Annotated[str, Field(min_length=1, max_length=255, description="Name")]


async def create(
    name: Name,
    description: Text = None,
    email: Annotated[str | None, Field(pattern=r"^[^@ ]+@[^@ ]+$")] = None,
    topics: Annotated[list[int], Field(max_length=100, description="Topic codes")] = [],  # noqa: B006
    address: Address | None = None,
) -> dict[str, Any]:
    """Create a record as the signed-in person."""
    return {"Code": 1, "Name": name, "Description": description, "Email": email, "Topics": topics, "Address": address}


async def update(
    code: Code, name: Name | None = None, description: Text = None, address: Address | None = None
) -> dict[str, Any]:
    """Change a record as the signed-in person."""
    return {"Code": code, "Name": name, "Description": description, "Address": address}


async def list_(
    search: Annotated[str | None, Field(max_length=200)] = None,
    sort: Literal["name", "created", "updated"] = "updated",
    size: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> dict[str, Any]:
    """List records that the signed-in person may see."""
    return {"Items": [{"Code": 1, "Name": search}], "Sort": sort, "Size": size, "NextCursor": cursor}


async def get(code: Code, expand: list[Literal["links", "history"]] = []) -> dict[str, Any]:  # noqa: B006
    """Read one record."""
    return {"Code": code, "Expand": expand}


async def delete(code: Code, confirm: bool = False) -> dict[str, Any]:
    """Delete one record."""
    return {"Code": code, "Confirm": confirm}


async def link(code: Code, other: Code, role: Literal["primary", "secondary"] = "secondary") -> dict[str, Any]:
    """Link two records."""
    return {"Code": code, "Other": other, "Role": role}


mcp = FastMCP("bench", version="1.0")
for family in FAMILIES:
    for function in (create, update, list_, get, delete, link):
        mcp.tool(function, name=f"{function.__name__.rstrip('_')}_{family}")
handler = Mangum(mcp.http_app(path="/mcp", stateless_http=True, json_response=True))
