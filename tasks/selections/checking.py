"""A dataset's selections verified, for `figmill check`: files that cannot be read, or that Figmill did not write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.corrections.checking import set_aside
from tasks.dataset.check import Finding
from tasks.dataset.files import UNFINISHED
from tasks.selections.files import FOLDER, NAME, read_file, selection_files
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


def check_selections(out: StorePath) -> Iterator[Finding]:
    """What is wrong with DIR/selections; changes nothing. A file that is being written is left alone."""
    folder = out / FOLDER
    for name in sorted(paths.names(folder)):
        if not NAME.fullmatch(name) and not name.endswith(UNFINISHED):
            yield Finding("foreign", folder / name, "Figmill did not write this: move it elsewhere")
    for file in selection_files(out):
        done, problem = read_file(file)
        if done is None:
            yield Finding("unreadable", file, f"it cannot be read back: {problem}", "quarantine")


def repair_selections(out: StorePath, finding: Finding) -> str | None:
    """Moves a file that cannot be read out of the way, and says so; None for what it does not mend."""
    return set_aside(out, finding, FOLDER)
