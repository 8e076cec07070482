"""Arguments of any tool, made from the kinds of its fields: most of them right, so that calls get past the checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from affino_mcp.catalogue.method import CURSOR, DRY_RUN, FIELDS, IF_UPDATED, Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.media import base64_of, png
from tests.flow.office import STOCK, Office, staffed
from tests.world import EVERYTHING, Response, World

MORE_STOCK: Final[dict[str, tuple[str, dict[str, Any], str]]] = {
    "accounts": ("create_account_list", {"Title": "Targets"}, "AccountListCode"),
    "twin account": ("create_account", {"Name": "Orbital Ltd"}, "AccountCode"),
    "twin": ("create_contact", {"Email": "twin@o.example", "FirstName": "Janet", "LastName": "Doe"}, "UserCode"),
    "post": ("create_forum_post", {"ForumThreadCode": "$thread", "Body": "Yes"}, "ForumPostCode"),
    "file": (
        "attach_media_file",
        {"MediaFileItemCode": "$item", "FileName": "a.png", "ContentBase64": base64_of(png())},
        "MediaFileCode",
    ),
    "cover": (
        "attach_article_media",
        {"StandardItemCode": "$article", "MediaFileItemCode": "$item"},
        "ArticleMediaCode",
    ),
}
ALL_STOCK: Final = STOCK | MORE_STOCK
"""What an office holds: the tool that makes it, its arguments, and the attribute of its code."""

CODES: Final[dict[str, list[Any]]] = {
    **{key: [f"${name}"] for name, (_, _, key) in ALL_STOCK.items()},
    "ParentCode": ["$account"],
    "PrimaryContactCode": ["$jane"],
    "UserCode": ["$jane", "$una"],
    "AccountCode": ["$account"],
    "MergeAccountCode": ["$twin account"],
    "MergeUserCode": ["$twin"],
    "UserCodes": [["$jane"], ["$jane", "$una"]],
    "AccountCodes": [["$account"]],
    "OwnerCode": ["$una"],
    "AuthorCode": ["$una"],
    "AccountManagerCode": ["$una"],
    "Code": ["$account"],
    "Family": ["accounts"],
    "standardSectionCode": ["$section"],
    "ForumItemCode": ["$forum"],
    "TargetForumItemCode": ["$forum"],
    "StandardStepByStepCodes": [["$step"]],
    "ParentCommentCode": ["$comment"],
    "ReplyToPostCode": ["$post"],
    "TopicNames": [["Strategy"], ["Nobody knows it"]],
    "Version": ["$version"],
    "SecurityCode": [],
    "ContactCodes": [["$jane"]],
    "Scope": [{"AccountCode": "1"}, {"UserCode": 1}],
    "ToAccountCode": ["$account"],
    "PrimaryContact": [{"Email": "new@office.example", "FirstName": "N", "LastName": "N"}, {"Email": "x"}],
    "Filters": [{"Mine": True}],
    "Changes": [{"Description": "Seen"}, {"Title": "Seen"}],
    "FileName": ["b.png"],
    "MimeType": ["image/png"],
    "Action": ["hide", "unhide"],
    "Steps": [[{"Title": "Overview", "Body": "<p>First</p>"}], [{"Title": "Alone"}]],
    "StandardItemCodes": [["$article"]],
    "ForumPostCodes": [["$post"]],
    "Refs": [["forum_posts#1"], ["articles#1", "article_comments#1"]],
}
"""Values by the argument's name: codes of the stock (`$name`), and texts that only some calls accept."""

ONE_OF: Final = {
    "get_contact": ("UserCode", "Email", "ExternalID"),
    "create_note": ("AccountCode", "UserCode", "OpportunityCode"),
    "create_task": ("AccountCode", "UserCode", "OpportunityCode"),
    "attach_article_media": ("StandardItemCode", "StandardStepByStepCode"),
    "add_contact_list_members": ("UserCodes", "Filters"),
    "add_account_list_members": ("AccountCodes", "Filters"),
    "attach_media_file": ("ContentBase64", "UploadToken"),
}
"""Arguments of which a call takes one alone: the first of them is given."""

TEXTS: Final = st.text("abc ÄßñЖ中\u0301'\"=+-@%_/.,;:()[]&", min_size=1, max_size=30).map(lambda text: f"a{text}")
BY_KIND: Final[dict[str, st.SearchStrategy[Any]]] = {
    "code": st.just(1),
    "code or name": st.just(1),
    "list of codes": st.lists(st.sampled_from([1, 2]), min_size=1, max_size=2),
    "e-mail": st.integers(0, 10**9).map(lambda number: f"p{number}@o.example"),
    "web address": st.sampled_from(["https://o.example", "http://o.example/a?b=c"]),
    "country": st.sampled_from(["GB", "de", "FRA", "Germany", "UK"]),
    "amount": st.sampled_from([0, 1, 12.5, 1_000_000]),
    "date": st.sampled_from(["2026-12-24", "2027-01-01"]),
    "date and time": st.sampled_from(["2026-12-24T10:00:00Z", "2026-11-01T09:30:00.5+01:00"]),
    "SHA-256": st.just("0" * 64),
    "file in Base64": st.just(base64_of(png())),
    "true or false": st.booleans(),
    "bytes": st.integers(1, 10_000),
    "object": st.sampled_from([{}, "{}"]),
    "list of objects": st.lists(st.sampled_from([{}, "{}"]), min_size=1, max_size=2),
}
ODD: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
UNLIKELY: Final = {CURSOR.name, IF_UPDATED.name, FIELDS.name, "StartCode", "ChannelCode", "SecurityCode", "TopicNames"}
"""Arguments with which few calls succeed: they are left to `any_arguments`."""


def right_value(field_: Field) -> st.SearchStrategy[Any]:
    """A value that the field accepts."""
    schema, kind = field_.kind.schema, field_.kind.display_name.partition(",")[0]
    if known := [each for each in CODES.get(field_.name, ()) if "enum" not in schema or each in schema["enum"]]:
        return st.sampled_from(known)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if kind in BY_KIND:
        return BY_KIND[kind]
    if schema["type"] == "array":
        return st.lists(TEXTS.filter(str.strip), max_size=2)
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], min(schema["maximum"], 1000))
    return TEXTS.map(lambda text: text[: schema["maxLength"]].strip())


def right_arguments(method: Method) -> st.SearchStrategy[dict[str, Any]]:
    """All that a call needs and up to three arguments more; two of three deletions and removals are tried only."""
    one, *others = ONE_OF.get(method.name, ("",))
    needed = {f.name: right_value(f) for f in method.all_arguments if f.required or f.name == one}
    left_out = {*needed, *others, *UNLIKELY, DRY_RUN.name}
    more = [f for f in method.all_arguments if f.name not in left_out]
    chosen = st.lists(st.sampled_from(more), max_size=3, unique=True) if more else st.just(list[Field]())
    added = chosen.flatmap(lambda fields: st.fixed_dictionaries({f.name: right_value(f) for f in fields}))
    tried = st.sampled_from([True, True, False] if method.effect in {Effect.DELETE, Effect.REMOVE} else [False, True])
    dry = tried.map(lambda is_dry: {DRY_RUN.name: is_dry}) if DRY_RUN in method.all_arguments else st.just({})
    return st.tuples(st.fixed_dictionaries(needed), added, dry).map(lambda parts: parts[0] | parts[1] | parts[2])


def any_arguments(method: Method) -> st.SearchStrategy[dict[str, Any]]:
    """Some arguments of any value, right and not."""
    values = {f.name: right_value(f) | ODD for f in method.all_arguments}
    return st.fixed_dictionaries({}, optional=values)


RENEWED: Final = {"detach_article_media", "get_media_file", "reorder_article_steps", "split_forum_thread"}
"""Methods, besides those that delete, whose record is made anew for each call."""


@dataclass
class Stage:
    """An office with a record of every kind; what a call deletes is made anew."""

    world: World
    handler: LambdaHandler
    office: Office = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        profile = self.world.profiles.create("generated", EVERYTHING, 6000, burst=6000)
        self.office = staffed(self.world, self.handler, profile)
        for name in MORE_STOCK:
            self.make(name)

    def make(self, name: str) -> None:
        """Makes a record of the stock anew."""
        tool, arguments, key = ALL_STOCK[name]
        self.made += 1
        unique = {"Email": f"j{self.made}@office.example"} if "Email" in arguments else {}
        answer = self.office.call(tool, arguments | unique)
        self.office.codes[name] = next(part[key] for part in answer.values() if isinstance(part, dict) and key in part)

    def prepare(self, method: Method) -> None:
        """Makes what a call of the method needs: the record that it deletes, the change that it undoes."""
        self.world.clock.move(seconds=1)
        needed = {field_.name for field_ in method.arguments if field_.required}
        if method.effect is Effect.DELETE or method.name in RENEWED:
            needed |= {name.removesuffix("s") for name in needed}
            keys = needed | {"ForumThreadCode", "MediaFileItemCode", "StandardStepByStepCode"}
            for name in [name for name, (_, _, key) in ALL_STOCK.items() if key in keys]:
                self.make(name)
        if method.name == "update_contact_account_link":
            self.make("jane")
            self.office.call("link_contact_to_account", {"UserCode": "$jane", "AccountCode": "$account"})
        if method.moderates:
            self.office.call("add_forum_moderator", {"ForumItemCode": "$forum", "UserCode": "$una"})
        if method.undoes:
            self.make("account")  # an undo of the last changes may have deleted the office's
            self.office.call("update_account", {"AccountCode": "$account", "City": f"City {self.made}"})
            told = self.office.call("list_record_history", {"Family": "accounts", "Code": "$account", "PageSize": 1})
            self.office.codes["version"] = told["Items"][0]["Version"]

    def send(self, method: Method, arguments: dict[str, Any]) -> tuple[Response, list[dict[str, Any]]]:
        """Sends one call; gives its answer and its rows."""
        before = dict(self.office.codes)
        self.prepare(method)
        self.world.database.clear_table(self.world.settings.audit_table)
        resolved = {name: self.office.resolve(value) for name, value in arguments.items()}
        answer = self.office.client.call_tool(method.name, **resolved)
        self.office.codes = before
        return answer, self.world.audit_rows()
