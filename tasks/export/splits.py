"""Train, validation and test: by article, and so that no picture stands in two of them.

An article's share follows from a hash of what names it (DOI, else PMCID, else the PDF's bytes), so it depends on no
other article. Articles that share a picture (`duplicate_group`), and PDFs of one article, go together: to train, if
any of them would go there alone, else to validation, if any would. So an article stays where it is as a dataset grows,
but for two: one that turns out to share a picture moves towards train, and one that was in train only by a picture may
leave it again where the picture turns out to be everybody's (`MOST_ARTICLES`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from tasks.duplicates.unions import Unions
from tasks.index.source import Part, reading_parts

SPLITS = ("train", "validation", "test")
"""In the order in which one goes before the other."""
SHARES = (0.8, 0.1, 0.1)
MOST_ARTICLES = 20
"""A picture of more articles than this is a logo, an icon or a form: it ties none of them together."""


@dataclass(frozen=True, slots=True)
class Article:
    """A paper as splits see it."""

    paper_id: str
    pmcid: str | None
    doi: str | None

    @property
    def names(self) -> list[str]:
        """By which it is the same as another, the one that decides first."""
        doi = self.doi.lower() if self.doi else None
        return [name for name in (doi, self.pmcid, self.paper_id) if name]


def splits(out: Path, parts: Iterable[Part], groups: Mapping[str, str]) -> dict[str, str]:
    """The split of each paper, by paper_id. `groups` has the duplicate group of subfigures that have one.

    Raises OutputError for a part that cannot be read.
    """
    articles: dict[str, Article] = {}
    shown: defaultdict[str, set[str]] = defaultdict(set)
    columns = ["subfigure_id", "paper_id", "pmcid", "doi"]
    for part in parts:
        with reading_parts(out), part.path.open("rb") as file:
            rows = pq.read_table(file, columns=columns)
        for subfigure_id, paper_id, pmcid, doi in zip(
            *(rows[name].to_pylist() for name in columns), strict=True
        ):
            articles.setdefault(paper_id, Article(paper_id, pmcid, doi))
            if subfigure_id in groups:
                shown[groups[subfigure_id]].add(paper_id)
    return assign(articles.values(), shown.values())


def assign(articles: Iterable[Article], together: Iterable[set[str]]) -> dict[str, str]:
    """The split of each article, by paper_id; `together` are sets of paper_ids that share a picture."""
    articles = list(articles)
    sets = Unions()
    for article in articles:
        sets.unite(article.names)
    for papers in together:
        if len(papers) <= MOST_ARTICLES:
            sets.unite(papers)
    best: dict[str, int] = {}
    for article in articles:
        lead = sets.lead(article.paper_id)
        best[lead] = min(best.get(lead, len(SPLITS)), _alone(article.names[0]))
    return {article.paper_id: SPLITS[best[sets.lead(article.paper_id)]] for article in articles}


def _alone(name: str) -> int:
    """Where an article of this name goes by itself: the index of a split."""
    place = int.from_bytes(hashlib.sha256(f"figmill {name}".encode()).digest()[:8]) / 2**64
    return 0 if place < SHARES[0] else 1 if place < SHARES[0] + SHARES[1] else 2
