"""`figmill` as its user meets it: in a process of its own, with real PDFs."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tests.benchmarks.process_tree import core_seconds
from tests.flows.command import (
    FIGMILL,
    copies,
    environment,
    figmill,
    figmill_here,
    ledger,
    start,
    subfigure_rows,
)
from tests.servers import eventually


@pytest.fixture(scope="module")
def papers(demo_papers: list[Path]) -> Path:
    """A folder with two small papers."""
    return demo_papers[0].parent


def bad_papers(folder: Path) -> Path:
    """A text file, an encrypted PDF and an empty file, all named .pdf."""
    folder.mkdir()
    (folder / "text.pdf").write_text("I am no PDF.\n" * 50)
    (folder / "empty.pdf").touch()
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "secret")
        document.save(
            folder / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"
        )
    return folder


def test_label_end_to_end_then_nothing_to_do_then_what_is_new(
    papers: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out, source = tmp_path / "out", bad_papers(tmp_path / "in")
    (good,) = copies(papers / "demo-liver.pdf", source, 1)
    command = ("label", source, "--out", out, "--model", tiny_bundle, "--workers", 1)

    first = figmill(*command[:-1], 2, home=tmp_path)
    assert first.returncode == 0, first.stderr
    assert ledger(out) == {
        "text.pdf": "failed",
        "empty.pdf": "failed",
        "locked.pdf": "failed",
        good.name: "ok",
    }
    assert re.search(r"papers\s+4: .*3 failed", first.stdout)
    assert re.search(r"locked.pdf\s+encrypted\s+", first.stdout)
    assert "Traceback" not in first.stderr + first.stdout
    assert (out / "report" / "index.html").stat().st_size > 1000
    rows = subfigure_rows(out)
    assert len(rows) >= 3

    second = figmill_here(*command, home=tmp_path)
    assert second.returncode == 0
    assert f"Nothing to do: 4 of 4 papers are already in {out} (3 could not be read then; " in second.stdout

    copies(papers / "demo-liver.pdf", source, 2)
    third = figmill_here(*command, "--verbose", home=tmp_path)
    assert "copy-1.pdf: " in third.stderr
    assert "copy-0.pdf" not in third.stderr
    assert rows.items() < subfigure_rows(out).items()

    retried = figmill_here(*command, "--retry-failed", home=tmp_path)
    assert re.search(r"papers\s+3: 3 failed", retried.stdout)
    assert len(ledger(out)) == 5


def test_limit_does_so_many(papers: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    command = ("label", papers, "--out", tmp_path / "out", "--model", tiny_bundle, "--workers", 1)
    done = figmill_here(*command, "--limit", 1, home=tmp_path)
    assert done.returncode == 0
    assert len(ledger(tmp_path / "out")) == 1
    assert re.search(r"left\s+1 for another run", done.stdout)


def _missing(folder: Path, papers: Path) -> tuple[list[object], str]:
    return [folder / "nowhere", "--out", folder / "out"], "check the path"


def _empty(folder: Path, papers: Path) -> tuple[list[object], str]:
    (folder / "empty").mkdir()
    return [folder / "empty", "--out", folder / "out"], "name a PDF, or a folder that holds some"


def _unwritable(folder: Path, papers: Path) -> tuple[list[object], str]:
    return [papers, "--out", "/proc/figmill"], "cannot use --out /proc/figmill"


def _below_a_file(folder: Path, papers: Path) -> tuple[list[object], str]:
    return [papers, "--out", papers / "demo-liver.pdf" / "out"], "Not a directory"


def _taken(folder: Path, papers: Path) -> tuple[list[object], str]:
    (folder / "thesis.docx").touch()
    return [papers, "--out", folder], "name a folder that is empty, new or a Figmill dataset"


def _unknown_model(folder: Path, papers: Path) -> tuple[list[object], str]:
    return [papers, "--out", folder / "out", "--model", "defualt"], "known: default"


def _dead_api(folder: Path, papers: Path) -> tuple[list[object], str]:
    return [papers, "--out", folder / "out"], "no Prefect API answers at http://127.0.0.1:9/api"


@pytest.mark.parametrize(
    "case", [_missing, _empty, _unwritable, _below_a_file, _taken, _unknown_model, _dead_api]
)
def test_a_run_that_cannot_be_done_says_so_in_one_line(
    case: Callable[[Path, Path], tuple[list[object], str]], papers: Path, tmp_path: Path
) -> None:
    arguments, words = case(tmp_path, papers)
    before = sorted(tmp_path.rglob("*"))
    if case is _dead_api:
        done = figmill("label", *arguments, home=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    else:
        done = figmill_here("label", *arguments, home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("figmill: ")
    assert words in done.stderr
    left = [path for path in tmp_path.rglob("*") if ".prefect" not in path.parts]
    assert sorted(left) == before


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    for arguments in (["label"], ["label", "x"], ["label", "x", "--out", "y", "--workers", "0"], ["nosuch"]):
        done = figmill_here(*arguments, home=tmp_path)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_command_in_this_process_leaves_it_as_it_was(tmp_path: Path) -> None:
    def state() -> list[object]:
        names = (signal.SIGINT, signal.SIGTERM)
        return [dict(os.environ), [*sys.argv], sys.stdout, sys.stderr, *map(signal.getsignal, names)]

    before = state()
    figmill_here("check", tmp_path / "gone", home=tmp_path)
    assert state() == before


def test_help_and_version_answer_at_once(tmp_path: Path) -> None:
    """As soon as Python and click are there, for they load nothing else."""
    code = (
        "import sys; there = {*sys.modules}\n"
        "from flows.cli import main\n"
        "try: main()\n"
        "finally: print(*{name for name in {*sys.modules} - there if sys.modules[name]}, file=sys.stderr)"
    )
    for argument in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", code, argument],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = {name.partition(".")[0] for name in done.stderr.split()}
        assert loaded - sys.stdlib_module_names == {"click", "flows", "tasks", "models", "__mp_main__"}


def test_every_command_has_help_with_what_it_takes(tmp_path: Path) -> None:
    listing = figmill_here("--help", home=tmp_path).stdout
    commands = re.findall(r"^  (\w[\w-]*)  ", listing.partition("Commands:")[2], re.MULTILINE)
    assert {"label", "demo", "train"} <= set(commands)
    assert commands[-1] == "build-default"
    assert "..." not in listing.partition("Commands:")[2], "a summary is cut"
    for command in commands:
        told = figmill_here(command, "--help", home=tmp_path).stdout
        assert "Usage: " in told
        to_copy = ("    figmill ", "    {")  # commands and JSON stay on one line, however long
        wide = [line for line in told.splitlines() if len(line) > 80 and not line.startswith(to_copy)]
        assert not wide, "wraps at 80 columns"


def test_without_an_api_prefect_is_not_even_imported(papers: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from flows.cli import main; main();"
        "heavy = {'prefect', 'fastapi', 'sqlalchemy'} & set(sys.modules); sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    arguments = ["label", str(papers), "--out", str(tmp_path / "out"), "--model", str(tiny_bundle)]
    arguments += ["--workers", "1"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(ledger(tmp_path / "out")) == 2
    assert not (tmp_path / ".prefect").exists()


def test_the_first_papers_rows_are_on_their_way_soon(papers: Path, tmp_path: Path) -> None:
    """For no more of the processor's time than 2.5 times what imports take (1.1 of it was measured)."""
    before = os.times()
    subprocess.run([sys.executable, "-c", "import torch, pymupdf"], check=True)
    after = os.times()
    imports = after.children_user + after.children_system - before.children_user - before.children_system
    log = tmp_path / "log"
    run = start("label", papers, "--out", tmp_path / "out", "-v", home=tmp_path, log=log)
    spent = 0.0
    while run.poll() is None:
        now = core_seconds(run.pid)
        if b"subfigures, read in" in log.read_bytes():
            break
        spent = now  # a look that came late is not counted
        time.sleep(0.1)
    assert run.wait() == 0
    assert 0 < spent < 2.5 * imports


def test_demo_shows_its_subfigures_and_where_the_report_is(tmp_path: Path) -> None:
    done = figmill("demo", "--out", tmp_path / "demo", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "demo-liver.pdf" in done.stdout
    assert f"Report:  {tmp_path / 'demo' / 'dataset' / 'report' / 'index.html'}" in done.stdout
    again = figmill_here("demo", "--out", tmp_path / "demo", home=tmp_path)
    assert "Nothing to do" in again.stdout


def test_killed_at_any_moment_the_next_run_finishes_the_work(
    papers: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    copies(papers / "demo-liver.pdf", source, 6)
    (source / "text.pdf").write_text("no PDF")

    def command(out: Path) -> tuple[object, ...]:
        return ("label", source, "--out", out, "--model", tiny_bundle, "--shard-size", 2, "--workers", 2)

    whole, out = tmp_path / "whole", tmp_path / "killed"
    assert figmill_here(*command(whole), home=tmp_path).returncode == 0
    moments: list[Callable[[], bool]] = [
        lambda: any(out.glob(".spool/*/*")),
        lambda: any(out.glob("subfigures/part-*")),
        lambda: len(list(out.glob("papers/part-*"))) >= 2,
    ]
    for moment in moments:
        run = start(*command(out), home=tmp_path, log=tmp_path / "log")
        while run.poll() is None and not moment():
            time.sleep(0.005)
        run.kill()  # unless it has ended meanwhile
        run.wait()
    assert figmill_here(*command(out), home=tmp_path).returncode == 0
    assert ledger(out) == ledger(whole)
    assert subfigure_rows(out) == subfigure_rows(whole)
    assert not list(out.rglob("*.unfinished"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_how_to_go_on_and_leaves_no_process(
    how: signal.Signals, papers: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    copies(papers / "demo-liver.pdf", source, 200)
    log, out = tmp_path / "log", tmp_path / "out"
    run = start("label", source, "--out", out, "--model", tiny_bundle, "-v", home=tmp_path, log=log)
    while run.poll() is None and b"subfigures, read in" not in log.read_bytes():
        time.sleep(0.05)
    os.killpg(run.pid, how) if how is signal.SIGINT else run.send_signal(how)  # a terminal signals the group
    assert run.wait(timeout=600) == 130
    last = log.read_text().splitlines()[-1]
    said = r"Interrupted with \d+ papers? written; the same command goes on where this one stopped\."
    assert re.fullmatch(said, last), last
    papers_kept = int(re.findall(r"\d+", last)[0])
    assert papers_kept == len(ledger(out))
    assert "Traceback" not in log.read_text()
    eventually(lambda: not _group_lives(run.pid))


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_output_that_is_cut_off_is_no_traceback(papers: Path, tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*FIGMILL, "label", "--help"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    assert b"Traceback" not in run.stderr.read()
    run.stderr.close()
    run.wait()


def test_inspect_draws_a_paper_and_refuses_what_is_none(papers: Path, tmp_path: Path) -> None:
    done = figmill("inspect", papers / "demo-liver.pdf", "--out", tmp_path / "pages", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {Path(line).name for line in done.stdout.splitlines()} == {
        p.name for p in (tmp_path / "pages").iterdir()
    }
    bad = figmill_here("inspect", tmp_path / "gone.pdf", "--out", tmp_path / "pages", home=tmp_path)
    assert bad.returncode == 1
    assert len(bad.stderr.strip().splitlines()) == 1
