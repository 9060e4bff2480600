"""Benchmarks are held to the bounds that floors.toml names."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.benchmarks.floors import FILE, Floor, check, read_floors


def floor(**other: object) -> Floor:
    facts = {"name": "speed", "run": ("this",), "says": r"speed ([\d.]+)", "measured": 2.0, "least": 1.5}
    return Floor(**(facts | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("printed", "judged"),
    [
        ("speed 1.5", (1.5, True)),
        ("speed 1.4", (1.4, False)),
        ("first speed 9, then speed 1", (1.0, False)),
        ("Traceback", (None, False)),
    ],
)
def test_a_ratio_is_the_last_that_is_said_and_none_is_a_failure(
    printed: str, judged: tuple[float | None, bool]
):
    assert floor().judged(printed) == judged


def test_what_may_not_grow_has_a_ceiling():
    assert floor(least=None, most=2.0).judged("speed 2.1") == (2.1, False)


def test_each_command_runs_once_and_what_lacks_its_input_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "counted.py").write_text(
        "from pathlib import Path\n"
        "runs = Path('runs'); runs.write_text(runs.read_text() + 'x' if runs.exists() else 'x')\n"
        "print('speed 1.7, memory 3')"
    )
    both = [
        floor(run=("counted",)),
        floor(name="memory", run=("counted",), says=r"memory (\d+)", least=None, most=2.0),
        floor(name="gone", needs="../nowhere"),
    ]
    assert not check(both, tmp_path)
    said = capsys.readouterr().out
    assert (tmp_path / "runs").read_text() == "x"
    assert "ok       speed: 1.7 (at least 1.5; 2 when it was set)" in said
    assert "FAILED   memory: 3 (at most 2; 2 when it was set)" in said
    assert "skipped  gone: there is no ../nowhere" in said
    assert check(both[:1], tmp_path)


def test_a_benchmark_that_fails_after_it_has_said_its_ratio_has_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "torn.py").write_text("print('speed 1.7', flush=True)\nraise SystemExit('no memory left')")
    assert not check([floor(run=("torn",))], tmp_path)
    said = capsys.readouterr().out
    assert said.startswith("FAILED")
    assert "no memory left" in said


def test_the_file_names_benchmarks_that_are_there_and_bounds_that_were_reached():
    floors = read_floors(FILE)
    assert any(one.short for one in floors)
    assert len({one.name for one in floors}) == len(floors)
    for one in floors:
        assert FILE.with_name(f"{one.run[0].rpartition('.')[2]}.py").exists()
        assert one.judged(_said(one))[1], one.name


def test_every_benchmark_has_a_bound_or_a_reason_why_not():
    programs = {file.stem for file in FILE.parent.glob("*.py") if _is_program(file)} - {"floors"}
    bound = {one.run[0].rpartition(".")[2] for one in read_floors(FILE)}
    reasons = tomllib.loads(FILE.read_text(encoding="utf-8"))["unbound"]
    assert all(one["why"] for one in reasons)
    assert sorted([*bound, *(one["name"] for one in reasons)]) == sorted(programs)


def _is_program(file: Path) -> bool:
    """Whether its docstring says how it is run."""
    about = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return (
        re.search(rf"python (-m tests\.benchmarks\.{file.stem}|tests/benchmarks/{file.name})\b", about)
        is not None
    )


def _said(one: Floor) -> str:
    """A line with the number that was measured, as its pattern wants it."""
    plain = one.says.replace(r"\.", ".").replace(r"\(", "(").replace(r"\)", ")").replace(" +", " ")
    plain = plain.replace(r"\n", "\n").replace(".*", "")
    return plain.replace(r"([\d.]+)", str(one.measured))


def test_a_floor_needs_one_bound(tmp_path: Path):
    (tmp_path / "floors.toml").write_text(
        '[[floor]]\nname = "speed"\nrun = ["this"]\nsays = "x"\nmeasured = 1.0\n'
    )
    with pytest.raises(ValueError, match="speed needs one of least and most"):
        read_floors(tmp_path / "floors.toml")
