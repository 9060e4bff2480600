import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.files import written_whole


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with written_whole(file) as aside:
        aside.write_text("first")
        assert not file.exists()
    with pytest.raises(UnicodeEncodeError), written_whole(file) as aside:
        aside.write_text("half \ud800", encoding="utf-8")
    assert file.read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_leftovers_of_killed_processes_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with written_whole(file) as aside:
        aside.write_text("x")
        own = aside.name
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {pid: own.replace(f"-{os.getpid()}.", f"-{pid}.") for pid in (dead.pid, os.getppid())}
    for name in names.values():
        (tmp_path / name).write_text("half")
    with written_whole(file) as aside:
        aside.write_text("y")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", names[os.getppid()]}
