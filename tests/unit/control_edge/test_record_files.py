"""Import and export of records in the browser, in the Control Centre and at the Hub, without JavaScript."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from typing import Any

import pytest
from httpx2 import Response

from affino_mcp.admin.record_files import line_outcome
from affino_mcp.control_edge.record_files import export_steps, import_steps
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.testing.memory_files import MemoryFileStore
from tests.flow.hub_visitor import HubVisitor
from tests.unit.admin.record_desk import CONTACTS, FILES
from tests.unit.control_edge.desk import OperatorBrowser, hidden_fields, text_of
from tests.world import World, WorldClient

FILES_PLACE = "/hub/work/files"
SAL = "sal.seller@affino.example"


class FileVisitor:
    """Sal, who sells, before the pages of import and export at the Hub."""

    def __init__(self) -> None:
        self.visitor = HubVisitor(World())
        self.visitor.enrol("Sal", "Seller", "Sales Managers", "Legal")
        assert self.visitor.log_in(SAL, FILES_PLACE).headers["location"] == FILES_PLACE

    @property
    def world(self) -> World:
        return self.visitor.world

    def get(self, path: str) -> Response:
        return self.visitor.get(f"{FILES_PLACE}{path}")

    def upload(self, kind: str, text: str | bytes, ignore: str = "") -> Response:
        """The page after an upload."""
        path = f"{FILES_PLACE}/import/{kind}"
        content = text if isinstance(text, bytes) else text.encode()
        answer = self.visitor.browser.post(
            path,
            data={**hidden_fields(self.visitor.get(path).text), "ignore": ignore},
            files={"file": ("C:\\x.csv", content, "text/csv")},
        )
        return self.follow(answer)

    def go_on(self, page: Response) -> Response:
        """The page after the form of this page is sent."""
        (path,) = set(re.findall(r'<form method="post" action="([^"]+)"', page.text))
        return self.follow(self.visitor.send(path, page))

    def follow(self, answer: Response) -> Response:
        return self.visitor.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def download(self, page: Response, end: str) -> str:
        """The file behind the first link whose address ends so."""
        path = next(each for each in re.findall(r'href="([^"]+)"', page.text) if re.search(end, each))
        address = self.visitor.get(path.replace("&amp;", "&")).headers["location"]
        files = self.world.files
        assert isinstance(files, MemoryFileStore)
        answer = files.answer_download(address)
        assert answer.mime_type.startswith("text/csv")
        return answer.content.decode("utf-8-sig")

    def rows(self, method: str) -> list[dict[str, Any]]:
        return [row for row in self.world.audit_rows() if row["method"] == method]


@pytest.fixture
def sal() -> FileVisitor:
    return FileVisitor()


def test_a_file_is_rehearsed_then_imported(sal: FileVisitor) -> None:
    sal.go_on(sal.upload("accounts", FILES["accounts"]))
    page = sal.upload("contacts", f"{CONTACTS}nobody,N,N,,,,,,\n")
    assert "It would be: 2 made, 0 the same, 0 changed, 1 refused." in text_of(page)
    assert "5 Email Email must be one e-mail address" in text_of(page)
    assert sal.rows("create_contact") == []
    page = sal.go_on(page)
    assert "Imported 2 made, 0 the same, 0 changed, 1 refused." in text_of(page)
    lines = list(csv.DictReader(io.StringIO(sal.download(page, "result"))))
    assert [line["Result"] for line in lines] == ["made", "made", "refused"]
    begun, ended = sal.rows("import_records")[-2:]
    assert (begun["outcome"], ended["outcome"], ended["person_email"]) == ("begun", "ok", SAL)
    assert ended["arguments"]["after"]["File"] == "x.csv"
    assert {row["request_id"] for row in sal.rows("create_contact")} == {f"{ended['request_id']}-{n}" for n in (2, 4)}
    work = text_of(sal.visitor.get("/hub/work"))
    assert "You imported a file" in work
    assert "Import of x.csv" in work
    again = sal.upload("contacts", CONTACTS)
    assert "It would be: 0 made, 2 the same" in text_of(again)
    assert ">Import</button>" not in again.text


def test_every_kind_in_the_browser_and_back(sal: FileVisitor) -> None:
    for kind, text in FILES.items():
        assert "Imported" in text_of(sal.go_on(sal.upload(kind, text)))
    with closing(sal.world.new_handler()) as handler:
        agent = WorldClient(sal.world, handler, sal.world.log_in(sal.world.create_profile(), 1))
        agent.call_tool("create_contact_list", Title="Spring")
        agent.call_tool("create_account_list", Title="Key")
    members = (
        "Contact list,Account list,Email,Account,External ID\nSpring,,jane@o.example,,\n,Key,,Lunar,\n,Key,,,O-1\n"
    )
    assert "3 made" in text_of(sal.go_on(sal.upload("list-members", members)))
    changes = {
        "accounts": FILES["accounts"].replace("Leeds", "York").replace("Technology", "Education"),
        "contacts": "Email,Last name,ExternalID,LeftAccounts,Accounts\njoe@o.example,Blogg,J-1,Lunar,Lunar\n",
        "opportunities": "Account,Title,Stage,CloseDate\nLunar,Moon,Closed Won,2027-03-01\n",
        "tasks": "Title,Due,Account,Memo\nCall,2027-01-05,Lunar,Now\n",
        "notes": 'Note code,Note\n2,"Won!"\n',
    }
    for kind, text in changes.items():
        assert "changed, 0 refused" in text_of(sal.go_on(sal.upload(kind, text)))
    assert "1 made, 0 the same, 0 changed, 1 refused" in text_of(
        sal.go_on(sal.upload("notes", "Note,Company\nA,\nB,Lunar\n"))
    )
    for kind, filters in EXPORTS:
        page = sal.follow(sal.visitor.send(f"{FILES_PLACE}/export/{kind}", **filters))
        written = sal.download(page, r"/1$")
        lines = len(list(csv.reader(io.StringIO(written, newline="")))) - 1
        assert f"It would be: 0 made, {lines} the same, 0 changed, 0 refused" in text_of(sal.upload(kind, written))
        assert lines
    assert [row["outcome"] for row in sal.rows("export_records")] == ["begun", "ok"] * len(EXPORTS)
    assert "Say of which list" in text_of(sal.visitor.send(f"{FILES_PLACE}/export/list-members"))


def test_what_does_not_end_in_one_request_goes_on(sal: FileVisitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_steps, "LINES_PER_STEP", 2)
    monkeypatch.setattr(export_steps, "MAX_PART_BYTES", 1)
    text = "Name,External ID\n" + "".join(f"A{number},{number}\n" for number in range(4)) + "A9,1\n"
    page = sal.upload("accounts", text)
    assert "Rehearsed up to line 3: 2 made" in text_of(page)
    for _ in range(2):
        assert "data-go-on" in page.text
        page = sal.go_on(page)
    assert "It would be: 4 made, 0 the same, 0 changed, 1 refused." in text_of(page)
    for _ in range(3):
        page = sal.go_on(page)
    assert "4 made, 0 the same, 0 changed, 1 refused." in text_of(page)
    assert sal.download(page, "result").splitlines()[-1].startswith("6,refused,,ExternalID,Line 3 has")
    assert [row["outcome"] for row in sal.rows("import_records")] == ["ok", "begun", "ok"]


EXPORTS: list[tuple[str, dict[str, str]]] = [
    ("accounts", {}),
    ("contacts", {"AccountCode": "Lunar"}),
    ("opportunities", {"CloseDateFrom": "2027-01-01", "Stage": "Closed Won"}),
    ("tasks", {"DueFrom": "2027-01-01", "DueTo": "2027-02-01"}),
    ("notes", {"Search": "won"}),
    ("list-members", {"AccountListCode": "Key"}),
    ("list-members", {"ContactListCode": "Spring"}),
]

WRONG = {
    "no file": (b"", "Choose a file"),
    "a column that means nothing": (b"Name,Shoe size\nA,44\n", "'Shoe size'"),
    "too large": (b"Name\n" + b"x" * 3_100_000, "too large"),
    "UTF-16": ("Name\n".encode("utf-16"), "UTF-16"),
}


@pytest.mark.parametrize(("content", "told"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_not_read_says_why(sal: FileVisitor, content: bytes, told: str) -> None:
    page = sal.upload("accounts", content)
    assert told in text_of(page)
    assert "Nothing was written." in text_of(page)
    assert sal.rows("import_records") == []


def test_a_column_can_be_left_out_and_a_lost_byte_is_told(sal: FileVisitor) -> None:
    page = sal.upload("accounts", "Name,Shoe size\nK\xf6ln,44\nA,B\n".encode("latin-1"), "Shoe size")
    assert "It would be: 1 made, 0 the same, 0 changed, 1 refused." in text_of(page)
    assert "0xF6" in text_of(page)


def test_stores_that_do_not_answer_end_a_step_not_the_import(sal: FileVisitor, monkeypatch: pytest.MonkeyPatch) -> None:
    page = sal.upload("accounts", "Name\nA\nB\n")
    written = line_outcome.write_result_line
    failing = iter((False, True))

    def write(outcome: Any) -> str:
        if next(failing, False):
            raise StoreUnavailable
        return written(outcome)

    monkeypatch.setattr(import_steps, "write_result_line", write)
    page = sal.go_on(page)
    assert "stores did not answer" in text_of(page)
    assert "1 made, 1 the same" in text_of(sal.go_on(page)) or "2 made" in text_of(sal.go_on(page))
    assert len(sal.rows("create_account")) == 2


def test_rights_are_asked_on_every_page(sal: FileVisitor) -> None:
    page = sal.upload("accounts", "Name\nA\n")
    path = re.search(r'action="([^"]+)"', page.text)
    assert path is not None
    sal.world.people.change(1, groups=("Legal",))
    assert "Import accounts" not in text_of(sal.get(""))
    for asked in ("/import/accounts", "/export/accounts", path[1].removeprefix(FILES_PLACE)):
        assert sal.get(asked).status_code == 403
    assert sal.visitor.send(path[1], page).status_code == 403
    assert sal.get("/import/shoes").status_code == 400
    sal.world.people.change(1, groups=("Sales",))
    assert sal.get("/import/accounts/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404
    assert sal.get("/import/accounts/..%2f..%2fmedia").status_code == 404
    assert sal.get(f"{path[1].removeprefix(FILES_PLACE)}".replace("import", "export")).status_code == 404


def test_the_same_pages_in_the_control_centre(operator: OperatorBrowser) -> None:
    assert "has no right to read or write" in text_of(operator.get("/files"))
    assert operator.get("/files/import/accounts").status_code == 403
    operator.world.people.change(1, groups=("Operators", "Sales"))
    page = operator.get("/files/import/accounts")
    answer = operator.browser.post(
        "/control/files/import/accounts",
        data=hidden_fields(page.text),
        files={"file": ("x.csv", b"Name\nOrbital\n", "text/csv")},
    )
    assert answer.headers["location"].startswith("/control/files/import/accounts/")
    page = operator.browser.get(answer.headers["location"])
    assert "It would be: 1 made" in text_of(page)
    assert 'aria-current="page">Import and export' in page.text
    stale = operator.browser.post(
        "/control/files/import/accounts", data={"csrf": "x"}, files={"file": ("x.csv", b"Name\nA\n")}
    )
    assert stale.status_code == 403
