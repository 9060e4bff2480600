"""What a fifth more or less of each setting of page layout does to what is found on hand-checked papers.

    python -m tests.benchmarks.sensitivity [--shared DIR] [--papers N] [--share 0.2] [--only GROUP[.NAME]]

For each number of `tasks.rules.layout` and either direction: F1 of figures, labels right, captions right, as the gate
has them, over N papers of ../shared/corpus and N of ../shared/wild, evenly chosen (all with `--papers 0`). Figures are
found, nothing is cut. Counts are whole numbers: they move by one at least. Only settings that move a score are listed;
at the end stands how many move none. Papers are opened once; the pages are read again only where a text or page
setting changes, so that ten papers of each take a quarter of an hour on one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pymupdf

from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.pdf.pages import PageContent
from tasks.rules.layout import LayoutSettings, rules, using
from tasks.settings import ExtractionLimits
from tests.tasks.test_gate import as_scored, scores, tool

SHARED = Path(__file__).resolve().parents[3] / "shared"
FOLDERS = ("corpus", "wild")
READ_ANEW = ("text", "page")
"""Groups of settings by which pages are read, not only what is found on them."""

Scores = dict[str, dict[str, float]]


class Papers:
    """The papers of the measurement, open, with their pages as the settings in force read them."""

    def __init__(self, shared: Path, count: int) -> None:
        self.shared, self.score = shared, tool(shared, "score")
        self.stems = {folder: _evenly(shared / folder, count) for folder in FOLDERS}
        self._documents: dict[Path, pymupdf.Document] = {}
        self._pages: dict[Path, list[PageContent]] = {}

    def scores(self, *, anew: bool) -> Scores:
        """Scores by folder; with `anew` the pages are read again and not kept."""

        def read(pdf: Path) -> list[dict[str, Any]]:
            found, _ = find_figures(self._read(pdf, anew=anew))
            return [as_scored(figure) for figure in found]

        return {
            folder: scores(self.shared / folder, self.score, read, self.stems[folder]) for folder in FOLDERS
        }

    def _read(self, pdf: Path, *, anew: bool) -> list[PageContent]:
        if pdf not in self._documents:
            self._documents[pdf] = open_pdf(pdf)
        if anew:
            return read_pages(self._documents[pdf], ExtractionLimits(), [])
        if pdf not in self._pages:
            self._pages[pdf] = read_pages(self._documents[pdf], ExtractionLimits(), [])
        return self._pages[pdf]


def _evenly(folder: Path, count: int) -> list[str]:
    stems = sorted(path.stem for path in (folder / "gold").glob("*.json"))
    step = max(1, len(stems) // count) if count else 1
    return stems[::step][: count or None]


def varied(share: float, only: str) -> Iterator[tuple[str, str, float, float, LayoutSettings]]:
    """Each setting moved down and up: its group, name, value, the other value, and all settings with that one."""
    usual = rules()
    for group in fields(usual):
        numbers = getattr(usual, group.name)
        for number in fields(numbers):
            if only and not f"{group.name}.{number.name}".startswith(only):
                continue
            value = getattr(numbers, number.name)
            for sign in (-1, 1):
                other = _moved(value, sign * share)
                moved = replace(numbers, **{number.name: other})
                yield group.name, number.name, value, other, replace(usual, **{group.name: moved})


def _moved(value: float, share: float) -> float:
    if not isinstance(value, int):
        return value * (1 + share)
    by = max(1, round(value * abs(share)))
    return max(1, value + (by if share > 0 else -by))


def _shown(found: Scores, usual: Scores) -> list[str]:
    """The scores that differ from the usual ones, as words."""
    return [
        f"{folder} {what} {usual[folder][what]:.3f} -> {value:.3f}"
        for folder in FOLDERS
        for what, value in found[folder].items()
        if abs(value - usual[folder][what]) > 5e-4
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--papers", type=int, default=10, help="of each folder; 0 takes all")
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--only", default="", help="settings whose name begins so, as captions.next_down")
    options = parser.parse_args(arguments)
    if not all((options.shared / folder / "gold").is_dir() for folder in FOLDERS):
        parser.error(f"{options.shared} does not hold corpus and wild")
    papers = Papers(options.shared, options.papers)
    started = time.process_time()
    usual = papers.scores(anew=False)
    counts = " and ".join(f"{len(papers.stems[folder])} of {folder}" for folder in FOLDERS)
    print(
        f"{counts}: " + ", ".join(f"{f} {w} {v:.3f}" for f in FOLDERS for w, v in usual[f].items()),
        flush=True,
    )
    tried = still = 0
    for group, name, value, other, settings in varied(options.share, options.only):
        if other == value:
            continue
        with using(settings):
            moved = _shown(papers.scores(anew=group in READ_ANEW), usual)
        tried, still = tried + 1, still + (not moved)
        if moved:
            print(f"{group}.{name} {value:g} -> {other:g}: {'; '.join(moved)}", flush=True)
    print(
        f"{still} of {tried} changes move nothing ({time.process_time() - started:.0f} s of processor time)"
    )


if __name__ == "__main__":
    main()
