"""What a dry run may not answer: the codes of records that do not exist yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def remove_new_codes(answer: Any, taken: Mapping[str, Collection[int]]) -> Any:
    """Replaces the codes of records that do not exist yet (`taken`, by attribute) by None in a dry run's answer."""
    if isinstance(answer, list):
        return [remove_new_codes(part, taken) for part in answer]
    if not isinstance(answer, dict):
        return answer
    return {n: None if n in taken and v in taken[n] else remove_new_codes(v, taken) for n, v in answer.items()}
