"""What is written for other programs is read back; what others write is read; what makes no sense is named."""

import contextlib
import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.corrections.actions import in_force
from tasks.corrections.exchange import take_back, take_in
from tasks.corrections.files import read_corrections
from tasks.corrections.formats import COLUMNS, NO_FIGURE, Form, last_words, write
from tasks.corrections.told import read_told
from tasks.errors import InputError, OutputError
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import dataset


def _said(out: Path) -> list:
    rows = rows_of(out)
    return [
        say("label", rows[0], "GTAB"),
        say("no_figure", rows[1], who="Ben"),
        say("letter", rows[2], "=2+5"),
    ]


@pytest.mark.parametrize("form", get_args(Form))
def test_what_is_written_is_read_back(tmp_path: Path, form: Form):
    said = _said(dataset(tmp_path / "dataset"))
    file = tmp_path / "file"
    file.write_text(write(form, said), encoding="utf-8")
    assert [(one.subfigure_id, one.action, one.value or None, one.who) for one in read_told(file).said] == [
        (said[0].subfigure_id, "label", "GTAB", "Ada"),
        (said[1].subfigure_id, "no_figure", None, "Ben"),
        (said[2].subfigure_id, "letter", "=2+5", "Ada"),
    ]


def test_a_table_holds_every_action_and_no_formula(tmp_path: Path):
    said = _said(dataset(tmp_path))
    rows = list(csv.DictReader(io.StringIO(write("csv", said))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["action"] for row in rows] == ["label", "no_figure", "letter"]
    assert rows[2]["value"] == "'=2+5"
    assert rows[0]["x1"] == "10.0"


def test_boxes_on_pages_that_label_studio_and_coco_hand_back_are_read(tmp_path: Path):
    name = f"{0:016x}/0/1"
    rectangle = {
        "type": "rectanglelabels",
        "id": name.replace("/", "-"),
        "value": {"rectanglelabels": ["GTAB"]},
    }
    (tmp_path / "studio").write_text(
        json.dumps([{"data": {"image": "x"}, "annotations": [{"result": [rectangle]}]}])
    )
    coco = {
        "categories": [{"id": 1, "name": "figure"}, {"id": 2, "name": "GTAB"}],
        "images": [{"id": 1, "file_name": "pages/x.png"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1},
            {"id": 2, "image_id": 1, "category_id": 2, "subfigure_id": name},
        ],
    }
    (tmp_path / "coco").write_text(json.dumps(coco))
    for file in ("studio", "coco"):
        assert [(one.subfigure_id, one.value) for one in read_told(tmp_path / file).said] == [(name, "GTAB")]


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"images": 1, "annotations": 2, "categories": 3}', "[" * 50_000]
)
def test_other_json_is_named(tmp_path: Path, text: str):
    file = tmp_path / "file.json"
    file.write_text(text)
    with pytest.raises(InputError, match="neither COCO nor what Label Studio exports"):
        read_told(file)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "annotations", "result", "value", "choices", "images", "id", "categories", "name"]
            ),
            inside,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(content=_JSON)
def test_wild_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: object):
    file = tmp_path_factory.mktemp("wild") / "file.json"
    file.write_text(json.dumps([content]))
    with contextlib.suppress(InputError):
        read_told(file)


def test_labels_are_taken_in_once_by_whoever_takes_them_or_by_whom_they_name(tmp_path: Path):
    out, other = dataset(tmp_path / "dataset"), dataset(tmp_path / "other")
    names = [row["subfigure_id"] for row in rows_of(out)]
    file = tmp_path / "labels.csv"
    file.write_text(f"subfigure_id;modality;who\n{names[0]};gtab;Ben\n{names[1]};no figure;\n{names[2]};;\n")
    for where, keep_names, who in ((out, True, "Ben"), (other, False, "Ada")):
        taken = take_in(where, read_told(file), "Ada", keep_names=keep_names)
        assert (taken.new, taken.known, taken.refused.total()) == (2, 0, 0)
        words = last_words(in_force(read_corrections(where).corrections))
        assert {name: (code, one.who) for name, (code, one) in words.items()} == {
            names[0]: ("GTAB", who),
            names[1]: (NO_FIGURE, "Ada"),
        }
        again = take_in(where, read_told(file), "Ada", keep_names=keep_names)
        assert (again.new, again.known) == (0, 2)


@pytest.mark.parametrize("form", get_args(Form))
def test_what_one_wrote_oneself_is_known_already(tmp_path: Path, form: Form):
    out, other, third = (dataset(tmp_path / name) for name in ("dataset", "other", "third"))
    row = rows_of(out)[0]
    start = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
    words = [("Ada", "GTAB"), ("Ben", "GGEL"), ("Ada", "GFIG"), ("Ben", "GTAB")]
    for minute, (who, code) in enumerate(words):
        keep(out, say("label", row, code, who=who, made_at=start + dt.timedelta(minutes=minute)), who=who)
    file = tmp_path / "file"
    file.write_text(write(form, in_force(read_corrections(out).corrections)), encoding="utf-8")
    assert take_in(out, read_told(file), "Eve").new == 0
    assert len(read_corrections(out).corrections) == 4
    assert take_in(other, read_told(file), "Eve").new == 1  # who says all of it now says the last of it
    assert take_in(other, read_told(file), "Eve").new == 0
    assert take_in(third, read_told(file), "Eve", keep_names=True).new == 4
    assert take_in(third, read_told(file), "Eve", keep_names=True).new == 0
    for where, who in ((other, "Eve"), (third, "Ben")):
        word = last_words(in_force(read_corrections(where).corrections))[row["subfigure_id"]]
        assert (word[0], word[1].who) == ("GTAB", who)


@pytest.mark.parametrize(
    ("line", "words"), [("nowhere,GTAB", "has no subfigure 'nowhere'"), ("{id},Quilt", "no class 'Quilt'")]
)
def test_a_label_of_nothing_refuses_the_whole_file(tmp_path: Path, line: str, words: str):
    out = dataset(tmp_path / "dataset")
    names = [row["subfigure_id"] for row in rows_of(out)]
    file = tmp_path / "labels.csv"
    file.write_text(f"subfigure_id,modality\n{names[0]},GTAB\n{line.format(id=names[1])}\n")
    with pytest.raises(InputError, match=words):
        take_in(out, read_told(file), "Ada")
    assert read_corrections(out).corrections == ()


def test_what_one_person_did_is_taken_back_and_nothing_else(tmp_path: Path):
    out = dataset(tmp_path)
    said = _said(out)
    keep(out, *said)
    assert take_back(out, "Ben", "Ada") == [said[1]]
    assert in_force(read_corrections(out).corrections) == [said[0], said[2]]
    assert take_back(out, "Ben", "Ada") == []
    assert take_back(out, "Ada", "Ada", since=said[2].made_at) == [said[2]]
    with pytest.raises(OutputError):
        take_back(out, "Ada", "")
