"""The README and the pages that continue it are true: commands exist, examples run, printed output is what they print.

A block of shell or Python runs unless `<!-- skip: why -->` stands above it. They run in the order of PAGES in one
folder, so that later ones read what earlier ones made. `<!-- output -->` above a text block says that the shell block
before it prints this; numbers, rules and spaces may differ. Outputs, tables of columns, and what is said of the default
model are written anew with

    uv run python -m tests.test_readme ../shared/corpus/pdf
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from flows.cli import figmill, options_of_file
from tasks.dataset.columns import PAPERS, SUBFIGURES, columns_of

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "tasks/dataset/README.md", "tasks/index/README.md")
"""The first one, and those that hold its longer recipes beside the code."""
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
INSTALL = "pip install uv && "
DATASET_PAGE = "tasks/dataset/README.md"
_COLUMN_TABLE = r"\| column \| meaning \|\n(?:\|.*\n)+"
RUNNERS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


@dataclass(frozen=True)
class Block:
    """A fenced block with the comment that stands above it."""

    language: str
    code: str
    note: str
    page: str
    line: int
    source: str

    @property
    def skip(self) -> str | None:
        return self.note.removeprefix("skip:").strip() if self.note.startswith("skip:") else None

    @property
    def name(self) -> str:
        return f"{self.page}, line {self.line}"


def _blocks() -> list[Block]:
    pattern = re.compile(r"(?:<!-- (?P<note>[^>]*) -->\n)?```(?P<language>\w+)\n(?P<code>.*?)```", re.DOTALL)
    return [
        Block(
            found["language"],
            found["code"],
            found["note"] or "",
            page,
            text.count("\n", 0, found.start()) + 1,
            found[0],
        )
        for page, text in TEXTS.items()
        for found in pattern.finditer(text)
    ]


BLOCKS = _blocks()
RUNNABLE = [
    block for block in BLOCKS if block.language in RUNNERS and block.code.strip() != INSTALL + "uv run pytest"
]


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the README's blocks run, one after the other."""
    return tmp_path_factory.mktemp("readme")


def _run(code: str, language: str, folder: Path) -> str:
    """What `code` prints; `uv run` is this very environment, and nothing is installed."""
    code = code.replace(INSTALL, "").replace("uv run ", "")
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": binaries, "HF_HOME": str(folder / "hf"), "PREFECT_HOME": str(folder / "prefect")}
    own |= {"XDG_CACHE_HOME": str(folder / "cache")}
    own |= {"COLUMNS": "", "LINES": ""}  # a wider terminal's tables have more columns
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | own
    done = subprocess.run(
        [*RUNNERS[language], code], cwd=folder, env=environment, capture_output=True, text=True, timeout=800
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("block", RUNNABLE, ids=[block.name for block in RUNNABLE])
def test_every_example_runs(block: Block, playground: Path):
    if block.skip:
        pytest.skip(block.skip)
    printed = _run(block.code, block.language, playground)
    if output := _output_of(block):
        assert _shape(printed) == _shape(output.code), f"{output.name}, should show:\n{printed}"


def _output_of(block: Block) -> Block | None:
    """The text block in which the README shows what `block` prints."""
    after = BLOCKS[BLOCKS.index(block) + 1 :][:1]
    return next((other for other in after if other.note.startswith("output")), None)


def _shape(output: str) -> list[str]:
    """The words of `output`, sorted: numbers as #, no rules and spacing (they follow the numbers' widths), no order
    (modalities with equal counts come as the papers were done)."""
    words = re.sub(r"[─━│┃┏┓┗┛┡┩└┘┌┐├┤┬┴┼╇╈┳┻╋╍]", " ", output)
    words = re.sub(r"@[0-9a-f]{12}", "@#", words)
    return sorted(re.sub(r"\d[\d.,]*", "#", words).split())


def _calls() -> list[tuple[str, list[str]]]:
    """Every call of figmill on the pages, in blocks and in the text, as its command and its options."""
    blocks = [block.code.replace("\\\n", " ") for block in BLOCKS if block.language == "bash"]
    text = "\n".join(blocks + re.findall(r"`([^`\n]+)`", "\n".join(TEXTS.values())))
    calls = re.findall(r"\bfigmill ([a-z][\w-]*)([^|;&\n]*)", text)
    return [(name, re.findall(r"(?<![\w-])--?[a-z][\w-]*", rest)) for name, rest in calls]


def test_every_command_and_option_that_it_names_exists():
    context = click.Context(figmill)
    calls = _calls()
    assert {"demo", "label"} <= {name for name, _ in calls}
    for name, options in calls:
        command = figmill.get_command(context, name)
        assert command is not None, f"figmill {name}"
        parameters = [*command.params, click.Option(["-h", "--help"])]
        known = {option for each in parameters for option in (*each.opts, *each.secondary_opts)}
        assert set(options) <= known, f"figmill {name}"


def test_the_options_that_it_keeps_in_a_file_are_options(tmp_path: Path):
    (block,) = (block for block in BLOCKS if block.language == "toml" and "[label]" in block.code)
    file = tmp_path / "figmill.toml"
    file.write_text(block.code)
    assert options_of_file(file)["label"] == {
        "model": "default",
        "inputs": ["papers/"],
        "out": "dataset",
        "timeout": 300,
    }


def test_every_command_of_the_help_stands_in_it():
    commands = figmill.list_commands(click.Context(figmill))
    assert [name for name in commands if f"figmill {name}" not in README] == []


def _column_tables() -> list[str]:
    """The tables of columns, `subfigures` first, as they must stand on the dataset's page."""
    head = "| column | meaning |\n|---|---|\n"
    return [
        head + "".join(f"| `{column.name}` | {column.meaning} |\n" for column in columns_of(table))
        for table in (SUBFIGURES, PAPERS)
    ]


def test_the_tables_of_columns_are_the_schema():
    assert re.findall(_COLUMN_TABLE, TEXTS[DATASET_PAGE]) == _column_tables()


def test_the_columns_that_the_first_page_names_are_there():
    named = re.search(r"\| column \| what it says \|\n\|---\|---\|\n((?:\|.*\n)+)", README)
    assert named is not None
    columns = re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in named[1].splitlines()))
    assert columns
    assert set(columns) <= {column.name for column in columns_of(SUBFIGURES)}


@pytest.mark.parametrize("failing", ["", "mypy", "slow", "pytest"])
def test_ci_runs_the_very_test_command_last_and_whatever_fails_fails_the_whole(failing: str, tmp_path: Path):
    assert f"{INSTALL}uv run pytest\n" in README
    for name in ("apt-get", "chromium", "sudo"):
        _executable(tmp_path / name, "exit 0")
    shutil.copytree(ROOT / ".ci", tmp_path / "tree" / ".ci")
    (tmp_path / "tree" / "tests").mkdir()
    last = "case \"$*\" in *slow*) ;; 'run pytest') echo 7 passed;; esac"
    _executable(
        tmp_path / "uv",
        f'echo "ran uv $*"; {last}; case " $* " in *" {failing or "nothing"} "*) exit 1;; esac',
    )
    run = subprocess.run(
        [tmp_path / "tree" / ".ci" / "run"],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    said = run.stdout.splitlines()
    assert said[-2:] == ["ran uv run pytest", "7 passed"]
    assert any(line.startswith("ran uv run") and "pytest -m slow" in line for line in said)
    assert (run.returncode == 0) is (not failing), run.stdout + run.stderr


def _executable(file: Path, does: str) -> None:
    file.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    file.chmod(0o755)


def _claims() -> dict[str, str]:
    """What the README says of the default model, by the pattern that finds it there: as the bundle itself has it."""
    bundle = ROOT / "models" / "pretrained" / "default"
    classes = json.loads((bundle / "model.json").read_text(encoding="utf-8"))["classes"]
    card = (bundle / "README.md").read_text(encoding="utf-8")
    scores = re.findall(r"\d\.\d+ \([\d.]+ to [\d.]+\)", card.split("| dev, with words |")[1])
    quality = {
        rf"{measure} \d\.\d+ \([\d.]+ to [\d.]+\)": f"{measure} {score}"
        for measure, score in zip(("accuracy", "macro-F1"), scores, strict=False)
    }
    return quality | {r"\d+ of the 30 ImageCLEF classes": f"{len(classes)} of the 30 ImageCLEF classes"}


def test_what_it_says_of_the_default_model_is_what_the_bundle_says():
    claims = _claims()
    assert len(claims) == 3
    for pattern, truth in claims.items():
        assert re.findall(pattern, README) == [truth]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_ignores_what_the_examples_write(tmp_path: Path):
    shell, python = (
        "\n".join(block.code for block in BLOCKS if block.language == language) for language in RUNNERS
    )
    written = {
        *re.findall(r"(?:--out|>) ([\w.-]+)\s", shell),
        *re.findall(r"(?:TO '|open\(\")([\w.-]+)", python),
    }
    names = sorted(written | {"papers", "figmill-demo"})
    assert {"dataset", "shards", "found.json", "looked-at.csv", "cells.png"} <= written
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    ignored = subprocess.run(
        ["git", "check-ignore", *names], cwd=tmp_path, capture_output=True, text=True
    ).stdout.split()
    assert ignored == names


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page: str):
    targets = [target for target in re.findall(r"\]\(([^)#]+)", TEXTS[page]) if "://" not in target]
    assert page != "README.md" or set(PAGES[1:]) <= set(targets)
    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []


def record(papers: Path) -> None:
    """Runs the README's commands, `papers` being the reader's folder of papers, and writes down what they print.

    Also the tables of columns, and what the default bundle says of itself. For whoever changed the schema, the model,
    the extraction or the printed tables.
    """
    texts = dict(TEXTS)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "papers").symlink_to(papers.resolve())
        for block in BLOCKS:
            if output := _output_of(block):
                printed = _run(block.code, block.language, Path(folder))
                lines = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
                fence = output.source.removesuffix(f"{output.code}```")
                texts[block.page] = texts[block.page].replace(output.source, f"{fence}{lines}```", 1)
    for pattern, truth in _claims().items():
        texts["README.md"] = re.sub(pattern, truth, texts["README.md"])
    tables = texts[DATASET_PAGE]
    for old, new in zip(re.findall(_COLUMN_TABLE, tables), _column_tables(), strict=True):
        tables = tables.replace(old, new, 1)
    for page, text in (texts | {DATASET_PAGE: tables}).items():
        (ROOT / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
