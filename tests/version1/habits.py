"""What the public description leaves open or contradicts, chosen by a seed: a client has to bear each."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Json = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """How one instance behaves where nobody knows.

    `codes_as` and `error_code_as`: numbers, strings, or each code by itself; of errors the description has -1 as a
    number and the others as strings. `missing` is the status for a record that is not there, `total_of` says whether
    `TotalRecords` counts all that match or those after `StartCode`, `unknown_path_as` what the body of a 404 is.
    """

    seed: int
    codes_as: Literal["numbers", "strings", "mixed"] = "mixed"
    error_code_as: Literal["documented", "number", "string"] = "documented"
    missing: Literal[400, 404] = 404
    total_of: Literal["all", "left"] = "all"
    unknown_path_as: Literal["html", "json"] = "html"

    @classmethod
    def of_seed(cls, seed: int) -> Habits:
        """The habits of this seed: seed 0 has the defaults."""
        if seed == 0:
            return cls(0)
        chosen = random.Random(seed)
        return cls(
            seed,
            chosen.choice(["numbers", "strings", "mixed"]),
            chosen.choice(["documented", "number", "string"]),
            chosen.choice([400, 404]),
            chosen.choice(["all", "left"]),
            chosen.choice(["html", "json"]),
        )

    def write_code(self, name: str, code: int) -> int | str:
        """A code as this instance answers it under this name."""
        if self.codes_as == "mixed":
            return str(code) if zlib.crc32(f"{self.seed}.{name}.{code}".encode()) % 2 else code
        return str(code) if self.codes_as == "strings" else code

    def write_error_code(self, code: int) -> int | str:
        """The code of an error as this instance answers it."""
        number = code == -1 if self.error_code_as == "documented" else self.error_code_as == "number"
        return code if number else str(code)


def write_date(moment: datetime) -> str:
    """A moment as version 1 writes it, such as `2026-Nov-22 09:00:00`, in UTC."""
    at = moment.astimezone(UTC)
    return f"{at.year:04}-{MONTHS[at.month - 1]}-{at.day:02} {at:%H:%M:%S}"


def read_date(text: str) -> datetime | None:
    """The moment of a text such as `2026-Nov-22 09:00:00`, or `2026-Nov-22` for its midnight; none when it is neither."""
    day, _, hour = text.strip().partition(" ")
    parts = day.split("-")
    if len(parts) != 3 or parts[1] not in MONTHS:
        return None
    try:
        number = MONTHS.index(parts[1]) + 1
        return datetime.fromisoformat(f"{parts[0]}-{number:02}-{parts[2]}T{hour or '00:00:00'}+00:00")
    except ValueError:
        return None
