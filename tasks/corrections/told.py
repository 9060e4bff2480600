"""What other programs hand back of a dataset: every action where they kept it, labels, and boxes on pages.

Read are a CSV with `subfigure_id` and `modality`, COCO, and what Label Studio exports as JSON; of `figmill corrections
--to` as well as of `figmill export --to`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tasks.corrections.formats import NO_FIGURE, NOT_LABELS
from tasks.corrections.tables import read_table, read_text
from tasks.dataset.cells import text_of
from tasks.errors import InputError
from tasks.records import Box
from tasks.texts import printable

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_DASHED = re.compile(r"([0-9a-f]{16})-(\d{1,5})-(\d{1,5})")
_MOST_BOXES = 100
"""Of an action."""
_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An action that a file tells of; what it does not say is empty or None."""

    where: str
    """The file and the place in it, for messages."""
    subfigure_id: str
    action: str
    """As it stands there, known or not."""
    value: str | None = None
    who: str = ""
    made_at: dt.datetime | None = None
    queue: str | None = None
    correction_id: str | None = None
    others: tuple[str, ...] = ()
    pieces: tuple[tuple[str, Box], ...] = ()
    """Names of new panels, empty where they have none, and their boxes in points of the page."""
    only_other: bool = False
    """A class that stands there whether or not a person looked: it says nothing where the row has it already."""


@dataclass(frozen=True, slots=True)
class MarkedBox:
    """A box on a page."""

    where: str
    subfigure_id: str
    """Empty for a new one."""
    modality: str
    """As it was typed; one of `NOT_LABELS` where it has none."""
    box: Box
    """In fractions of the page's width and height."""


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page with all its boxes."""

    paper_id: str
    page: int
    who: str
    boxes: tuple[MarkedBox, ...]
    exported: frozenset[str] | None = None
    """Subfigures that had a box when the page was exported; None where the file does not say."""


@dataclass(frozen=True, slots=True)
class ToldFile:
    """All that a file tells."""

    said: tuple[Told, ...]
    pages: tuple[MarkedPage, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What it tells of and nobody may take, in words, and how often."""


def read_told(file: StorePath) -> ToldFile:
    """What a file tells. Raises InputError for one of another kind."""
    text = read_text(file)
    if text.lstrip()[:1] not in ("{", "["):
        return ToldFile(tuple(_from_csv(file)))
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            return _from_coco(file, content)
        return _from_label_studio(file, content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError(
            f"{file} is neither COCO nor what Label Studio exports as JSON ({printable(str(error), 80)})"
        ) from error


def labelled(
    where: str, subfigure_id: str, modality: str, who: str = "", *, only_other: bool = False
) -> Told:
    """A class, or `NO_FIGURE`, as an action."""
    if modality.casefold() == NO_FIGURE:
        return Told(where=where, subfigure_id=subfigure_id, action="no_figure", who=who)
    return Told(
        where=where,
        subfigure_id=subfigure_id,
        action="label",
        value=modality,
        who=who,
        only_other=only_other,
    )


def _from_csv(file: StorePath) -> Iterator[Told]:
    for line, row in read_table(file, ("subfigure_id", "modality")):
        where, name = f"{file}, line {line}", row["subfigure_id"]
        modality, action = text_of(row["modality"]), row.get("action", "")
        who = text_of(row.get("who", ""))
        if not action and modality:
            yield labelled(where, name, modality, who)
        elif action:
            said = labelled(where, name, modality) if action in ("label", "no_figure") else None
            yield Told(
                where=where,
                subfigure_id=name,
                action=said.action if said and modality else action,
                value=said.value if said and modality else text_of(row.get("value", "")),
                who=who,
                made_at=_moment(row.get("made_at")),
                queue=text_of(row.get("queue", "")) or None,
                correction_id=row.get("correction_id") or None,
                others=tuple(row.get("others", "").split()),
                pieces=tuple(_boxes(row.get("boxes", ""), where)),
            )


def _boxes(cell: str, where: str) -> Iterator[tuple[str, Box]]:
    for text in filter(None, (one.strip() for one in cell.split(";"))):
        name, *edges = text.split()
        yield name, _box(edges, where)


def _box(edges: Sequence[Any], where: str) -> Box:
    """Raises InputError for what is no box."""
    values = []
    with contextlib.suppress(TypeError, ValueError):
        values = [float(edge) for edge in edges]
    if len(values) != 4 or not all(math.isfinite(value) and abs(value) < 1e6 for value in values):
        raise InputError(f"{where}: a box is four numbers")
    return (
        min(values[0], values[2]),
        min(values[1], values[3]),
        max(values[0], values[2]),
        max(values[1], values[3]),
    )


def _moment(text: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _action(entry: Mapping[str, Any], where: str) -> Told:
    """An action as `formats.action_of` writes it."""
    pieces = entry.get("pieces") or []
    if len(pieces) > _MOST_BOXES:
        raise InputError(f"{where}: more than {_MOST_BOXES} boxes")
    return Told(
        where=where,
        subfigure_id=str(entry["subfigure_id"]),
        action=str(entry["action"]),
        value=_text(entry.get("value")),
        who=_text(entry.get("who")) or "",
        made_at=_moment(entry.get("made_at")),
        queue=_text(entry.get("queue")),
        correction_id=_text(entry.get("correction_id")),
        others=tuple(map(str, entry.get("others") or ())),
        pieces=tuple((str(one.get("subfigure_id") or ""), _box(one["bbox"], where)) for one in pieces),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _with_labels(actions: Sequence[Told], labels: Iterator[Told]) -> tuple[Told, ...]:
    """Actions, and behind them labels that say something else than these do last of the row: another program's word."""
    last = {
        (one.subfigure_id): (one.action, one.value) for one in actions if one.action in ("label", "no_figure")
    }
    changed = [one for one in labels if last.get(one.subfigure_id) != (one.action, one.value)]
    return (*actions, *changed)


def _from_coco(file: StorePath, content: dict[str, Any]) -> ToldFile:
    actions = [
        _action(entry, f"{file}, correction {number}")
        for number, entry in enumerate(content.get("corrections") or (), 1)
    ]
    names = {one["id"]: str(one["name"]) for one in content["categories"]}
    images = {one["id"]: one for one in content["images"]}
    labels: list[Told] = []
    boxes: dict[tuple[str, int], list[MarkedBox]] = {
        (str(image["paper_id"]), int(image["page"])): [] for image in images.values() if _is_page(image)
    }
    for one in content["annotations"]:
        image, code = images.get(one["image_id"], {}), names[one["category_id"]]
        name = str(
            one.get("subfigure_id") or image.get("subfigure_id") or _slashed(image.get("file_name", ""))
        )
        where = f"{file}, annotation {printable(str(one.get('id')), 20)}"
        if name and code not in NOT_LABELS:
            person = str(one.get("who") or "")
            labels.append(labelled(where, name, code, person, only_other=not person))
        if _is_page(image) and one.get("bbox"):
            marked = MarkedBox(where, name, code, _in_fractions(one["bbox"], image, where))
            boxes[str(image["paper_id"]), int(image["page"])].append(marked)
    exported = {(str(one["paper_id"]), int(one["page"])): one for one in images.values() if _is_page(one)}
    pages = tuple(
        MarkedPage(*place, "", tuple(some), _exported(exported[place])) for place, some in boxes.items()
    )
    return ToldFile(_with_labels(actions, iter(labels)), pages)


def _is_page(image: Mapping[str, Any]) -> bool:
    return bool(image.get("page") and image.get("paper_id") and not image.get("subfigure_id"))


def _exported(of: Mapping[str, Any]) -> frozenset[str] | None:
    there = of.get("subfigures")
    return frozenset(map(str, there)) if isinstance(there, list) else None


def _in_fractions(bbox: Sequence[Any], image: Mapping[str, Any], where: str) -> Box:
    """x, y, width, height in pixels -> fractions of the picture."""
    x, y, width, height = _numbers(bbox, where)
    across, down = _numbers((image["width"], image["height"]), where)
    if across <= 0 or down <= 0:
        raise InputError(f"{where}: its picture needs a width and a height above 0")
    return _box((x / across, y / down, (x + width) / across, (y + height) / down), where)


def _numbers(values: Sequence[Any], where: str) -> list[float]:
    numbers = [float(value) for value in values]
    if not all(math.isfinite(number) for number in numbers):
        raise InputError(f"{where}: a box is four numbers")
    return numbers


def _from_label_studio(file: StorePath, content: list[dict[str, Any]]) -> ToldFile:
    actions: list[Told] = []
    labels: list[Told] = []
    pages: dict[tuple[str, int], MarkedPage] = {}
    left_out: Counter[str] = Counter()
    for number, task in enumerate(content, 1):
        where, data = f"{file}, task {number}", task["data"]
        actions += [_action(entry, where) for entry in data.get("corrections") or ()]
        for annotation in task.get("annotations") or ():
            if annotation.get("was_cancelled"):
                left_out["annotations that were cancelled"] += 1
                continue
            who = annotation.get("completed_by")
            person = str(who.get("email") or "") if isinstance(who, dict) else ""
            results = [
                result for result in annotation.get("result") or () if isinstance(result.get("value"), dict)
            ]
            labels += _chosen(results, data, where, person)
            if data.get("page") and data.get("paper_id") and not data.get("subfigure_id"):
                boxes = tuple(_rectangles(results, where))
                place = str(data["paper_id"]), int(data["page"])
                page = MarkedPage(*place, person, boxes, _exported(data))
                # Each stands for the whole page: two at once would both cut the same panels.
                if pages.pop((page.paper_id, page.page), None):
                    left_out["annotations of a page that another follows"] += 1
                pages[page.paper_id, page.page] = page
    return ToldFile(_with_labels(actions, iter(labels)), tuple(pages.values()), left_out)


def _chosen(
    results: Sequence[Mapping[str, Any]], data: Mapping[str, Any], where: str, person: str
) -> Iterator[Told]:
    for result in results:
        chosen = result["value"].get("choices") or result["value"].get("rectanglelabels")
        name = data.get("subfigure_id") or _slashed(str(result.get("id", "")))
        if chosen and name and str(chosen[0]) not in NOT_LABELS:
            yield labelled(where, str(name), str(chosen[0]), person)


def _rectangles(results: Sequence[Mapping[str, Any]], where: str) -> Iterator[MarkedBox]:
    for result in results:
        value = result["value"]
        if value.get("rectanglelabels"):
            x, y, width, height = _numbers([value[name] for name in ("x", "y", "width", "height")], where)
            box = tuple(edge / _PERCENT for edge in (x, y, x + width, y + height))
            name = _slashed(str(result.get("id", "")))
            yield MarkedBox(where, name, str(value["rectanglelabels"][0]), _box(box, where))


def _slashed(name: str) -> str:
    """The subfigure_id behind a name in which dashes stand for slashes; empty where it is none."""
    found = _DASHED.match(name.rpartition("/")[2])
    return "/".join(found.groups()) if found else ""
