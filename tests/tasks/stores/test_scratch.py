"""The temporary folder goes with its process, however that ends."""

import subprocess
import sys
from pathlib import Path

CODE = """
import os, sys
from tasks.stores.scratch import Folder, scratch
file = Folder("inbox").new_file(".pdf")
file.write_bytes(b"12345")
print(scratch(), flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), 9)
"""


def run(how: str, tmp: Path) -> Path:
    command = [sys.executable, "-c", CODE, how]
    done = subprocess.run(command, env={"TMPDIR": str(tmp)}, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return Path(done.stdout.strip())


def test_nothing_is_left_of_a_process_that_ends_and_the_next_one_tidies_up_after_one_that_was_killed(
    tmp_path: Path,
) -> None:
    (tmp_path / ".figmill-scratch-mine").mkdir()  # without a lock: not ours to remove
    assert not run("ended", tmp_path).exists()
    left = run("killed", tmp_path)
    assert left.parent == tmp_path
    assert [path.read_bytes() for path in left.rglob("*.pdf")] == [b"12345"]
    run("ended", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".figmill-scratch-mine"]
