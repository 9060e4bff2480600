"""What people do in the view becomes corrections, is seen at once, and comes from nobody else's page."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from tasks.corrections.actions import Correction, in_force
from tasks.corrections.checking import check_corrections
from tasks.corrections.files import read_corrections
from tasks.index.embedded import EmbeddedIndex
from tasks.index.update import plan_update
from tasks.view.app import create_app
from tests.tasks.corrections.acts import parts_of
from tests.tasks.index.small import FIRST, SECOND, part, row
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import png
from tests.tasks.view.papers import with_pdf

OURS = {"Origin": "http://localhost", "Content-Type": "application/x-www-form-urlencoded"}


class Person:
    """Somebody at a view."""

    def __init__(self, client: TestClient, out: Path, paper_id: str) -> None:
        self.client, self.out, self.paper_id = client, out, paper_id
        self.first, self.second = (f"{paper_id[:16]}/0/{number}" for number in (0, 1))
        self.token = re.search(r'name="token" value="([^"]+)"', client.get("/edit").text)[1]

    def post(self, path: str, headers: dict[str, str] = OURS, **fields: object):
        body = urlencode({"token": self.token, **fields}, doseq=True)
        return self.client.post(path, content=body, headers=headers, follow_redirects=False)

    def say(self, action: str, name: str, value: str = "", **fields: object):
        return self.post("/say", action=action, id=name, value=value, **fields)

    @property
    def standing(self) -> list[Correction]:
        return in_force(read_corrections(self.out).corrections)

    def page(self, path: str) -> str:
        return self.client.get(path).text


@pytest.fixture
def person(made: tuple[Path, str], tmp_path: Path) -> Iterator[Person]:
    out = Path(shutil.copytree(made[0], tmp_path / "dataset"))
    with TestClient(create_app(out, who="Ada"), base_url="http://localhost") as client:
        yield Person(client, out, made[1])


def test_without_edit_nothing_can_be_said(tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    with TestClient(create_app(indexed(out)), base_url="http://localhost") as client:
        assert client.get("/edit").status_code == 404
        assert client.post("/say", headers=OURS, content="").status_code == 405
        assert "/edit" not in client.get("/").text
        assert "checkbox" not in client.get(f"/paper/{paper_id}").text
    assert not (out / "corrections").exists()


def test_a_label_holds_at_once_everywhere_and_the_parts_are_untouched(person: Person):
    before = parts_of(person.out)
    answer = person.say("label", person.first, "GTAB")
    assert answer.status_code == 303
    assert "by a person" in person.page(f"/subfigure/{person.first}")
    assert "1 subfigure" in person.page("/?modality=illustration/table")
    assert "table, form" in person.page("/?q=cristae")
    assert [(one.who, one.value, one.subfigure_id) for one in person.standing] == [
        ("Ada", "GTAB", person.first)
    ]
    assert parts_of(person.out) == before
    with EmbeddedIndex(person.out) as target:
        assert plan_update(person.out, target).empty


def test_rows_come_in_the_order_of_the_queue_and_only_once(person: Person):
    shown = []
    address = "/edit?queue=random"
    for _ in range(3):
        shown.append(re.search(r'src="/picture/([^"]+)"', person.page(address))[1])
        address = person.say("label", shown[-1], "GFIG", queue="random").headers["location"]
    assert len(set(shown)) == 3
    assert {one.queue for one in person.standing} == {"random"}
    assert "71 left here" in person.page(address)


@pytest.mark.parametrize(
    ("filters", "kept"), [("/?page=2", "random"), ("/?q=chart", None), ("/?min=0.5", None)]
)
def test_only_what_no_filter_narrows_is_an_honest_sample(person: Person, filters: str, kept: str | None):
    answer = person.say("label", person.first, "GTAB", queue="random", filters=filters)
    assert "queue=random" in answer.headers["location"]
    assert [one.queue for one in person.standing] == [kept]


def test_another_order_keeps_every_filter(person: Person):
    asked = "q=liver&modality=microscopy&min=0.5&license=CC+BY+4.0&journal=Journal+of+Tests&type=x&since=2019"
    asked += f"&until=2021&letter=with&paper={person.paper_id}&rejected=hide"
    page = person.page(f"/edit?{asked}&queue=random")
    form = re.search(r'<form [^>]*id="queue-form".*?</form>', page, re.DOTALL)[0]
    said = {one[1]: unescape(one[2]) for one in _CONTROL.finditer(form)}
    assert said == dict(parse_qsl(asked))


def test_after_a_merge_the_queue_goes_on_with_the_new_panel(person: Person):
    queue = f"/edit?queue=unlike&paper={person.paper_id}"
    assert "2 left here" in person.page(queue)
    merged = person.post("/merge", id=[person.first, person.second]).headers["location"]
    page = person.page(queue)
    assert "1 left here" in page
    assert f'src="/picture/{parse_qs(urlsplit(merged).query)["at"][0]}"' in page
    person.post("/undo", queue="unlike")
    assert "2 left here" in person.page(queue)


def test_a_row_that_another_session_took_away_ends_no_queue(person: Person):
    queue = f"/edit?queue=unlike&paper={person.paper_id}"
    with TestClient(create_app(person.out, who="Ben"), base_url="http://localhost") as client:
        other = Person(client, person.out, person.paper_id)
        other.post("/boxes", id=person.second, box="0.5,0.6,0.9,0.8", mode="draw")
        assert "2 left here" in person.page(queue)  # the new panel first, for nobody is less sure of any
        other.post("/undo")
    page = person.page(queue)
    assert "Nothing left" not in page
    assert re.search(rf'src="/picture/{person.paper_id[:16]}/0/[01]"', page)


def test_the_address_of_a_row_that_is_gone_says_so_and_shows_the_first_of_the_queue(person: Person):
    assert 'id="gone"' not in person.page(f"/edit?queue=random&at={person.first}")
    person.say("no_figure", person.first)
    page = person.page(f"/edit?queue=random&at={person.first}")
    assert re.search(rf'id="gone".*{person.first}.* no longer, a subfigure', page)
    assert f'src="/picture/{person.first}"' not in page
    assert 'id="gone"' not in person.page("/edit?queue=random")


def test_each_class_has_a_key_the_likeliest_first(person: Person):
    html = person.page(f"/edit?at={person.first}")
    keyed = re.findall(r'value="([A-Z0-9]{4})" data-key="(.)"', html)
    assert keyed[0] == ("DMFL", "1")  # the model's probabilities, in the order of its classes
    assert keyed[1] == ("GFIG", "2")
    assert len({key for _, key in keyed}) == len(keyed) == 30
    others = set(re.findall(r'data-(?:key|focus)="(.)"', html)) - {key for _, key in keyed}
    assert others == set("x+-bmulc")


@pytest.mark.parametrize(
    ("action", "value", "column", "wanted"),
    [
        ("several", "", "compound", 1.0),
        ("letter", "c", "panel_label", "c"),
        ("caption", "Livers", "subcaption", "Livers"),
        ("reject", "", "rejected", True),
    ],
)
def test_other_words_hold_too(person: Person, action: str, value: str, column: str, wanted: object):
    from tasks.index.search import SearchIndex

    person.say(action, person.first, value)
    with SearchIndex(person.out) as index:
        assert getattr(index.subfigure(person.first), column) == wanted


def test_no_figure_goes_and_comes_back(person: Person):
    person.say("no_figure", person.first)
    assert "73 subfigures" in person.page("/")
    gone = person.client.get(f"/subfigure/{person.first}")
    assert gone.status_code == 404
    assert "people may have said that it is no figure" in gone.text
    assert person.post("/undo", queue="unsure").headers["location"].startswith("/edit?")
    assert "74 subfigures" in person.page("/")
    assert person.client.get(f"/picture/{person.first}").content == png(0)
    assert person.client.get(f"/thumbnail/{person.first}").status_code == 200
    assert person.standing == []
    assert "nothing left to take back" in person.post("/undo").text


_CONTROL = re.compile(r'<(?:input|button)\b[^>]*\bname="([^"]+)" value="([^"]*)"[^>]*>')


@pytest.mark.parametrize(
    ("words", "action"),
    [("Name them so", "label"), ("Not figures", "no_figure"), ("Hold several", "several"),
     ("Nobody can tell", "reject")],
)  # fmt: skip
def test_each_button_below_the_list_does_what_it_says(person: Person, words: str, action: str):
    form = re.search(r'<form [^>]*id="chosen".*?</form>', person.page("/"), re.DOTALL)[0]
    # As a browser does: every field of the form, and of its buttons the pressed one alone, in their order.
    controls = [
        one
        for one in _CONTROL.finditer(form)
        if one[0].startswith("<input") or form.startswith(f"{words}<", one.end())
    ]
    fields = [*((one[1], unescape(one[2])) for one in controls), ("value", "GTAB"), ("id", person.first)]
    answer = person.client.post("/say", content=urlencode(fields), headers=OURS, follow_redirects=False)
    assert answer.status_code == 303
    assert [one.action for one in person.standing] == [action]


def test_many_at_once(person: Person):
    names = [f"{number:016x}/0/0" for number in range(10, 20)]
    answer = person.post("/say", action="label", id=names, value="DMEL", filters="/?page=2&q=chart")
    assert answer.headers["location"] == "/?q=chart&page=2"
    assert "10 subfigures" in person.page("/?modality=microscopy/electron")


def test_merged_panels_are_one_with_the_page_s_own_pixels(person: Person):
    name = person.post("/merge", id=[person.second, person.first]).headers["location"].partition("at=")[2]
    name = name.replace("%2F", "/")
    (said,) = person.standing
    assert (said.action, said.subfigure_id, said.others[0].subfigure_id) == (
        "merge",
        person.first,
        person.second,
    )
    assert said.pieces[0].bbox == pytest.approx((50, 50, 250, 200))
    assert said.pieces[0].width == pytest.approx(833, abs=3)
    assert "73 subfigures" in person.page("/")
    assert person.client.get(f"/picture/{name}").content == said.pieces[0].image
    assert person.say("label", name, "GTAB").status_code == 303
    assert "1 subfigure" in person.page("/?modality=illustration/table")
    person.post("/undo", correction=said.correction_id, then="changes")
    assert "74 subfigures" in person.page("/")
    assert person.client.get(f"/subfigure/{name}").status_code == 404


def test_a_split_and_a_drawn_panel(person: Person):
    halves = ["0.2,0.125,0.5,0.3", "0.2,0.3,0.5,0.5"]
    answer = person.post("/boxes", id=person.first, box=halves, mode="split")
    assert answer.status_code == 303
    assert "75 subfigures" in person.page("/")
    split = person.standing[0]
    assert [piece.bbox[:2] for piece in split.pieces] == [pytest.approx((60, 50)), pytest.approx((60, 120))]
    person.post("/boxes", id=person.second, box="0.5,0.6,0.9,0.8", mode="draw")
    assert "76 subfigures" in person.page("/")
    made = split.pieces[0].subfigure_id
    person.post("/boxes", id=made, box="0.2,0.125,0.4,0.3", mode="split")  # a piece of a piece
    assert person.client.get(f"/subfigure/{made}").status_code == 404
    assert list(check_corrections(person.out)) == []
    with EmbeddedIndex(person.out) as target:
        assert plan_update(person.out, target).empty


def test_a_caption_of_a_person_s_own_words_is_shown_beside_the_printed_one(person: Person):
    person.say("caption", person.second, "Myocardium, seen anew.")
    shown = person.page(f"/subfigure/{person.second}")
    assert "<mark>Myocardium, seen anew.</mark>" in shown
    assert "Loss of cristae." in shown


def test_what_was_done_is_listed_and_anything_can_be_taken_back(person: Person):
    person.say("label", person.first, "GTAB")
    person.say("caption", person.second, "<script>alert(1)</script>")
    html = person.page("/changes")
    assert "2 corrections, all by" in " ".join(html.split())
    assert "<script>alert" not in html
    first = person.standing[0]
    assert (
        person.post("/undo", correction=first.correction_id, then="changes").headers["location"] == "/changes"
    )
    assert [one.action for one in person.standing] == ["caption"]
    assert "taken back" in person.page("/changes")


def test_of_what_was_done_only_pictures_that_are_there_are_links(person: Person):
    person.say("label", person.first, "GTAB")
    person.post("/boxes", id=person.first, box=["0.2,0.125,0.8,0.3", "0.2,0.3,0.8,0.5"], mode="split")
    links = re.findall(r'href="(/subfigure/[^"]+)"', person.page("/changes"))
    pieces = [piece.subfigure_id for one in person.standing for piece in one.pieces]
    assert links == [f"/subfigure/{name}" for name in pieces]
    assert {person.client.get(link).status_code for link in links} == {200}
    split = next(one for one in person.standing if one.pieces)
    person.post("/undo", correction=split.correction_id, then="changes")
    assert set(re.findall(r'href="(/subfigure/[^"]+)"', person.page("/changes"))) == {
        f"/subfigure/{person.first}"
    }


def test_taking_back_reads_only_the_part_of_the_paper(person: Person):
    person.say("label", person.first, "GTAB")
    (person.out / "subfigures" / SECOND).write_bytes(b"torn")
    assert person.post("/undo", queue="unsure").status_code == 303
    assert person.standing == []


def test_a_paper_of_which_nothing_is_left_comes_back(person: Person):
    person.post("/say", action="no_figure", id=[person.first, person.second])
    assert person.client.get(f"/paper/{person.paper_id}").status_code == 404
    for _ in range(2):
        person.post("/undo", queue="unsure")
    assert "2 subfigures" in person.page(f"/?paper={person.paper_id}")


def test_two_sessions_see_each_other(person: Person):
    with TestClient(create_app(person.out, who="Ben"), base_url="http://localhost") as client:
        other = Person(client, person.out, person.paper_id)
        person.say("label", person.first, "GTAB")
        other.say("label", person.second, "GTAB")
        assert "2 subfigures" in other.page("/?modality=illustration/table")
        other.say("label", person.first, "GGEL")  # the last word
        assert "1 subfigure" in other.page("/?modality=illustration/table")
    assert {one.who for one in person.standing} == {"Ada", "Ben"}


@pytest.mark.parametrize("queue", ["unsure", "unlike", "refused", "disagree", "random", "nonsense"])
def test_every_order_has_a_page(person: Person, queue: str):
    html = person.client.get("/edit", params={"queue": queue})
    assert html.status_code == 200
    if queue in ("unlike", "unsure", "random"):
        assert "left here" in html.text


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("/say", {"action": "label", "id": "x", "value": "GTAB"}, "load the page again"),
        ("/say", {"action": "delete", "id": "FIRST"}, "no such action"),
        ("/say", {"action": "label", "id": "FIRST", "value": "Quilt"}, "no class"),
        ("/say", {"action": "label"}, "load the page again"),
        ("/merge", {"id": "FIRST"}, "two or more panels"),
        ("/merge", {"id": ["FIRST", f"{10:016x}/0/0"]}, "of one figure"),
        ("/boxes", {"id": "FIRST", "mode": "split"}, "Draw 1 to"),
        ("/boxes", {"id": "FIRST", "box": "0,0,nan,1"}, "four numbers"),
        ("/boxes", {"id": "FIRST", "box": "0,0,1"}, "four numbers"),
        ("/boxes", {"id": "FIRST", "box": "0.5,0.5,0.5,0.5"}, "too small"),
        ("/boxes", {"id": f"{10:016x}/0/0", "box": "0,0,1,1"}, "no longer where it was"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_kept(
    person: Person, path: str, fields: dict[str, object], words: str
):
    named = {name: _named(value, person) for name, value in fields.items()}
    answer = person.post(path, **named)
    assert answer.status_code in (400, 409)
    assert words in answer.text
    assert "Not found" not in answer.text
    assert "Nothing was changed." in answer.text
    assert person.standing == []


def test_refused_boxes_say_what_and_why_with_the_picture_and_lead_back(person: Person):
    answer = person.post("/boxes", id=person.first, mode="split", box="0.5,0.5,0.5,0.5")
    assert "<h1>The boxes were refused</h1>" in answer.text
    assert "The box is too small to hold a panel." in answer.text
    assert f'src="/picture/{person.first}"' in answer.text
    assert f'href="/boxes/{person.first}"' in answer.text
    assert person.say("label", person.first, "GTAB", queue="unsure").status_code == 303  # the queue goes on


@pytest.mark.parametrize("action", ["caption", "letter"])
def test_hostile_words_are_kept_as_words(person: Person, action: str):
    hostile = '"><script>alert(1)</script>\x00\x1b[31m\u202e\n../../etc/passwd =1+1' + "x" * 60_000
    assert person.say(action, person.first, hostile).status_code == 303
    for path in (f"/edit?at={person.first}", f"/subfigure/{person.first}", "/changes", "/"):
        page = person.page(path)
        assert "<script>alert" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page
    assert len(person.standing[0].value or "") <= 20_000
    assert list(check_corrections(person.out)) == []
    assert {file.parent for file in (person.out / "corrections").iterdir()} == {person.out / "corrections"}


def _named(value: object, person: Person) -> object:
    if isinstance(value, list):
        return [_named(one, person) for one in value]
    return person.first if value == "FIRST" else value


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost:99"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost", "Content-Type": "multipart/form-data; boundary=x"},
        {"Origin": "http://localhost", "Content-Type": "text/plain"},
        {"Origin": "http://localhost", "Content-Length": "1000000"},
    ],
)
def test_forms_of_other_pages_are_refused(person: Person, headers: dict[str, str]):
    answer = person.say("label", person.first, "GTAB", headers=OURS | headers)
    assert answer.status_code in (403, 413)
    assert person.standing == []


def test_a_form_without_our_token_is_refused(person: Person):
    for token in ("", "guess", "ü"):
        answer = person.say("label", person.first, "GTAB", token=token)
        assert answer.status_code == 403
    assert person.standing == []


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"]
)
def test_no_form_leads_elsewhere(person: Person, target: str):
    answer = person.say("label", person.first, "GTAB", filters=target, then=target)
    location = answer.headers["location"]
    assert location.startswith(("/?", "/edit?")) or location == "/"
    assert "evil" not in location


def test_an_open_view_shows_nothing_without_its_token(tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    app = create_app(indexed(out), who="Ada", token="a long secret")  # noqa: S106
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        for path in ("/", "/static/view.css", "/?token=wrong", "/?token=%ff", f"/?{'a=b&' * 50}"):
            answer = client.get(path)
            assert (answer.status_code, "subfigure" in answer.text) == (401, False)
        assert client.post("/say", headers=OURS, content="token=x").status_code == 401
        answer = client.get("/?token=a+long+secret")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "a long secret" not in answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Lax"} <= set(answer.headers["set-cookie"].split("; "))
        assert "74 subfigures" in client.get("/").text


def test_whoever_corrects_keeps_the_page_s_policy(person: Person):
    headers = person.client.get("/edit").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    html = person.page("/edit") + person.page("/changes") + person.page(f"/boxes/{person.first}")
    assert "style=" not in html
    assert "onclick" not in html


def test_classes_of_one_s_own_have_keys_and_are_filters(tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    app = create_app(indexed(out), who="Ada", own=["GGEL/Western blot, Ponceau"])
    with TestClient(app, base_url="http://localhost") as client:
        person = Person(client, out, paper_id)
        assert 'value="GGEL/Western blot, Ponceau" data-key="3"' in person.page(f"/edit?at={person.first}")
        person.say("label", person.first, "GGEL/Western blot, Ponceau")
        assert "1 subfigure" in person.page("/?modality=illustration/gel")
        assert "Western blot, Ponceau" in person.page(f"/subfigure/{person.first}")


def test_rows_that_their_words_contradict_are_a_queue(tmp_path: Path):
    words = ("Western blot of liver.", "Scanning electron micrograph.", "Cells and cells.")
    codes = ("GGEL", "DMFL", "DMFL")
    rows = [
        row(number, code, caption=text) for number, (code, text) in enumerate(zip(codes, words, strict=True))
    ]
    part(tmp_path, FIRST, rows)
    with TestClient(create_app(indexed(tmp_path), who="Ada"), base_url="http://localhost") as client:
        html = client.get("/edit?queue=disagree").text
    assert "1 left here" in html
    assert f'src="/picture/{1:016x}/0/0"' in html
