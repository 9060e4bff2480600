"""A process reads what it was allowed to and nothing else, and writes nowhere; what was open stays open."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.extraction.landlock import landlock_version

TRIES = """
import json, socket, sys
from pathlib import Path
from tasks.extraction.landlock import allow_only_reading
from tasks.extraction.seccomp import no_new_privileges

folder = Path(sys.argv[1])
opened = (folder / "opened").open("w")
server = socket.socket()
no_new_privileges()
allow_only_reading([folder / "allowed", folder / "file", folder / "not there"])

def outcome(deed):
    try:
        return str(deed())
    except OSError as error:
        return type(error).__name__

print(json.dumps([
    outcome((folder / "allowed" / "in it").read_text),
    outcome(lambda: [path.name for path in (folder / "allowed").iterdir()]),
    outcome((folder / "file").read_text),
    outcome(lambda: opened.write("yes")),
    outcome((folder / "secret").read_text),
    outcome(lambda: list(folder.iterdir())),
    outcome(lambda: (folder / "allowed" / "in it").write_text("x")),
    outcome(lambda: (folder / "allowed" / "new").touch()),
    outcome((folder / "allowed" / "in it").unlink),
    outcome(lambda: server.bind(("127.0.0.1", 0))),
]))
"""


@pytest.mark.skipif(landlock_version() < 4, reason="this kernel's Landlock knows no ports")
def test_only_what_is_allowed_is_read(tmp_path: Path):
    (tmp_path / "allowed").mkdir()
    for name in ("allowed/in it", "file", "secret"):
        (tmp_path / name).write_text("words")
    ran = subprocess.run(
        [sys.executable, "-c", TRIES, str(tmp_path)], capture_output=True, text=True, check=True
    )
    said = json.loads(ran.stdout)
    assert said[:4] == ["words", "['in it']", "words", "3"]
    assert said[4:] == ["PermissionError"] * 6
    assert (tmp_path / "allowed" / "in it").read_text() == "words"
