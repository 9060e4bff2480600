"""Whether the benchmarks still reach what they once did: each one's ratio, and the least or most that it may be.

    uv run python -m tests.benchmarks.floors [--long] [NAME ...]

Runs the short ones of `floors.toml` (`--long`: all; or those that are named), each command once, and ends with status 1
where one fails, is past its bound or does not say its ratio. What needs `../shared` is skipped where that is absent,
and said.
The bounds leave room for a busy machine: what falls below one has lost much, what does not may have lost a little.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("floors.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A ratio that a benchmark prints; one of `least` and `most` is its bound."""

    name: str
    run: tuple[str, ...]
    """Module and arguments, in the repository's folder."""
    says: str
    """A pattern of the line that has it; its group is the number."""
    measured: float
    """When the bound was set."""
    least: float | None = None
    most: float | None = None
    short: bool = False
    """Whether it takes a few minutes at most on two cores."""
    needs: str | None = None
    """A path, from the repository's folder, without which it is skipped."""

    def judged(self, printed: str) -> tuple[float | None, bool]:
        """The number in what the command printed, and whether it is within its bound; none where it is not said."""
        found = re.findall(self.says, printed)
        if not found:
            return None, False
        number = float(found[-1])
        low, high = self.least, self.most
        return number, (low is None or number >= low) and (high is None or number <= high)

    @property
    def bound(self) -> str:
        """The bound in words."""
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


def main() -> int:
    """Prints a line for each floor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--long", action="store_true", help="the long ones too")
    options = parser.parse_args()
    floors = read_floors(FILE)
    if unknown := set(options.names) - {floor.name for floor in floors}:
        parser.error(f"no floor is named {', '.join(sorted(unknown))}")
    wanted = [
        floor
        for floor in floors
        if (floor.name in options.names if options.names else floor.short or options.long)
    ]
    return 0 if check(wanted) else 1


def read_floors(file: Path) -> list[Floor]:
    """The floors of a file. Raises ValueError for one without a bound, or with two."""
    floors = [_floor(found) for found in tomllib.loads(file.read_text(encoding="utf-8"))["floor"]]
    for floor in floors:
        if (floor.least is None) == (floor.most is None):
            raise ValueError(f"{floor.name} needs one of least and most")
    return floors


def check(floors: Iterable[Floor], root: Path = ROOT) -> bool:
    """Runs each command once and judges what it prints; whether all is within bounds."""
    printed: dict[tuple[str, ...], tuple[str, bool]] = {}
    good = True
    for floor in floors:
        if floor.needs and not (root / floor.needs).exists():
            print(f"skipped  {floor.name}: there is no {floor.needs}", flush=True)
            continue
        started = time.monotonic()
        if floor.run not in printed:
            printed[floor.run] = _run(floor.run, root)
        said_by_it, ended_well = printed[floor.run]
        number, within = floor.judged(said_by_it)
        said = "does not say it" if number is None else f"{number:g}"
        within &= ended_well
        good &= within
        print(
            f"{'ok' if within else 'FAILED':<8} {floor.name}: {said} ({floor.bound}; {floor.measured:g} when it was "
            f"set), {time.monotonic() - started:.0f} s",
            flush=True,
        )
        if number is None or not ended_well:
            print(said_by_it[-2000:], flush=True)
    return good


def _floor(found: dict[str, Any]) -> Floor:
    return Floor(**(found | {"run": tuple(found["run"])}))


def _run(words: tuple[str, ...], root: Path) -> tuple[str, bool]:
    """What a command prints, and whether it ends with status 0."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode(errors="replace"), done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
