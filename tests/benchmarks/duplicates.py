"""Whether `figmill duplicates` knows a picture again: cut, scaled, in grey, encoded anew, among thousands of others.

    uv run python tests/benchmarks/duplicates.py ../shared/panels/published.csv [--sources 250] [--articles 200]

Panels of articles drawn by chance become a dataset with variants made of some of them. Prints how many variants share
a group with their source (recall), and how many of the pairs that share a group should (precision); pairs of two
panels as published count as wrong, though some show one scene twice.

The network's embeddings were tried beside, on 210 articles with 1,053 variants: pairs that are rightly found have a
median cosine of 0.989, pairs that are wrongly found one of 0.994, and of those that are rightly passed over half reach
0.992; a threshold of 0.95 costs 1 to 2 points of recall and gains no precision on either half of the articles. For the
network sees kinds of pictures, and two charts of one article are of a kind. So groups are told by the pictures alone.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from PIL import Image

from tasks.duplicates.groups import plan_groups, read_groups, update_groups
from tests.tasks.small_datasets import paper, subfigure, write_part

SMALLEST = 64
"""Pixels; of a smaller panel nothing is made."""


def main() -> None:
    """Prints recall by kind of variant, and precision."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("panels", type=Path)
    parser.add_argument("--sources", type=int, default=250)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        made = _dataset(out, arguments.panels, arguments.sources, arguments.articles, chance)
        started = time.perf_counter()
        plan = plan_groups(out)
        found = update_groups(out, plan)
        seconds = time.perf_counter() - started
        groups = read_groups(out) or {}
    print(f"{found.rows} pictures in {seconds:.1f} s; {found.groups} groups of {found.grouped}")
    _report(made, groups)


def _dataset(out: Path, panels: Path, sources: int, articles: int, chance: random.Random) -> dict[str, tuple]:
    """Writes the dataset; subfigure_id -> (panel, kind of variant, article)."""
    with panels.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (panels.parent / row["path"]).is_file()]
    names = sorted({row["article"] for row in rows})
    chosen = set(chance.sample(names, min(articles, len(names))))
    rows = [row for row in rows if row["article"] in chosen]
    picked = set(chance.sample(range(len(rows)), min(sources, len(rows))))
    made: dict[str, tuple] = {}
    batch: list[dict] = []
    for number, row in enumerate(rows):
        data = (panels.parent / row["path"]).read_bytes()
        image = Image.open(io.BytesIO(data)).convert("RGB")
        every = [("as published", data)]
        if number in picked and min(image.size) >= SMALLEST:
            every += _variants(image, chance)
        for kind, encoded in every:
            subfigure_id = f"{len(made):016x}/0/0"
            made[subfigure_id] = (number, kind, row["article"])
            width, height = Image.open(io.BytesIO(encoded)).size
            picture = {"image": {"bytes": encoded, "path": "x"}, "image_width": width, "image_height": height}
            batch.append(subfigure(len(made) - 1, **picture, image_sha256=str(len(made))))
        if len(batch) > 500 or number == len(rows) - 1:
            write_part(out, f"part-{len(made):016x}.parquet", batch, [paper(len(made))])
            batch = []
    return made


def _variants(image: Image.Image, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    for percent in (5, 10, 15):
        yield f"cut by {percent}%", _encoded(_cut(image, percent / 100, percent / 100, chance))
    yield "one side cut by 10%", _encoded(_cut(image, 0.1, 0.0, chance))
    yield "half the size", _encoded(_scaled(image, 0.5))
    yield "1.7 times the size, JPEG", _encoded(_scaled(image, 1.7), quality=90)
    yield "JPEG of quality 30", _encoded(image, quality=30)
    yield "grey", _encoded(image.convert("L"))
    small = _scaled(_cut(image, 0.1, 0.1, chance), 0.6)
    yield "cut, small, grey, JPEG", _encoded(small.convert("L"), quality=50)


def _cut(image: Image.Image, across: float, down: float, chance: random.Random) -> Image.Image:
    width, height = max(1, int((1 - across) * image.width)), max(1, int((1 - down) * image.height))
    left, top = chance.randint(0, image.width - width), chance.randint(0, image.height - height)
    return image.crop((left, top, left + width, top + height))


def _scaled(image: Image.Image, by: float) -> Image.Image:
    return image.resize((max(1, int(by * image.width)), max(1, int(by * image.height))))


def _encoded(image: Image.Image, quality: int | None = None) -> bytes:
    data = io.BytesIO()
    image.save(
        data, "PNG" if quality is None else "JPEG", **({} if quality is None else {"quality": quality})
    )
    return data.getvalue()


def _report(made: dict[str, tuple], groups: dict[str, str]) -> None:
    sources = {panel: one for one, (panel, kind, _) in made.items() if kind == "as published"}
    of_kind: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one, (panel, kind, _) in made.items():
        if kind != "as published":
            of_kind[kind] += 1
            right[kind] += one in groups and groups[one] == groups.get(sources[panel])
    for kind, number in of_kind.items():
        print(f"  {right[kind] / number:.3f} of {number}  {kind}")
    print(f"recall    {right.total() / of_kind.total():.3f} of {of_kind.total()} variants")
    members: dict[str, list[str]] = {}
    for one, group in groups.items():
        members.setdefault(group, []).append(one)
    pairs = [pair for found in members.values() for pair in combinations(found, 2)]
    good = sum(made[one][0] == made[other][0] for one, other in pairs)
    apart = sum(made[one][2] != made[other][2] for one, other in pairs)
    print(f"precision {good / max(1, len(pairs)):.3f} of {len(pairs)} pairs; {apart} pairs of two articles")
    panels = {tuple(sorted((made[one][0], made[other][0]))) for one, other in pairs}
    print(f"          {sum(one != other for one, other in panels)} pairs of panels as published")


if __name__ == "__main__":
    main()
