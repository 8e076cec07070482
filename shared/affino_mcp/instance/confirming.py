"""How the person has confirmed a call of an API Profile that asks for it."""

from __future__ import annotations

from enum import StrEnum


class ConfirmationMethod(StrEnum):
    """How a call was confirmed, as the API Log records it; empty when it was not, or did not have to be."""

    NOT = ""
    FORM = "by form"
    ARGUMENT = "by argument"
