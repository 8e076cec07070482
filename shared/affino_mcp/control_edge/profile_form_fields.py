"""The fields of the profile form: from a profile, or as an operator sent them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from affino_mcp.admin.display import render_switches
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.list_mode import LIST_MODES, ListMode
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS, Profile
from affino_mcp.gate.profiles.profile_form import find_faults
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.gate.profiles.rate_limit import default_burst
from affino_mcp.settings import DEFAULT_CALLS_PER_MINUTE
from affino_mcp.value_class import value_class

FIELD_LABELS: Final = {
    "name": "Name",
    "rate": "Calls a minute",
    "burst": "Calls at once",
    "expires": "Last day",
    "people": "People who may use it",
    "networks": "Networks from which it may be used",
    "notes": "Notes",
}
"""The label of each text field."""

TICKED_FIELDS: Final = ("grid", "options", "groups", "connectable")
"""The fields of boxes, each with the values that are ticked."""


@value_class
class ProfileForm:
    """The values of the form, as text.

    `grid` holds the ticked family switches like `articles.read`, `options` the ticked options, `groups` the ticked security
    groups, `connectable` those whose members may connect apps, `seen` the version of the profile that the form was
    made from. `mode` is empty when none was chosen.
    """

    name: str = ""
    rate: str = str(DEFAULT_CALLS_PER_MINUTE)
    burst: str = ""
    notes: str = ""
    grid: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    seen: str = ""
    expires: str = ""
    people: str = ""
    groups: frozenset[str] = frozenset()
    connectable: frozenset[str] = frozenset()
    networks: str = ""
    mode: str = ""

    @classmethod
    def from_profile(cls, profile: Profile, people: Sequence[str]) -> ProfileForm:
        """The form of a profile whose allowed people are written so; a burst that follows from the rate is left empty."""
        ticked = {
            f"{family}.{access}"
            for family in SWITCHED_FAMILIES
            for access in _list_allowed_accesses(profile.capability, family)
        }
        burst = "" if profile.burst == default_burst(profile.rate) else str(profile.burst)
        options = frozenset(name for name, on in profile.options.items() if on)
        return cls(
            profile.name,
            str(profile.rate),
            burst,
            profile.notes,
            frozenset(ticked),
            options,
            profile.version,
            expires=profile.terms.expires,
            people="\n".join(people),
            groups=frozenset(profile.terms.groups),
            connectable=frozenset(profile.terms.connectable),
            networks="\n".join(profile.terms.networks),
            mode=profile.mode,
        )

    @classmethod
    def from_request(cls, form: Mapping[str, str], ticked: Mapping[str, tuple[str, ...]]) -> ProfileForm:
        """The form that a browser sent: the last value of each field, and all values of each."""
        boxes = {name: frozenset(ticked.get(name, ())) for name in TICKED_FIELDS}
        texts = {name: form.get(name, "") for name in (*FIELD_LABELS, "seen")} | {"mode": form.get("mode", "")}
        return cls(**texts, **boxes)  # type: ignore[arg-type]

    @property
    def families(self) -> FamilyAccess:
        """Every family with its switches, including families that are off."""
        return {
            str(family): frozenset(access for access in Access if f"{family}.{access}" in self.grid)
            for family in SWITCHED_FAMILIES
        }

    @property
    def capability(self) -> Capability:
        """The capability that the grid describes."""
        return Capability({family: access for family, access in self.families.items() if access})

    def choose_mode(self, before: ListMode = ListMode.FULL) -> ListMode:
        """The form in which the tools are listed; `before` when none is chosen. Raises ValueError for an unknown one."""
        return ListMode(self.mode or before)

    @property
    def chosen_options(self) -> dict[str, bool]:
        """Whether each option is on."""
        return {name: name in self.options for name in PROFILE_OPTIONS}

    def parse_number(self, name: str) -> int | None:
        """The rate or the burst; None when the field is empty, and 0, which no profile can have, for text that is no number."""
        text = str(getattr(self, name)).strip()
        if not text:
            return None
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0

    def parse_limits(self, before: Profile) -> tuple[int, int]:
        """The rate, or the profile's when the field is empty, and the burst, or the rate's default when it is empty."""
        rate, burst = self.parse_number("rate"), self.parse_number("burst")
        chosen = before.rate if rate is None else rate
        return chosen, default_burst(chosen) if burst is None else burst

    @property
    def tidy_name(self) -> str:
        """The name as it is stored. Raises InvalidArgument."""
        return tidy_entered_text("name", self.name)

    @property
    def tidy_notes(self) -> str:
        """The notes as they are stored. Raises InvalidArgument."""
        return tidy_entered_text("notes", self.notes, lines=True)

    def find_faults(self) -> dict[str, str]:
        """The faults of the form by field; {} for a form that can be saved."""
        numbers = {name: number for name in ("rate", "burst") if (number := self.parse_number(name)) is not None}
        found = {str(each.details["argument"]): each.message for each in find_faults(self.name, self.notes, **numbers)}
        return found if self.mode in {"", *ListMode} else found | {"mode": f"Choose one of {', '.join(ListMode)}."}

    def list_differences(self, profile: Profile, people: Sequence[str]) -> list[tuple[str, str]]:
        """Fields in which a profile differs from this form: the field's label, and the profile's value as text."""
        theirs = ProfileForm.from_profile(profile, people)
        other = [name for name in FIELD_LABELS if getattr(theirs, name) != getattr(self, name)]
        found = [(FIELD_LABELS[name], str(getattr(profile, name, getattr(theirs, name)))) for name in other]
        if theirs.groups != self.groups:
            found.append(("Groups", ", ".join(sorted(theirs.groups))))
        if theirs.grid != self.grid:
            found.append(("Families", ", ".join(render_switches(profile.capability))))
        if self.mode not in ("", theirs.mode):
            found.append(("Tool list", LIST_MODES[profile.mode].label))
        if theirs.options != self.options:
            on = [label for name, (label, _) in PROFILE_OPTIONS.items() if name in theirs.options]
            found.append(("Options", ", ".join(on)))
        return [(label, text or "none") for label, text in found]


def _list_allowed_accesses(capability: Capability, family: str) -> list[Access]:
    return [access for access in Access if capability.allows(family, access)]
