"""Every kind of correction goes out and comes in elsewhere as it was; what cannot be taken is counted and named."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from tasks.corrections.actions import Correction, in_force
from tasks.corrections.checking import check_corrections
from tasks.corrections.exchange import take_in
from tasks.corrections.files import read_corrections
from tasks.corrections.formats import Form, write
from tasks.corrections.known import known_of
from tasks.corrections.overlay import read_overlay
from tasks.corrections.rows import fit
from tasks.corrections.told import read_told
from tasks.errors import InputError
from tasks.extraction.drawing import Drawer
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.corrections.acts import piece as made_up
from tests.tasks.view.papers import with_pdf

PAGE = (300.0, 400.0)
"""Of the paper of `with_pdf`, in points."""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return with_pdf(tmp_path / "here")[0]


@pytest.fixture
def elsewhere(out: Path, tmp_path: Path) -> Path:
    """The dataset once more; its paper lies where it lay."""
    return shutil.copytree(out, tmp_path / "there")


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    """What cuts panels of pages; its process is most of what that takes."""
    opened = Drawer()
    yield opened
    opened.close()


Box = tuple[float, float, float, float]


def _cut(drawer: Drawer, out: Path, row: dict[str, Any], number: int, box: Box) -> Any:
    """A panel as the view cuts it."""
    from tasks.corrections.actions import Piece

    fractions = (box[0] / PAGE[0], box[1] / PAGE[1], box[2] / PAGE[0], box[3] / PAGE[1])
    source = known_of(out).sources[row["paper_id"]]
    ((where, image),) = drawer.cut(source, row["paper_id"], 1, (fractions,))
    name = f"{row['subfigure_id'].rpartition('/')[0]}/{number}"
    return Piece(subfigure_id=name, bbox=where, image=image.data, width=image.width, height=image.height)


def _everything(drawer: Drawer, out: Path) -> list[Correction]:
    """Every kind of action, some of them about panels that others made."""
    rows = rows_of(out)
    first, second, third = rows[:3]
    left = _cut(drawer, out, first, 10_001, (50, 50, 99.333, 200))
    right = _cut(drawer, out, first, 10_002, (100, 50, 150, 200))
    beside = _cut(drawer, out, second, 10_003, (60, 210, 120, 260))
    whole = _cut(drawer, out, first, 10_004, (50, 50, 250, 200))
    half = {
        **first,
        "subfigure_id": left.subfigure_id,
        "image_sha256": left.image_sha256,
        "subfigure_bbox": left.bbox,
    }
    said = [
        say("label", first, "DMTR", queue="random"),
        say("split", first, pieces=(left, right)),
        say("label", half, "DMEL", who="Ben"),
        say("letter", half, "'a", who="Ben"),
        say("draw", second, pieces=(beside,)),
        say("merge", half, others=(say("reject", second).panel,), pieces=(whole,), who="Ben"),
        say("no_figure", third),
        say("several", rows[3]),
        say("reject", rows[4]),
        say("caption", rows[5], "=SUM(A1), <b>; \u201cx\u201d", who="Ben"),
        say("letter", rows[6], ""),
    ]
    for one in said:
        keep(out, one, who=one.who)
    return in_force(read_corrections(out).corrections)


@pytest.mark.parametrize("form", get_args(Form))
def test_what_goes_out_comes_in_elsewhere_as_it_was(
    drawer: Drawer, out: Path, elsewhere: Path, form: Form, tmp_path: Path
):
    said = _everything(drawer, out)
    file = tmp_path / "file"
    file.write_text(write(form, said), encoding="utf-8")
    taken = take_in(elsewhere, read_told(file), "Eve", keep_names=True)
    assert (taken.new, taken.known, dict(taken.refused)) == (len(said), 0, {})
    assert in_force(read_corrections(elsewhere).corrections) == said
    assert fit(elsewhere, said).stale == ()
    assert list(check_corrections(elsewhere)) == []
    again = take_in(elsewhere, read_told(file), "Eve", keep_names=True)
    assert (again.new, again.known) == (0, len(said))


def test_whoever_takes_in_says_it_unless_names_are_kept(
    drawer: Drawer, out: Path, elsewhere: Path, tmp_path: Path
):
    said = _everything(drawer, out)
    file = tmp_path / "file"
    file.write_text(write("coco", said), encoding="utf-8")
    take_in(elsewhere, read_told(file), "Eve")
    here = in_force(read_corrections(elsewhere).corrections)
    assert {one.who for one in here} == {"Eve"}
    assert [(one.action, one.subfigure_id, one.value) for one in here] == [
        (one.action, one.subfigure_id, one.value) for one in said
    ]
    assert all(one.made_at > said[-1].made_at and one.queue is None for one in here)
    assert take_in(elsewhere, read_told(file), "Eve").new == 0


def test_panels_whose_paper_is_gone_are_counted_with_all_that_is_said_of_them(
    drawer: Drawer, out: Path, elsewhere: Path, tmp_path: Path
):
    said = _everything(drawer, out)
    (tmp_path / "here" / "paper.pdf").unlink()
    file = tmp_path / "file"
    file.write_text(write("csv", said), encoding="utf-8")
    taken = take_in(elsewhere, read_told(file), "Eve", keep_names=True)
    assert dict(taken.refused) == {
        "split: The PDF is no longer where it was": 1,
        "draw: The PDF is no longer where it was": 1,
        "about a panel that could not be made": 3,
    }
    assert taken.new == len(said) - 5


def test_actions_that_are_none_and_shapes_without_boxes_are_named(out: Path, tmp_path: Path):
    name = rows_of(out)[0]["subfigure_id"]
    file = tmp_path / "file.csv"
    lines = [f"{name},,paint,", f"{name},,split,", f"{name},,undo,", f"{name},,merge,{name} 1 1 9 9"]
    file.write_text("subfigure_id,modality,action,boxes\n" + "\n".join(lines) + "\n")
    taken = take_in(out, read_told(file), "Eve")
    assert taken.new == 0
    assert dict(taken.refused) == {
        "action 'paint', which is none": 1,
        "action 'undo', which is none": 1,
        "split without its panels or boxes": 1,
        "merge without its panels or boxes": 1,
    }


def test_a_file_overrules_no_correction_that_is_here(out: Path, tmp_path: Path):
    row = rows_of(out)[0]
    keep(out, say("label", row, "DMTR"))
    (here,) = read_corrections(out).corrections
    line = f"{here.correction_id},2999-01-01T00:00:00+00:00,Ada,{row['subfigure_id']},no_figure,no figure"
    file = tmp_path / "file.csv"
    file.write_text(f"correction_id,made_at,who,subfigure_id,action,modality\n{line}\n")
    assert take_in(out, read_told(file), "Eve", keep_names=True).new == 1
    first, second = in_force(read_corrections(out).corrections)
    assert first == here
    assert second.correction_id != here.correction_id
    assert second.made_at.year < 2999  # nobody speaks last for good


# Boxes on pages, as other programs hand them back.


def _page(out: Path, boxes: dict[str, Any], form: str, tmp_path: Path, exported: object = None) -> Path:
    """A file of one page with boxes by name, in points; a name that begins with `new` is none of ours.

    `exported` are the subfigures that it says it had, if any.
    """
    had = {} if exported is None else {"subfigures": exported}
    paper_id = rows_of(out)[0]["paper_id"]
    file = tmp_path / f"{form}.json"
    if form == "coco":
        annotations = [
            {
                "id": number,
                "image_id": 1,
                "category_id": 1 if name.startswith("figure") else 2,
                "bbox": [2 * box[0], 2 * box[1], 2 * (box[2] - box[0]), 2 * (box[3] - box[1])],
                **({} if name.startswith(("new", "figure")) else {"subfigure_id": name}),
            }
            for number, (name, box) in enumerate(boxes.items())
        ]
        image = {
            "id": 1,
            "file_name": "pages/x.png",
            "width": 600,
            "height": 800,
            "paper_id": paper_id,
            "page": 1,
            **had,
        }
        categories = [{"id": 1, "name": "figure"}, {"id": 2, "name": "GTAB"}]
        file.write_text(json.dumps({"images": [image], "annotations": annotations, "categories": categories}))
        return file
    result = [
        {
            "id": name.replace("/", "-"),
            "type": "rectanglelabels",
            "value": {
                "x": box[0] / 3,
                "y": box[1] / 4,
                "width": (box[2] - box[0]) / 3,
                "height": (box[3] - box[1]) / 4,
                "rectanglelabels": ["figure" if name.startswith("figure") else "GTAB"],
            },
        }
        for name, box in boxes.items()
    ]
    data = {"image": "x", "paper_id": paper_id, "page": 1, **had}
    file.write_text(json.dumps([{"data": data, "annotations": [{"result": result}]}]))
    return file


A, B = (50, 50, 150, 200), (150, 50, 250, 200)
"""Where the two panels of the page stand."""


@pytest.mark.parametrize("form", ["coco", "label-studio"])
@pytest.mark.parametrize(
    ("boxes", "actions"),
    [
        ({"a": A, "b": B}, {}),
        ({"a": (50, 50, 151, 200), "b": B}, {}),  # programs round
        ({"a": (50, 50, 120, 200), "b": B}, {"split": 1}),  # moved
        ({"new": (48, 48, 252, 202)}, {"merge": 1}),
        ({"new 1": (50, 50, 100, 200), "new 2": (100, 50, 150, 200), "b": B}, {"split": 2}),
        ({"a": A, "b": B, "new": (50, 220, 120, 300)}, {"draw": 1}),
        ({"a": A, "b": B, "new 1": (5, 5, 45, 45), "new 2": (50, 220, 120, 300)}, {"draw": 1}),
    ],
)
def test_boxes_of_pages_are_told_apart_and_cut(
    out: Path, tmp_path: Path, form: str, boxes: dict[str, Any], actions: dict[str, int]
):
    rows = rows_of(out)
    names = {"a": rows[0]["subfigure_id"], "b": rows[1]["subfigure_id"]}
    file = _page(out, {names.get(name, name): box for name, box in boxes.items()}, form, tmp_path)
    taken = take_in(out, read_told(file), "Eve")
    assert not taken.refused
    here = in_force(read_corrections(out).corrections)
    shapes = [one for one in here if one.pieces]
    assert {one.action: len(one.pieces) for one in shapes} == actions
    made = [piece for one in shapes for piece in one.pieces]
    labelled = {one.subfigure_id for one in here if one.action == "label"}
    assert labelled == {piece.subfigure_id for piece in made} | {
        names[name] for name in boxes if name in names
    }
    new = [box for name, box in boxes.items() if name.startswith("new")]
    assert all(any(piece.bbox == pytest.approx(box, abs=0.1) for piece in made) for box in new)
    standing = [row for one in rows[:2] for row in read_overlay(out).rows(one | {"modality": "x"})]
    assert len({row["subfigure_id"] for row in standing}) == len(standing)
    assert take_in(out, read_told(file), "Eve").new == 0


def test_boxes_of_whole_figures_and_of_papers_that_are_gone_are_counted(out: Path, tmp_path: Path):
    rows = rows_of(out)
    file = _page(out, {rows[0]["subfigure_id"]: A, "figure-0": (50, 50, 250, 200)}, "coco", tmp_path)
    assert dict(take_in(out, read_told(file), "Eve").refused) == {
        "boxes of whole figures": 1,
        "boxes that were taken away: what is no figure, say so": 1,
    }
    (tmp_path / "here" / "paper.pdf").unlink()
    assert dict(take_in(out, read_told(file), "Eve").refused) == {
        "boxes of a page whose PDF is no longer where it was": 2
    }


@pytest.mark.parametrize("form", ["coco", "label-studio"])
def test_boxes_that_were_taken_away_are_counted(out: Path, tmp_path: Path, form: str):
    taken = take_in(out, read_told(_page(out, {}, form, tmp_path)), "Eve")
    assert (taken.new, dict(taken.refused)) == (
        0,
        {"boxes that were taken away: what is no figure, say so": 2},
    )


@pytest.mark.parametrize("form", ["coco", "label-studio"])
def test_what_an_export_left_out_was_not_taken_away(out: Path, tmp_path: Path, form: str):
    first, second = (row["subfigure_id"] for row in rows_of(out)[:2])
    filtered = _page(out, {first: A}, form, tmp_path, exported=[first])
    assert not take_in(out, read_told(filtered), "Eve").refused
    for exported in ([first, second], f"{first} {second}"):  # what is no list says nothing
        both = _page(out, {first: A}, form, tmp_path, exported=exported)
        assert dict(take_in(out, read_told(both), "Eve").refused) == {
            "boxes that were taken away: what is no figure, say so": 1
        }


def test_a_page_that_comes_back_untouched_says_nothing(out: Path, tmp_path: Path):
    names = [row["subfigure_id"] for row in rows_of(out)[:2]]
    file = _page(out, dict(zip(names, (A, B), strict=True)), "coco", tmp_path)
    content = json.loads(file.read_text())
    for number, annotation in enumerate(content["annotations"]):
        model = known_of(out).modalities[names[number]]
        content["categories"].append({"id": 10 + number, "name": model})
        annotation["category_id"] = 10 + number
    file.write_text(json.dumps(content))
    taken = take_in(out, read_told(file), "Eve")
    assert (taken.new, taken.known, dict(taken.refused)) == (0, 2, {})


def test_of_two_annotations_of_a_page_the_last_counts_and_a_cancelled_one_never(out: Path, tmp_path: Path):
    names = [row["subfigure_id"] for row in rows_of(out)[:2]]
    tasks = [
        json.loads(
            _page(out, {names[0]: (50, 50, edge, 200), names[1]: B}, "label-studio", tmp_path).read_text()
        )[0]
        for edge in (100, 120, 130)
    ]
    tasks[2]["annotations"][0]["was_cancelled"] = True
    annotations = [task["annotations"][0] for task in tasks]
    file = tmp_path / "both.json"
    file.write_text(json.dumps([{"data": tasks[0]["data"], "annotations": annotations}]))
    taken = take_in(out, read_told(file), "Eve")
    assert dict(taken.refused) == {
        "annotations that were cancelled": 1,
        "annotations of a page that another follows": 1,
    }
    (split,) = [one for one in in_force(read_corrections(out).corrections) if one.pieces]
    assert split.pieces[0].bbox[2] == pytest.approx(120, abs=0.1)


def test_a_picture_without_a_width_is_named(out: Path, tmp_path: Path):
    file = _page(out, {"new": A}, "coco", tmp_path)
    file.write_text(file.read_text().replace('"width": 600', '"width": 0'))
    with pytest.raises(InputError, match="annotation 0: its picture needs a width and a height above 0"):
        read_told(file)


@pytest.mark.parametrize("bbox", [[1, 2, 3], ["x", 1, 2, 3], [1e300, 1e300, 1e300, 1e300]])
def test_boxes_that_are_none_refuse_the_file_in_words(out: Path, tmp_path: Path, bbox: list[object]):
    file = _page(out, {"new": A}, "coco", tmp_path)
    content = json.loads(file.read_text())
    content["annotations"][0]["bbox"] = bbox
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"a box is four numbers|neither COCO nor"):
        read_told(file)


def test_hostile_words_come_in_as_words(out: Path, elsewhere: Path, tmp_path: Path):
    row = rows_of(out)[0]
    hostile = "<script>alert(1)</script> \u202e ../../etc/passwd \x1b[31m " + "x" * 30_000
    file = tmp_path / "file.csv"
    file.write_text(
        f'subfigure_id,modality,action,value,who\n{row["subfigure_id"]},,caption,"{hostile}","../../{chr(27)}Eve"\n'
    )
    take_in(out, read_told(file), "Eve", keep_names=True)
    (one,) = read_corrections(out).corrections
    assert len(one.value or "") <= 20_000
    assert one.who.isprintable()
    assert all(
        "/" not in path.name and path.parent == out / "corrections"
        for path in (out / "corrections").iterdir()
    )
    assert list(check_corrections(out)) == []


def test_made_up_pictures_are_no_part_of_what_goes_out(out: Path):
    row = rows_of(out)[0]
    keep(out, say("split", row, pieces=(made_up(row, 10_001, (50, 50, 90, 90)),)))
    for form in get_args(Form):
        assert "PNG" not in write(form, in_force(read_corrections(out).corrections))
