"""A dataset's corrections verified, for `figmill check`: files that cannot be read, rows that make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.corrections.files import FOLDER, NAME, correction_files, read_file
from tasks.dataset.check import Finding
from tasks.dataset.files import UNFINISHED
from tasks.dataset.quarantine import QUARANTINE
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath


def check_corrections(out: StorePath) -> Iterator[Finding]:
    """What is wrong with DIR/corrections; changes nothing. A file that is being written is left alone."""
    folder = out / FOLDER
    for name in sorted(paths.names(folder)):
        if not NAME.fullmatch(name) and not name.endswith(UNFINISHED):
            yield Finding("foreign", folder / name, "Figmill did not write this: move it elsewhere")
    for file in correction_files(out):
        _, problems = read_file(file)
        if problems and problems[0].row is None:
            yield Finding("unreadable", file, problems[0].sentence, "quarantine")
        elif problems:
            first = problems[0]
            sentence = f"{len(problems)} of its rows make no sense and are left out: {first.sentence}"
            yield Finding("corrections", file, sentence)


def repair_corrections(out: StorePath, finding: Finding) -> str | None:
    """Moves a file that cannot be read out of the way, and says so; None for what it does not mend."""
    return set_aside(out, finding, FOLDER)


def set_aside(out: StorePath, finding: Finding, kept_in: str) -> str | None:
    """The same for the files of any folder in which people's words are kept."""
    if finding.remedy != "quarantine" or finding.path.parent.name != kept_in:
        return None
    if not paths.exists(finding.path):
        return f"{finding.path} is gone already"
    target = out / QUARANTINE / kept_in / finding.path.name
    if isinstance(target, Path):
        paths.make_folder(target.parent)
    paths.move(finding.path, target)
    return f"moved {kept_in}/{finding.path.name} to {out / QUARANTINE}"
