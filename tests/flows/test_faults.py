"""What a machine does to a run: disks that are full, folders that are read-only, another run, parts that are torn."""

import os
import re
import resource
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.flows.command import FIGMILL, copies, environment, figmill_here, ledger, start, subfigure_rows


@pytest.fixture(scope="module")
def pdf(demo_papers: list[Path]) -> Path:
    return demo_papers[0]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a command left, which is all that it says on standard error but for log lines."""
    assert done.returncode == 1, done.stderr
    said = [line for line in done.stderr.splitlines() if not re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert len(said) == 1, done.stderr
    assert said[0].startswith("figmill: ")
    return said[0]


def test_a_full_disk_ends_the_run_in_one_line_and_with_room_the_next_one_goes_on(
    pdf: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    """RLIMIT_FSIZE stands for the disk: a file that grows beyond it is refused, as by a quota."""
    copies(pdf, tmp_path / "in", 2)
    out = tmp_path / "out"
    command = [
        "label",
        str(tmp_path / "in"),
        "--model",
        str(tiny_bundle),
        "--workers",
        "1",
        "--out",
        str(out),
    ]
    # Python would keep what it compiles, large modules cut short by the limit, for whoever comes next.
    done = subprocess.run(
        [*FIGMILL, *command],
        env=environment(tmp_path, PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert "File too large" in one_line(done)
    assert not [path for path in out.rglob("*") if path.is_file() and path.name != ".figmill.lock"]
    assert figmill_here(*command, home=tmp_path).returncode == 0
    assert set(ledger(out).values()) == {"ok"}


MOUNTED = """
mount -t tmpfs -o size={size} none {out} 2>/dev/null || exit 99
{python} -m flows.cli label {source} --out {out} --model {bundle} --workers 1
status=$?
find {out} -type f
exit $status
"""


def shell_words(**paths: Path) -> dict[str, str]:
    """The Python and the paths of `MOUNTED`, as a shell must read them."""
    return {name: shlex.quote(str(path)) for name, path in {"python": FIGMILL[0], **paths}.items()}


def in_mount(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script in a mount namespace of its own; skips the test where that is not allowed."""
    try:
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("needs `unshare` of util-linux")
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("this machine does not allow mounts in a user namespace")
    return done


def test_no_space_left_is_said_and_leaves_no_torn_file(pdf: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    copies(pdf, tmp_path / "in", 2)
    out = tmp_path / "out"
    out.mkdir()
    names = shell_words(source=tmp_path / "in", out=out, bundle=tiny_bundle)
    done = in_mount(MOUNTED.format(size="40k", **names), tmp_path)
    assert "No space left on device" in (said := one_line(done))
    assert said.endswith("the same command goes on")
    assert [Path(line).name for line in done.stdout.splitlines()] in ([], [".figmill.lock"])


def test_a_read_only_output_is_said_at_once(pdf: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    names = shell_words(source=pdf, out=out, bundle=tiny_bundle)
    script = MOUNTED.replace("exit 99\n", "exit 99\nmount -o remount,ro {out} || exit 99\n", 1)
    done = in_mount(script.format(size="1m", **names), tmp_path)
    assert "cannot use --out" in one_line(done)
    assert "Read-only file system" in done.stderr


def test_a_second_run_is_refused_with_the_first_ones_identity_and_a_dead_ones_lock_is_taken_over(
    pdf: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    copies(pdf, tmp_path / "in", 30)
    out = tmp_path / "out"
    command = ("label", tmp_path / "in", "--out", out, "--model", tiny_bundle, "--workers", 1, "--limit", 30)
    first = start(*command, home=tmp_path, log=tmp_path / "log")
    try:
        while first.poll() is None and not any(out.glob(".spool/*/*")):
            time.sleep(0.02)
        os.kill(first.pid, signal.SIGSTOP)  # at work for as long as the others ask
        said = one_line(figmill_here(*command, home=tmp_path))
        checked = one_line(figmill_here("check", out, "--repair", home=tmp_path))
        assert first.poll() is None, (tmp_path / "log").read_text()
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    for sentence in (said, checked):
        assert f"is being written by process {first.pid} on {os.uname().nodename} since 20" in sentence
    done = figmill_here(*command[:-1], 2, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(ledger(out)) == 2


def test_a_torn_part_is_said_by_label_found_by_check_repaired_and_labelled_again(
    small_paper: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    copies(small_paper, tmp_path / "in", 4)
    out = tmp_path / "out"
    command = (
        "label",
        tmp_path / "in",
        "--out",
        out,
        "--model",
        tiny_bundle,
        "--shard-size",
        2,
        "--workers",
        1,
    )
    assert figmill_here(*command, home=tmp_path).returncode == 0
    rows = subfigure_rows(out)
    torn = min((out / "subfigures").iterdir())
    torn.write_bytes(torn.read_bytes()[:-1000])
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name[0] != "."}

    said = one_line(figmill_here(*command, home=tmp_path))
    assert str(torn) in said
    assert f"run `figmill check {out} --repair`, then this command again" in said
    assert before == {
        path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name[0] != "."
    }

    found = figmill_here("check", out, home=tmp_path)
    assert (found.returncode, found.stderr) == (1, "")
    assert f"unreadable: {torn}" in found.stdout
    repaired = figmill_here("check", out, "--repair", home=tmp_path)
    assert (repaired.returncode, repaired.stderr) == (0, "")
    assert "repaired: moved" in repaired.stdout
    again = figmill_here(*command, home=tmp_path)
    assert re.search(r"papers\s+2: 2 with figures", again.stdout), again.stdout
    assert subfigure_rows(out) == rows
    assert "all sound" in figmill_here("check", out, home=tmp_path).stdout
