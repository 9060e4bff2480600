"""What the templates show: a tree of modalities, pictures' names, captions with the panel's part marked, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from urllib.parse import quote

from models import taxonomy
from tasks.index.queries import Hit
from tasks.index.thumbnails import SIDE
from tasks.modalities import describe_doubts, describe_modality
from tasks.texts import printable
from tasks.wording.licenses import family

_SHORTEST_MARK = 3
"""Words in a row that a part which is not wholly in the caption must share with it to be marked there."""
_WHOLE = 0.9
"""Share of a panel's words found in order from which the part is the caption's own: each of them is marked."""
_MOST_WORDS = 3000
"""Of a caption in which the panel's part is looked for."""
_MOST_LETTERS = 40_000
_DOI = re.compile(r"10\.\d{4,9}/\S{1,200}")
_PMCID = re.compile(r"PMC\d{1,12}")
_NAMES = {path: taxonomy.name(code) for code in taxonomy.CODES for path in taxonomy.path(code)[-1:]}
_WITHDRAWN = {
    "retracted": "This article is retracted.",
    "removed": "This article was removed where it was published.",
    "relicensed": "This article is under another licence than when it was taken.",
}
_ROOTS = {"ct": "CT", "ecg": "ECG", "eeg": "EEG", "emg": "EMG", "mri": "MRI", "pet": "PET"}


@dataclass(slots=True)
class Branch:
    """A modality in the tree of filters, with how many rows it and what is below it have."""

    path: str
    name: str
    count: int = 0
    below: list[Branch] = field(default_factory=list)


def tree(counts: Sequence[tuple[str | None, int]]) -> list[Branch]:
    """The modalities that have rows, the commonest first on each level."""
    total: Counter[str] = Counter()
    for leaf, count in counts:
        steps = leaf.split("/") if leaf else []
        for depth in range(1, len(steps) + 1):
            total["/".join(steps[:depth])] += count
    branches = {path: Branch(path, modality_name(path), count) for path, count in total.most_common()}
    roots: list[Branch] = []
    for path, branch in branches.items():
        parent = branches.get(path.rpartition("/")[0])
        (roots if parent is None else parent.below).append(branch)
    return roots


def modality_name(path: str) -> str:
    """`microscopy/electron` -> `electron microscopy`; a branch's own word where no class has that path."""
    last = path.rpartition("/")[2]
    return _NAMES.get(path) or _ROOTS.get(last) or last.replace("-", " ")


def what(hit: Hit) -> str:
    """What a picture shows, as far as the model knows."""
    if hit.modality is None:
        return "not scored"
    return clean(describe_modality(hit.modality, [hit.path] if hit.path else []), 120)


def doubts(hit: Hit) -> str:
    """What a reader should know of the label, in a line; empty where all is clear."""
    return clean("; ".join(describe_doubts(hit.compound, hit.modality_set)), 300)


def with_families(counts: Sequence[tuple[str | None, int]]) -> list[tuple[str | None, int]]:
    """Licences with their counts, and before the first of its versions each family that has several."""
    versions: Counter[str] = Counter(family(name) for name, _ in counts if name)
    total: Counter[str] = Counter()
    for name, count in counts:
        total[family(name or "")] += count
    shown: dict[str | None, int] = {}
    for name, count in counts:
        if name and versions[family(name)] > 1:
            shown.setdefault(family(name), total[family(name)])
        shown.setdefault(name, count)
    return list(shown.items())


def where(hit: Hit) -> str:
    """`Figure 3 b`."""
    return clean(" ".join(filter(None, (hit.figure_label or "Figure without label", hit.panel_label))))


def warning(hit: Hit) -> str | None:
    """What became of the article since it was labelled, in a sentence."""
    if hit.withdrawn is None:
        return None
    return _WITHDRAWN.get(hit.withdrawn) or f"This article is withdrawn: {clean(hit.withdrawn, 80)}."


def paper_name(hit: Hit) -> str:
    """The paper's title, or its file's name."""
    return clean(hit.title or PurePosixPath(hit.source_uri).name or hit.source_uri, 300)


def file_name(source_uri: str) -> str:
    """A paper's file's name."""
    return PurePosixPath(source_uri).name or source_uri


def alternative(hit: Hit) -> str:
    """What stands for a picture that is not seen."""
    page = f", page {hit.page}" if hit.page else ""
    return f"{what(hit)}; {where(hit)} of {paper_name(hit)}{page}"


def thumbnail_size(hit: Hit) -> tuple[int, int]:
    """Width and height of the thumbnail, pixels, so that the page keeps room for it."""
    scale = min(1.0, SIDE / max(hit.width, hit.height, 1))
    return max(1, round(hit.width * scale)), max(1, round(hit.height * scale))


def clean(text: object, longest: int = _MOST_LETTERS) -> str:
    """`text` on one line; control and direction marks are spelt out instead of obeyed."""
    return printable(" ".join(str(text).split()), longest=longest)


def marked(caption: str | None, subcaption: str | None) -> list[tuple[str, bool]]:
    """A figure's caption in pieces, each with whether it belongs to the panel.

    A subcaption is the panel's sentence with what all panels share, so its words stand in the caption in the same
    order, if not in one place.
    """
    words = clean(caption or "").split()
    wanted = clean(subcaption or "").split()
    if not wanted or max(len(words), len(wanted)) > _MOST_WORDS:
        return [(" ".join(words), False)] if words else []
    matcher = SequenceMatcher(None, _plain(words), _plain(wanted), autojunk=False)
    blocks = matcher.get_matching_blocks()
    whole = sum(block.size for block in blocks) >= _WHOLE * len(wanted)
    mine = [False] * len(words)
    for block in blocks:
        if whole or block.size >= min(_SHORTEST_MARK, len(wanted)):
            mine[block.a : block.a + block.size] = [True] * block.size
    pieces: list[tuple[str, bool]] = []
    for word, is_mine in zip(words, mine, strict=True):
        if pieces and pieces[-1][1] == is_mine:
            pieces[-1] = (f"{pieces[-1][0]} {word}", is_mine)
        else:
            pieces.append((word, is_mine))
    return pieces


def links(hit: Hit) -> list[tuple[str, str]]:
    """Name and https address of the article, by identifiers that look like such."""
    found = []
    if hit.doi and _DOI.fullmatch(hit.doi):
        found.append((f"doi:{clean(hit.doi)}", f"https://doi.org/{quote(hit.doi, safe='/().;:-_')}"))
    if hit.pmcid and _PMCID.fullmatch(hit.pmcid):
        found.append((hit.pmcid, f"https://pmc.ncbi.nlm.nih.gov/articles/{hit.pmcid}/"))
    return found


def figures(hits: Sequence[Hit]) -> list[list[Hit]]:
    """A paper's rows by figure, in reading order."""
    by_figure: dict[int, list[Hit]] = {}
    for hit in hits:
        by_figure.setdefault(hit.figure_index, []).append(hit)
    return list(by_figure.values())


def page_window(page: int, pages: int) -> list[int | None]:
    """The pages to offer: first, last and those around; None where some are left out."""
    near = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    window: list[int | None] = []
    for number in near:
        if window and window[-1] is not None and number > window[-1] + 1:
            window.append(None)
        window.append(number)
    return window


def _plain(words: Sequence[str]) -> list[str]:
    """Words as they are compared: the full stop that a subcaption ends with may be a comma in the caption."""
    return [word.strip(".,;:()").lower() or word for word in words]
