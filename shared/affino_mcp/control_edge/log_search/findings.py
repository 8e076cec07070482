"""What a search line says: filters for the API Log, what is said about each, and the words that nobody understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from affino_mcp.audit.row import Outcome
from affino_mcp.spoken_times.spans import TimeSpan
from affino_mcp.value_class import value_class


@value_class
class Understood:
    """What some words were taken for: `kind` (`Person`), and its `name` (`Edith Moreau`)."""

    kind: str
    name: str


@value_class
class Suggestion:
    """A name that was perhaps meant, and the line with it in the place of the words."""

    name: str
    line: str


@value_class
class NotUnderstood:
    """Words that nothing has, the reason for people, and what is nearest."""

    words: str
    reason: str
    nearest: Sequence[Suggestion] = ()


@dataclass
class Findings:
    """The filters that a line makes. Several people, profiles or records: any of them fits; the rest narrows."""

    people: list[int] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    record_names: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    family: str = ""
    statuses: tuple[int, int] | None = None
    outcome: Outcome | None = None
    request: str = ""
    words: list[str] = field(default_factory=list)
    span: TimeSpan | None = None
    understood: list[Understood] = field(default_factory=list)
    unknown: list[NotUnderstood] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """True when nothing of the line narrows the log."""
        return not self.understood

    def say(self, kind: str, name: str) -> None:
        """Notes what words were taken for."""
        self.understood.append(Understood(kind, name))

    def take_family(self, family: str) -> None:
        """Narrows to the methods of a family of tools."""
        self.family = family
        self.say("Family", family.replace("_", " "))

    def narrow_methods(self, names: Sequence[str]) -> None:
        """Keeps the methods that earlier words allow too."""
        self.methods = [name for name in names if name in self.methods] if self.methods else list(names)
