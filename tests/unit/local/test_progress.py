"""Progress: each step at once, a long one again with its amount and seconds; and folders that cannot be written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from affino_mcp.local.folders import CONNECTION_OPTION, FolderUnwritable, writing_into
from affino_mcp.local.network import reserved_port
from affino_mcp.local.plan import LocalPlan
from affino_mcp.local.progress import StepsShown, show_progress
from affino_mcp.local.run import run_local_service


def test_a_step_is_shown_at_once_and_again_while_it_lasts() -> None:
    lines: list[str] = []
    moment = [100.0]
    shown = StepsShown(lines.append, 2, lambda: moment[0])
    shown.repeat()
    shown.say("installing")
    shown.say("filling", "1 of 9 calls")
    shown.say("filling", "2 of 9 calls")
    moment[0] += 1
    shown.repeat()
    assert lines == ["installing", "filling: 1 of 9 calls"]
    moment[0] += 1
    shown.repeat()
    shown.repeat()
    assert lines[2:] == ["filling: 2 of 9 calls, 2 s"]


def test_off_a_terminal_steps_are_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(quiet=False) as say:
        say("starting [red]the emulator")
    with show_progress(quiet=True) as say:
        say("unseen")
    assert capsys.readouterr() == ("", "starting [red]the emulator\n")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param(errno.ENOSPC, "The disk is full (the folder state). Free some space", id="full"),
        pytest.param(errno.EDQUOT, "The disk is full", id="quota"),
        pytest.param(errno.EACCES, "The folder state cannot be written (Permission denied: state/x)", id="denied"),
        pytest.param(errno.EROFS, "--state FOLDER (STATE=FOLDER).", id="read-only"),
    ],
)
def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(code: int, said: str) -> None:
    with pytest.raises(FolderUnwritable) as refused, writing_into(Path("state")):
        raise OSError(code, "Permission denied", "state/x")
    assert said in str(refused.value)


def test_other_errors_of_the_machine_pass() -> None:
    with pytest.raises(FileNotFoundError), writing_into(Path("state"), CONNECTION_OPTION):
        raise FileNotFoundError


def test_a_run_in_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        reserved_port() as port,
        pytest.raises(FolderUnwritable, match=r"file/state cannot be written .*STATE=FOLDER"),
        run_local_service(LocalPlan(port, tmp_path / "file/state", tmp_path / "connection.json"), print),
    ):
        pass
