"""How well and how fast figures are found, beside four stock ways on the same papers in one run.

    python tests/benchmarks/extraction.py [--shared DIR] [--only ARTICLE] [--ways NAME,...]

Prints a row for each way: precision, recall and F1 of figures (same page, IoU >= 0.8, one to one, as
../shared/tools/score.py has it), labels right among the matched, captions right (label and token F1 >= 0.9, of
those that the article's XML names), pages per second of processor time and peak memory. Every way runs alone in a
process of its own, held to one core; processor time, so that other work on the machine does not count.

  figmill         figures and captions found (boxes only)
  figmill-jats    the same, captions from the JATS beside the PDF
  figmill-whole   read_paper: also the pixels, cut into subfigures and encoded
  pymupdf4llm     its pictures over 100 x 60 points (`to_json`)
  merged          the same, joined per nearest labelled caption
  embedded        every embedded image over 100 x 60 points (MuPDF)
  pdfimages       what poppler's `pdfimages -list` lists, placed by MuPDF (it gives no boxes)
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pymupdf

from tasks import boxes
from tasks.article import jats
from tasks.extraction.reading import read_paper
from tasks.pdf.documents import open_pdf, read_pages
from tasks.pdf.figures import find_figures
from tasks.records import Box, Paper, PaperFiles, SourceFile
from tasks.settings import ExtractionLimits
from tasks.wording.labels import parse_label

SHARED = Path(__file__).resolve().parents[3] / "shared"
LEAST = (100.0, 60.0)
"""Points: the smallest picture that the stock ways are credited with, for their sake."""


@dataclass(frozen=True, slots=True)
class Found:
    """A figure as one way has it; `label` and `caption` are None where it gives none."""

    page: int
    bbox: Box
    label: str | None = None
    caption: str | None = None


def figmill(pdf: Path) -> list[Found]:
    """Figures and captions by tasks.pdf.figures, from the PDF alone."""
    with open_pdf(pdf) as document:
        found, _ = find_figures(read_pages(document, ExtractionLimits(), []))
        return [
            Found(
                f.page.number,
                f.page.to_page(f.bbox),
                *((f.caption.label, f.caption.text) if f.caption else ()),
            )
            for f in found
        ]


def figmill_jats(pdf: Path) -> list[Found]:
    """The same with the captions of corpus/xml, matched by label."""
    article = jats.load_article(pdf.parents[1] / "xml" / f"{pdf.stem}.xml")
    captions = {f.label: f.caption for f in article.figures}
    return [Found(f.page, f.bbox, f.label, captions.get(f.label or "", f.caption)) for f in figmill(pdf)]


def figmill_whole(pdf: Path) -> list[Found]:
    """All that a worker does with a paper."""
    extraction = read_paper(PaperFiles(Paper("", str(pdf)), SourceFile(str(pdf))), ExtractionLimits())
    return [Found(f.page, f.bbox, f.label, f.caption) for f in extraction.figures]


def _pictures(pdf: Path) -> tuple[list[Found], list[Found]]:
    """pymupdf4llm's pictures and its labelled captions."""
    import pymupdf4llm

    with pymupdf.open(pdf) as document:
        pages = json.loads(pymupdf4llm.to_json(document))["pages"]
        pictures, captions = [], []
        for page in pages:
            for part in page["boxes"]:
                box = (part["x0"], part["y0"], part["x1"], part["y1"])
                if part["boxclass"] == "picture" and _is_large(box):
                    pictures.append(Found(page["page_number"], box))
                elif part["boxclass"] == "caption":
                    text = document[page["page_number"] - 1].get_text(clip=pymupdf.Rect(box))
                    label = parse_label(re.sub(r"\s+", " ", text).strip())
                    if label and not label[0].startswith("Table"):
                        captions.append(Found(page["page_number"], box, *label))
    return pictures, captions


def pymupdf4llm_pictures(pdf: Path) -> list[Found]:
    """pymupdf4llm as it comes."""
    return _pictures(pdf)[0]


def pymupdf4llm_merged(pdf: Path) -> list[Found]:
    """pymupdf4llm's pictures joined where the same labelled caption is the nearest to them."""
    pictures, captions = _pictures(pdf)
    groups: dict[Found | None, list[Found]] = {}
    for picture in pictures:
        on_page = [c for c in captions if c.page == picture.page]
        nearest = min(on_page, key=lambda c: sum(boxes.gaps(c.bbox, picture.bbox)), default=None)
        groups.setdefault(nearest or picture, []).append(picture)
    return [
        Found(
            parts[0].page,
            boxes.hull(p.bbox for p in parts),
            key.label if key else None,
            key.caption if key else None,
        )
        for key, parts in groups.items()
    ]


def embedded(pdf: Path) -> list[Found]:
    """Every embedded image that is large enough."""
    with pymupdf.open(pdf) as document:
        return [
            Found(page.number + 1, tuple(info["bbox"]))
            for page in document
            for info in page.get_image_info()
            if _is_large(info["bbox"])
        ]


def pdfimages(pdf: Path) -> list[Found]:
    """Poppler's images; their places are looked up by object number."""
    lines = subprocess.run(
        ["pdfimages", "-list", pdf], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = {
        (int(row[0]), int(row[10]))
        for row in map(str.split, lines[2:])
        if row[2] == "image" and row[10].isdigit()
    }
    with pymupdf.open(pdf) as document:
        return [
            Found(number, tuple(info["bbox"]))
            for number in sorted({page for page, _ in wanted})
            for info in document[number - 1].get_image_info(xrefs=True)
            if (number, info["xref"]) in wanted and _is_large(info["bbox"])
        ]


WAYS: dict[str, Callable[[Path], list[Found]]] = {
    "figmill": figmill,
    "figmill-jats": figmill_jats,
    "figmill-whole": figmill_whole,
    "pymupdf4llm": pymupdf4llm_pictures,
    "merged": pymupdf4llm_merged,
    "embedded": embedded,
    "pdfimages": pdfimages,
}


def _is_large(box: Box) -> bool:
    return boxes.width(box) >= LEAST[0] and boxes.height(box) >= LEAST[1]


def run(way: str, pdfs: list[Path], found: multiprocessing.Queue[object]) -> None:
    """One way over all papers on one core: what it found, seconds of processor time, megabytes at the peak."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pymupdf.TOOLS.mupdf_display_errors(False)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # pymupdf4llm prints its advice with every paper
    WAYS[way](pdfs[0])  # imports and networks are loaded outside the clock
    start = time.process_time()
    figures = {pdf.stem: WAYS[way](pdf) for pdf in pdfs}
    seconds = time.process_time() - start
    found.put((figures, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(figures: dict[str, list[Found]], shared: Path, score: ModuleType) -> list[str]:
    """Precision, recall, F1, labels and captions as cells of the table."""
    matched = predicted = gold_figures = labels = 0
    for name, found in figures.items():
        gold = json.loads((shared / "corpus/gold" / f"{name}.json").read_text())["figures"]
        pairs = score.pair(
            found, gold, lambda f, g: score.iou(f.bbox, g["bbox_pt"]) if f.page == g["page"] else 0.0, 0.8
        )
        matched, predicted, gold_figures = (
            matched + len(pairs),
            predicted + len(found),
            gold_figures + len(gold),
        )
        labels += sum(
            score.normal_label(found[i].label) == score.normal_label(gold[j]["label"]) for i, j in pairs
        )
    precision, recall, f1 = score.f1(matched, predicted, gold_figures)
    has_labels = any(f.label for found in figures.values() for f in found)
    return [
        *(f"{value:.3f}" for value in (precision, recall, f1)),
        f"{labels / max(matched, 1):.3f}" if has_labels else "-",
        captions_right(figures, shared, score) if has_labels else "-",
    ]


def captions_right(figures: dict[str, list[Found]], shared: Path, score: ModuleType) -> str:
    """The share of the XML's captions that were found, by score.py's rule."""
    named = right = 0
    with (shared / "corpus/figures.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            label = score.normal_label(row["label"])
            if row["id"] in figures and re.fullmatch(r"(supplementary )?(figure|scheme) s?\d+[a-z]?", label):
                named += 1
                right += any(
                    score.normal_label(f.label) == label and score.token_f1(f.caption, row["caption"]) >= 0.9
                    for f in figures[row["id"]]
                )
    return f"{right / max(named, 1):.3f}"


def main() -> None:
    """Run the ways that were asked for and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--only", default="", help="papers whose name begins so")
    parser.add_argument("--ways", default=",".join(WAYS))
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("score", arguments.shared / "tools/score.py")
    if spec is None or spec.loader is None or not (arguments.shared / "corpus").is_dir():
        parser.error(f"{arguments.shared} does not hold the corpus and its score")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    pdfs = sorted((arguments.shared / "corpus/pdf").glob(f"{arguments.only}*.pdf"))
    pages = sum(len(pymupdf.open(pdf)) for pdf in pdfs)
    print(f"{len(pdfs)} papers, {pages} pages, one core")
    print(f"{'way':14} {'P':>6} {'R':>6} {'F1':>6} {'labels':>7} {'captions':>9} {'pages/s':>8} {'MB':>6}")
    spawn = multiprocessing.get_context("spawn")
    for way in arguments.ways.split(","):
        if way == "pdfimages" and not shutil.which("pdfimages"):
            print(f"{way:14} not installed (Debian: poppler-utils)")
            continue
        queue = spawn.Queue()
        process = spawn.Process(target=run, args=(way, pdfs, queue))
        process.start()
        figures, seconds, megabytes = queue.get()
        process.join()
        cells = measure(figures, arguments.shared, score)
        precision, recall, f1, labels, captions = cells
        rate = f"{pages / seconds:8.1f} {megabytes:6.0f}"
        print(f"{way:14} {precision:>6} {recall:>6} {f1:>6} {labels:>7} {captions:>9} {rate}", flush=True)


if __name__ == "__main__":
    main()
