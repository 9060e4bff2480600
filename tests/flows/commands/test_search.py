"""`figmill index` and `figmill search` as their user meets them."""

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from flows.commands.indexing import illustrating, refresh
from tasks.errors import OutputError, StorageError
from tasks.index.embedded import EmbeddedIndex
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tests.flows.command import figmill as run
from tests.tasks.index.small import FIRST, THIRD, dataset, part, row, spoil_pictures
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import paper, write_part


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, [str(argument) for argument in arguments])


def test_index_says_what_it_did_and_then_that_nothing_is_left(tmp_path: Path):
    out = dataset(tmp_path)
    assert "Would do: parts: 2 new, 0 kept in" in _call("index", out, "--dry-run").output
    assert not (out / "index").exists()
    done = _call("index", out).output
    assert re.search(r"parts: 2 new, 0 kept; 6 subfigures in .+; 6 thumbnails in ", done)
    assert "Nothing to do: parts: 2 kept in" in _call("index", out).output


def test_index_adds_the_thumbnails_for_which_a_search_does_not_wait(tmp_path: Path):
    out = dataset(tmp_path)
    assert _call("search", out, "TEM").exit_code == 0
    assert "Would do: parts: 2 kept, thumbnails of 6 subfigures" in _call("index", out, "--dry-run").output
    assert "parts: 2 kept; 6 thumbnails in" in _call("index", out).output
    assert "Nothing to do: parts: 2 kept in" in _call("index", out).output


def test_index_says_which_part_is_damaged_once_the_others_have_their_thumbnails(tmp_path: Path):
    out = dataset(tmp_path)
    refresh(out)
    spoil_pictures(out / "subfigures" / FIRST)
    done = _call("index", out)
    assert "; 2 thumbnails in" in done.output
    assert done.exit_code == 1
    assert re.search(rf"{FIRST} cannot be read back .*figmill check", str(done.exception))


def test_thumbnails_are_made_behind_a_server(tmp_path: Path):
    out = dataset(tmp_path)
    refresh(out)
    with EmbeddedIndex(out) as index, illustrating(out):
        while index.bare():
            time.sleep(0.05)
    assert "Nothing to do: parts: 2 kept in" in _call("index", out).output


def test_thumbnails_that_cannot_be_kept_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = dataset(tmp_path)
    refresh(out)
    (out / "subfigures" / FIRST).write_bytes(b"torn")
    with illustrating(out):
        while "made as they are shown" not in (said := capsys.readouterr().err):
            time.sleep(0.05)
    assert "cannot be read" in said


def test_a_store_that_does_not_answer_ends_the_thumbnails_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def illustrate(*_: object, **__: object) -> None:
        raise StorageError("cannot read s3://bucket/part")

    refresh(out := dataset(tmp_path))
    capsys.readouterr()
    monkeypatch.setattr("tasks.index.update.illustrate", illustrate)
    with illustrating(out):
        pass
    said = "cannot read s3://bucket/part; thumbnails that are not there are made as they are shown\n"
    assert capsys.readouterr().err == said


def test_a_server_leaves_no_journal_though_its_pages_were_read_until_it_ended(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with illustrating(out), SearchIndex(out) as reading, EmbeddedIndex(out) as index:
        index.reopen()
        reading.search(Query(), 1)
    assert sorted(file.name for file in (out / "index").iterdir()) == ["figmill.sqlite", "texts"]


def test_pages_are_written_though_thumbnails_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def reopen(_: EmbeddedIndex) -> None:
        raise OutputError("the index cannot be written")

    out = dataset(tmp_path / "dataset")
    monkeypatch.setattr(EmbeddedIndex, "reopen", reopen)
    done = _call("view", out, "--write", tmp_path / "site")
    assert done.exit_code == 0
    assert "the index cannot be written; thumbnails that are not there" in done.stderr
    assert len([*(tmp_path / "site" / "thumbnail").iterdir()]) == 5  # one picture is torn


def test_pages_are_written_over_nothing_and_that_is_said_first(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    (tmp_path / "notes.txt").touch()
    done = _call("view", out, "--write", tmp_path)
    assert "holds something already: name a new or empty folder" in str(done.exception)
    assert not (out / "index").exists()


def test_search_makes_the_index_and_keeps_it_fresh(tmp_path: Path):
    out = dataset(tmp_path)
    first = _call("search", out, "TEM", "liver", "--limit", 1)
    assert first.exit_code == 0
    assert "paper-0.pdf" in first.stdout
    assert "DMTR transmission" in first.stdout
    assert "indexing 6 subfigures" in first.stderr
    part(out, THIRD, [row(6, caption="Zebrafish embryo.")])
    assert "paper-6.pdf" in _call("search", out, "zebrafish").stdout
    assert "Nothing found" in _call("search", out, "zebrafish", "--min-confidence", 0.95).stdout


def test_a_list_that_the_limit_cut_short_says_so_and_a_whole_one_does_not(tmp_path: Path):
    out = dataset(tmp_path)
    assert "the first 5; --limit shows more" in _call("search", out, "--limit", 5).stderr
    assert "--limit" not in _call("search", out, "--limit", 6).stderr


def test_json_carries_every_column_but_the_image(tmp_path: Path):
    out = dataset(tmp_path)
    rows = json.loads(_call("search", out, "--modality", "DMTR", "--json").stdout)
    assert [one["modality"] for one in rows] == ["DMTR", "DMTR"]
    assert {"subfigure_id", "probabilities", "embedding", "modality_path"} <= rows[0].keys()
    assert "image" not in rows[0]
    assert json.loads(_call("search", out, "nosuchword", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--modality", "mircoscopy/electron"], "microscopy/electron"),
        (["--like", "gone.png"], "gone.png cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_one_line(arguments: list[str], words: str, tmp_path: Path):
    done = run("search", dataset(tmp_path), *arguments, home=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_hostile_captions_neither_colour_the_terminal_nor_break_the_json(tmp_path: Path):
    out = tmp_path / "out"
    part(
        out,
        THIRD,
        [row(1, caption="\x1b[31mred [bold]cells[/bold] \u202egnp", figure_label="[red]x[/nosuch]")],
    )
    shown = _call("search", out, "cells").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]" in shown
    assert json.loads(_call("search", out, "cells", "--json").stdout)[0]["caption"].startswith("\x1b[31m")


@pytest.mark.parametrize(
    "to", ["mysql://u:hunter2@h/x", "figures.db", "postgresql+psycopg://u:hunter2@h/x", "http://[bad:hunter2"]
)
def test_an_unknown_target_is_named_without_its_password(to: str, tmp_path: Path):
    done = run("index", dataset(tmp_path), "--to", to, home=tmp_path)
    assert done.returncode == 1
    assert "--to" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hit_says_its_kind_and_what_is_doubtful(tmp_path: Path):
    path = ["illustration", "illustration/chart", "illustration/chart/bar"]
    part(tmp_path, THIRD, [row(1, "GFIG", modality_path=path, modality_set=["GFIG", "GFLO"], compound=0.9)])
    shown = _call("search", tmp_path).stdout
    assert "GFIG statistical figure, graph, chart: bar, or GFLO; 0.90; may hold several panels" in shown


def test_a_label_of_a_person_carries_no_probability(tmp_path: Path):
    person = {"label_source": "person", "confidence": 1.0}
    part(tmp_path, THIRD, [row(1, "GTAB", **person), row(2, "GFIG", rejected=True, **person)])
    shown = _call("search", tmp_path).stdout
    assert "GTAB table, form; by a person" in shown
    assert "GFIG statistical figure, graph, chart; nobody can tell" in shown
    assert "1.00" not in shown


def test_a_figure_stands_once_with_its_panels_pages_ids_and_the_words_found(tmp_path: Path):
    caption = "Hearts and lungs. (a) Filler at the start of it. (b) Embryos of zebrafish after two days."
    shared = {"figure_index": 1, "figure_label": "Figure 2", "page": 7, "caption": caption}
    said = {"a": "Filler at the start of it.", "b": "Embryos of zebrafish after two days."}
    panels = [
        row(1, subfigure_id=f"{1:016x}/1/{number}", panel_label=letter, subcaption=own, **shared)
        for number, (letter, own) in enumerate(said.items())
    ]
    part(tmp_path, THIRD, panels)
    shown = _call("search", tmp_path, "zebrafish").stdout
    assert shown.count("page 7, Figure 2") == 1
    first, second = (shown.index(f"{1:016x}/1/{panel}") for panel in (1, 0))
    assert first < second
    assert "Embryos of zebrafish after two days." in shown


def test_the_words_found_are_bold_on_a_terminal_and_text_is_never_markup(tmp_path: Path):
    part(tmp_path, THIRD, [row(1, caption="Many [bold]words[/bold] before. Mitochondrial swelling.")])
    query = Query(text="mitochondria")
    with SearchIndex(indexed(tmp_path)) as index:
        hits = index.search(query, 1)
        context = index.contexts(query, hits)[hits[0].id]
    assert [text for text, found in context if found] == ["Mitochondrial"]
    assert "".join(text for text, _ in context) == "Many [bold]words[/bold] before. Mitochondrial swelling."


def test_json_of_a_dataset_of_schema_2_has_every_column(tmp_path: Path):
    write_part(tmp_path, THIRD, [row(1)], [paper(1)], version="2")
    (found,) = json.loads(_call("search", tmp_path, "--json").stdout)
    assert found["compound"] is found["modality_set"] is None


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--license", "cc-by"], {0, 1, 3, 5}),
        (["--license", "CC BY 4.0", "--unlettered"], {1}),
        (["--year", "2020"], {0, 1, 2, 3, 4, 5}),
        (["--year", "2021.."], set()),
        (["--year", "..2020", "--paper", "pmc2"], {2}),
        (["--article-type", "review-article"], set()),
    ],
)
def test_filters_narrow(arguments: list[str], found: set[int], tmp_path: Path):
    done = _call("search", dataset(tmp_path), *arguments, "--json")
    assert {int(one["subfigure_id"][:16], 16) for one in json.loads(done.stdout)} == found


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--license", "MIT"], "no row is under the licence 'MIT': it has CC BY 4.0, CC0"),
        (["--year", "20"], "is no year and no range"),
        (["--year", "2020..x"], "is no year and no range"),
        (["--year", ".."], "is no year and no range"),
        (["--year", "²²²²"], "is no year and no range"),
        (["--year", "2019..2016"], "2019..2016 ends before it begins: say 2016..2019"),
    ],
)
def test_a_filter_that_means_nothing_is_said(arguments: list[str], words: str, tmp_path: Path):
    done = _call("search", dataset(tmp_path), *arguments)
    assert done.exit_code != 0
    assert words in f"{done.output}{done.exception}"


def test_an_index_of_an_earlier_figmill_makes_itself_anew(tmp_path: Path):
    import sqlite3

    out = dataset(tmp_path)
    _call("index", out)
    with sqlite3.connect(out / "index" / "figmill.sqlite") as connection:
        connection.execute("UPDATE about SET value = '3' WHERE key = 'layout'")
        connection.execute("CREATE TABLE texts (own)")
        connection.execute("DROP TABLE codes")
    done = _call("search", out, "liver")
    assert done.exit_code == 0
    assert "indexing 6 subfigures" in done.stderr
