"""A simple model of the forum rules: who sees what, and what each call answers."""

from __future__ import annotations

from dataclasses import dataclass, field

SUPPORT, IDEAS, LOUNGE = "support", "ideas", "lounge"
MAX, ANN, MINA, PAT = "max", "ann", "mina", "pat"
PEOPLE = (MAX, ANN, MINA, PAT)
FORUMS = (SUPPORT, IDEAS, LOUNGE)
NOT_FOUND, DENIED, STATE, CONFLICT = -120, -110, -131, -130


def reads(person: str, forum: str) -> bool:
    return forum != LOUNGE or person == PAT


def moderates(person: str, forum: str) -> bool:
    return person == MINA and forum != LOUNGE


@dataclass(eq=False)
class Text:
    """A thread or a reply."""

    author: str
    word: str
    status: str = "approved"
    hidden: bool = False
    deleted: bool = False
    code: int = 0

    @property
    def public(self) -> bool:
        return self.status == "approved" and not self.hidden and not self.deleted

    def seen_by(self, person: str, moderator: bool) -> bool:
        return not self.deleted and (moderator or self.public or (person == self.author and not self.hidden))


@dataclass(eq=False)
class Thread(Text):
    """A thread with its replies; `opening` is the code of its first post."""

    forum: str = SUPPORT
    locked: bool = False
    opening: int = 0
    replies: list[Text] = field(default_factory=list)

    def seen(self, person: str) -> bool:
        return reads(person, self.forum) and self.seen_by(person, moderates(person, self.forum))

    def sees(self, person: str, reply: Text) -> bool:
        return self.seen(person) and reply.seen_by(person, moderates(person, self.forum))

    @property
    def shown(self) -> list[Text]:
        return [reply for reply in self.replies if reply.public]

    def change(self, person: str, text: Text) -> int:
        """The answer to changing the thread or a reply; 0 on success."""
        if not (self.seen(person) and (text is self or self.sees(person, text))):
            return NOT_FOUND
        if moderates(person, self.forum):
            return 0
        if text.author != person:
            return DENIED
        return STATE if self.locked else 0

    def held(self, person: str, text: Text) -> None:
        """True when a change by the author must be approved again."""
        again = self.forum == IDEAS or text.status in ("pending", "rejected")
        if again and not moderates(person, self.forum):
            text.status = "pending"

    def decide(self, person: str, text: Text, action: str) -> int:
        """The answer to moderating the thread or a reply."""
        if not (self.seen(person) and (text is self or self.sees(person, text))):
            return NOT_FOUND
        if not moderates(person, self.forum):
            return DENIED
        text.hidden = {"hide": True, "unhide": False}.get(action, text.hidden)
        text.status = {"approve": "approved", "reject": "rejected"}.get(action, text.status)
        self.locked = {"lock": True, "unlock": False}.get(action, self.locked)
        return 0

    def reply(self, person: str) -> int:
        """The answer to a reply."""
        if not self.seen(person):
            return NOT_FOUND
        return 0 if self.public and not self.locked else STATE

    def remove(self, person: str) -> int:
        """The answer to deleting the thread."""
        refusal = self.change(person, self)
        if refusal == 0 and self.shown and not moderates(person, self.forum):
            refusal = DENIED
        self.deleted = self.deleted or refusal == 0
        return refusal
