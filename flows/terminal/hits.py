"""What `figmill search` prints: a block for each figure, with its panels and the words that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rich.text import Text

from flows.terminal.console import certainty, label_in_words, output
from tasks.corrections.overlay import PERSON
from tasks.modalities import describe_doubts, describe_modality
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.index.queries import Context, Hit

_LONGEST = 150
"""Characters shown of a text in which nothing was looked for."""


def show_hits(hits: Sequence[Hit], contexts: Mapping[int, Context]) -> None:
    """What a search found, best first, on standard output; `contexts` has the words found, by a hit's `id`."""
    console = output()
    for rank, panels in enumerate(_by_figure(hits), 1):
        console.print(_heading(rank, panels[0]), soft_wrap=True)
        above = Text()
        for hit in panels:
            console.print(_panel(hit), soft_wrap=True)
            text = _text(hit, contexts.get(hit.id))
            if text != above:
                for line in text.wrap(console, console.width - 7):
                    console.print(Text("       ").append_text(line), soft_wrap=True)
            above = text


def _by_figure(hits: Sequence[Hit]) -> list[list[Hit]]:
    """The hits of each figure together, figures in the order of their best hit."""
    found: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        found.setdefault((hit.paper_id, hit.figure_index), []).append(hit)
    return list(found.values())


def _heading(rank: int, hit: Hit) -> Text:
    paper = printable(PurePosixPath(hit.source_uri).name)
    page = "" if hit.page is None else f"page {hit.page}"
    figure = printable(hit.figure_label or "figure without a label")
    return Text(f"{rank:>2}. ").append(", ".join(filter(None, (paper, page, figure))), style="bold")


def _panel(hit: Hit) -> Text:
    path = [hit.path] if hit.path else []
    words = "" if hit.modality is None else describe_modality(hit.modality, path)
    by_person = hit.label_source == PERSON
    label = label_in_words(hit.modality, hit.rejected and not by_person, words)
    others = [code for code in hit.modality_set if code != hit.modality]
    if others and not hit.rejected:
        label += f", or {', '.join(others)}"
    doubts = describe_doubts(hit.compound, None)
    sure = certainty(hit.confidence, hit.rejected)
    if by_person:  # whose word has no probability
        sure = "nobody can tell" if hit.rejected else "by a person"
    said = [label, *filter(None, (sure,)), *doubts]
    letter = printable(hit.panel_label or "", 5)
    return Text(f"    {letter:2} {printable('; '.join(said), 200)}  ").append(
        printable(hit.subfigure_id), style="dim"
    )


def _text(hit: Hit, context: Context | None) -> Text:
    """The stretch where words were found, those in bold; without one the row's own text, as far as it fits."""
    if context is None:
        return Text(printable(hit.subcaption or hit.caption or "", _LONGEST))
    text = Text()
    for piece, found in context:
        text.append(printable(piece), style="bold" if found else "")
    return text
