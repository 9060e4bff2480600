"""Selections in the view: chosen or filtered rows under a name, seen by all, changed only from our own pages."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from flows.cli import figmill
from tasks.corrections.rows import read_columns
from tasks.errors import InputError
from tasks.index.search import SearchIndex
from tasks.selections import standing
from tasks.selections.files import change, read_selections
from tasks.selections.standing import panels_named
from tasks.view.app import create_app
from tasks.view.downloads import MOST
from tests.tasks.view.test_editor import OURS, Person


@pytest.fixture
def person(made: tuple[Path, str], tmp_path: Path) -> Iterator[Person]:
    out = Path(shutil.copytree(made[0], tmp_path / "dataset"))
    with TestClient(create_app(out, who="Ada"), base_url="http://localhost") as client:
        yield Person(client, out, made[1])


def _shown(page: str) -> list[str]:
    return re.findall(r'<a href="/subfigure/([^"]+)" class="open">', page)


def test_chosen_pictures_are_saved_opened_taken_out_and_deleted(person: Person):
    answer = person.post("/select", deed="add", selection="atlas", id=[person.first, person.second])
    assert answer.headers["location"] == "/?selection=atlas"
    assert _shown(person.page("/?selection=atlas")) == [person.first, person.second]
    assert _shown(person.page("/?selection=atlas&modality=microscopy/fluorescence")) == [person.second]
    person.post("/select", deed="remove", selection="atlas", id=person.first, filters="/?selection=atlas")
    assert _shown(person.page("/?selection=atlas")) == [person.second]
    listed = person.page("/selections")
    assert '<a href="/?selection=atlas">' in listed
    assert "<td>1</td>" in listed
    assert person.post("/select", deed="delete", selection="atlas").headers["location"] == "/selections"
    assert "Nobody has saved a selection yet" in person.page("/selections")


def test_all_that_a_filter_shows_is_saved_not_its_first_page_alone(person: Person):
    person.post("/select", deed="add", selection="charts", every="1", filters="/?modality=illustration")
    assert "70 subfigures" in person.page("/?selection=charts")
    assert len(read_selections(person.out).by_name["charts"].panels) == 70


def test_who_only_looks_learns_how_the_first_selection_is_saved(person: Person):
    with TestClient(create_app(person.out), base_url="http://localhost") as client:
        assert "<code>figmill view --edit</code> saves them" in client.get("/selections").text
    assert "figmill view --edit" not in person.page("/selections")


def test_what_is_gone_is_named_and_the_queue_keeps_to_a_selection(person: Person):
    person.post("/select", deed="add", selection="two", id=[person.first, person.second])
    person.post("/merge", id=[person.first, person.second])
    page = person.page("/?selection=two")
    assert "2 pictures of this selection are gone" in page
    assert person.first in page
    person.post("/select", deed="add", selection="some", id=[f"{number:016x}/0/0" for number in (10, 11, 12)])
    assert "3 left here" in person.page("/edit?queue=random&selection=some")


def test_who_only_looks_sees_selections_and_changes_none(person: Person):
    person.post("/select", deed="add", selection="atlas", id=person.first)
    with TestClient(create_app(person.out), base_url="http://localhost") as client:
        assert _shown(client.get("/?selection=atlas").text) == [person.first]
        assert "Delete" not in client.get("/selections").text
        assert client.post("/select", headers=OURS, content="").status_code == 405
        assert client.get("/download?selection=atlas&form=csv").text.count(person.first) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"deed": "add", "selection": "", "id": "FIRST"}, "Give the selection a name of 1 to 80 letters."),
        ({"deed": "add", "selection": "x", "id": "nowhere"}, "Choose pictures that are there"),
        ({"deed": "paint", "selection": "x", "id": "FIRST"}, "There is no such action."),
        ({"deed": "delete", "selection": "none"}, "There is no selection"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_kept(person: Person, fields: dict[str, str], words: str):
    asked = {name: person.first if value == "FIRST" else value for name, value in fields.items()}
    answer = person.post("/select", **asked)
    assert answer.status_code == 400
    assert words in answer.text
    assert "<title>Not done" in answer.text
    assert not (person.out / "selections").exists()


def test_forms_of_other_pages_and_without_our_token_save_nothing(person: Person):
    fields = {"deed": "add", "selection": "x", "id": person.first}
    assert (
        person.post("/select", headers={**OURS, "Origin": "https://evil.example"}, **fields).status_code
        == 403
    )
    assert person.post("/select", **fields | {"token": "guessed"}).status_code == 403
    assert not (person.out / "selections").exists()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x>', "../../etc/passwd", "a&b=c#d"]
)
def test_a_name_becomes_neither_markup_nor_an_address(person: Person, name: str):
    location = person.post("/select", deed="add", selection=name, id=person.first).headers["location"]
    assert location.startswith("/?selection=")
    for page in (person.page(location), person.page("/selections"), person.page(f"/paper/{person.paper_id}")):
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
    assert _shown(person.page(location)) == [person.first]


def test_export_and_search_take_a_selection_and_say_what_is_gone(person: Person, tmp_path: Path):
    person.post("/select", deed="add", selection="for the atlas", id=[person.first, person.second])
    person.say("no_figure", person.second)
    out = str(person.out)
    found = CliRunner().invoke(figmill, ["search", out, "cristae", "--selection", "for the atlas", "--json"])
    assert person.first in found.output
    assert f"1 picture of for the atlas no longer there: {person.second}" in found.stderr
    target = tmp_path / "picked"
    done = CliRunner().invoke(
        figmill, ["export", out, "--to", "folder", "--out", str(target), "--selection", "for the atlas"]
    )
    assert "1 subfigure of 1 paper" in done.output
    assert (target / "images.csv").read_text().count(person.first) == 1
    assert len(list((target / "pictures").iterdir())) == 1
    former = CliRunner().invoke(figmill, ["export", out, "--to", "images", "--out", str(tmp_path / "former")])
    assert former.exit_code == 0
    wrong = CliRunner().invoke(figmill, ["search", out, "--selection", "atlas"])
    assert isinstance(wrong.exception, InputError)
    assert "there are for the atlas" in str(wrong.exception)


def test_more_than_a_selection_takes_is_refused_before_anything_is_named(
    person: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tasks.view.app.MOST_ROWS", 69)
    monkeypatch.setattr(SearchIndex, "ids", lambda *_: pytest.fail("every name was read"))
    answer = person.post("/select", deed="add", selection="all", every="1", filters="/?modality=illustration")
    assert answer.status_code == 400
    assert "row at a time" in answer.text or "rows at a time" in answer.text
    monkeypatch.setitem(MOST, "csv", 3)
    assert person.client.get("/download?form=csv").status_code == 413
    assert not (person.out / "selections").exists()


def test_counts_follow_what_others_do_to_a_selection(person: Person):
    person.post("/select", deed="add", selection="atlas", id=[person.first, person.second])
    assert "2 subfigures" in person.page("/?selection=atlas")
    change(person.out, "remove", "atlas", panels_named(person.out, [person.first]), "Ben")
    assert "1 subfigure" in person.page("/?selection=atlas")


def test_all_selections_cost_one_pass_and_what_people_say_of_a_row_none(
    person: Person, monkeypatch: pytest.MonkeyPatch
):
    for name in ("one", "two", "three"):
        person.post("/select", deed="add", selection=name, id=[person.first, person.second])
    passes = []
    monkeypatch.setattr(standing, "read_columns", lambda *given: passes.append(given) or read_columns(*given))
    assert person.page("/selections").count("<td>2</td>") == 3
    assert len(passes) == 1
    person.say("no_figure", person.second)
    assert person.page("/selections").count("<td>1, 1 gone</td>") == 3
    assert len(passes) == 1
    person.post("/undo")
    assert person.page("/selections").count("<td>2</td>") == 3
    assert len(passes) == 1


def test_a_panel_that_people_cut_of_a_cut_one_is_known_again_in_a_selection(person: Person):
    person.post("/boxes", id=person.first, mode="split", box=["0.2,0.13,0.5,0.3", "0.2,0.3,0.5,0.5"])
    (said,) = person.standing
    piece = said.pieces[0].subfigure_id
    person.post("/boxes", id=piece, mode="split", box=["0.2,0.13,0.35,0.3", "0.35,0.13,0.5,0.3"])
    inner = person.standing[-1].pieces[0].subfigure_id
    assert inner != piece
    person.post("/select", deed="add", selection="inner", id=inner)
    assert _shown(person.page("/?selection=inner")) == [inner]
    assert "<td>1</td>" in person.page("/selections")
