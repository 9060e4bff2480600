"""`figmill view --edit` driven as a person does, by keys alone, in a real browser where there is one."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tasks.corrections.actions import Correction, in_force
from tasks.corrections.files import read_corrections
from tests.browser import browser as driven_browser
from tests.flows.command import FIGMILL, environment, figmill
from tests.tasks.corrections.acts import parts_of
from tests.tasks.view.papers import with_pdf

TORN = f"/picture/{5:016x}/0/0"
"""The one picture of the dataset that nobody can show; the random order may come to it."""


@contextlib.contextmanager
def _served(out: Path, home: Path, who: str, *options: str) -> Iterator[str]:
    """The address of a view in which somebody may correct."""
    run = subprocess.Popen(
        [*FIGMILL, "view", str(out), "--edit", "--who", who, "--port", "0", *options],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+/\S*", run.stdout.readline())
        assert found is not None, run.stderr.read()
        yield found[0]
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=600) == 0
        assert "Traceback" not in run.stderr.read()
    finally:
        run.kill()
        run.communicate()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with driven_browser() as driven:
        yield driven


def _page(browser, address: str, width: int = 1280):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(180_000)  # a machine may have much else to do
    page.messages = []
    page.on("console", lambda said: page.messages.append(f"{said.text} {said.location.get('url', '')}"))
    page.goto(address)
    return page


def _press(page, key: str) -> None:
    page.wait_for_load_state("load")  # as a person does, who presses no key before the page is there
    with page.expect_navigation(wait_until="domcontentloaded"):  # pages of PDFs may take their time
        page.keyboard.press(key)


def _standing(out: Path) -> list[Correction]:
    return in_force(read_corrections(out).corrections)


@pytest.mark.timeout(900)  # some seventy pages, on a machine that may have much else to do
def test_fifty_corrections_by_keys_a_merge_a_split_a_box_an_undo_and_all_is_there(browser, tmp_path: Path):
    out, paper_id = with_pdf(tmp_path)
    before = parts_of(out)
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, f"{server}edit?queue=random")
        for number in range(50):
            is_drawn = paper_id[:16] in page.locator(".edit input[name=id]").first.input_value()
            _press(page, "1" if is_drawn else "123x+-"[number % 6])  # what is no figure is not drawn on below
        assert page.locator("#left").inner_text() == "24 left here"
        assert len(_standing(out)) == 50
        _press(page, "u")
        assert len(_standing(out)) == 49
        _press(page, "1")

        page.goto(f"{server}edit?at={paper_id[:16]}/0/0")
        page.keyboard.press("l")
        page.keyboard.type("c")
        _press(page, "Enter")
        assert page.locator("#letter").input_value() == "c"

        _press(page, "b")  # two boxes, by typing their edges
        for edges in ((20, 13, 50, 30), (20, 30, 50, 50)):
            for name, edge in zip(("x0", "y0", "x1", "y1"), edges, strict=True):
                page.locator(f"#{name}").fill(str(edge))
            page.locator("#add").press("Enter")
        assert page.locator("#drawn li").count() == 2
        _press(page, "s")
        assert re.search(r"at=\w+%2F0%2F\d{5}", page.url)
        _press(page, "1")

        page.goto(f"{server}boxes/{paper_id[:16]}/0/1")  # one more, with the mouse
        sheet = page.locator("#sheet")
        sheet.evaluate("async (image) => { await image.decode(); }")
        area = sheet.bounding_box()
        page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + area["height"] * 0.55)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] * 0.9, area["y"] + area["height"] * 0.8, steps=5)
        page.mouse.up()
        assert page.locator("#drawn li").count() == 1
        _press(page, "d")

        page.goto(f"{server}paper/{paper_id}")
        assert page.locator(".card").count() == 4
        for card in page.locator(".card .open").all()[:2]:
            card.focus()
            page.keyboard.press("Space")
        assert page.locator("#count").inner_text() == "2 chosen"
        with page.expect_navigation():
            page.get_by_role("button", name="Merge").press("Enter")
        _press(page, "2")
        page.goto(f"{server}paper/{paper_id}")
        assert page.locator(".card").count() == 3

        page.goto(f"{server}changes")
        assert "by Ada" in page.locator("h1").inner_text()
        page.reload()
        told = {one.action for one in _standing(out)}
        assert told >= {"label", "no_figure", "several", "reject", "letter", "split", "draw", "merge"}
        assert page.locator("tr.gone").count() == 1
        assert [said for said in page.messages if TORN not in said] == []
    said = _standing(out)
    assert parts_of(out) == before
    with _served(out, tmp_path / "home", "Ada") as server:  # all is there after a new start
        page = _page(browser, f"{server}paper/{paper_id}")
        assert page.locator(".card").count() == 3
        page.close()
    assert _standing(out) == said
    assert f"{out}/corrections" not in figmill("check", out, home=tmp_path / "home").stdout


def test_many_are_named_at_once_on_the_grid_and_a_phone_is_wide_enough(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, server, width=390)
        for box in page.locator(".choose input").all()[:3]:
            box.check()
        page.locator("#value").select_option("GTAB")
        with page.expect_navigation():
            page.get_by_role("button", name="Name them so").click()
        assert page.locator(".chip", has_text="by a person").count() == 3
        for path in ("", "edit", f"boxes/{with_first(out)}", "changes", f"paper/{with_paper(out)}"):
            page.goto(f"{server}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.close()
    assert len(_standing(out)) == 3


def test_a_typed_caption_outlives_escape_and_is_kept_by_control_and_enter(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    row = f"{10:016x}/0/0"  # on no page that must be drawn
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, f"{server}edit?queue=unsure&at={row}")
        page.keyboard.press("c")
        page.keyboard.type("The liver, typed anew")
        page.keyboard.press("Escape")
        assert "Not kept yet" in page.locator("#caption-draft").inner_text()
        _press(page, "ArrowRight")  # to another row, and back
        assert row in page.locator("#waiting").inner_text()
        with page.expect_navigation():
            page.locator("#waiting a").click()
        assert page.locator("#caption").input_value() == "The liver, typed anew"
        page.keyboard.press("c")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        assert page.locator("#caption").input_value() == "The liver, typed anew"
        assert page.locator("#caption-draft").inner_text() == ""
        assert page.locator("#waiting").inner_text() == ""

        # A box that is too small is not added or refused, and the queue goes on.
        page.goto(f"{server}boxes/{with_first(out)}")
        page.locator("#add").press("Enter")
        assert "needs four edges" in page.locator("#unadded").inner_text()
        for name, edge in zip(("x0", "y0", "x1", "y1"), ("20", "20", "20.9", "20.9"), strict=True):
            page.locator(f"#{name}").fill(edge)
        page.locator("#add").press("Enter")
        assert page.locator("#unadded").inner_text() == ""
        _press(page, "s")
        assert page.title().startswith("The boxes were refused")
        assert "too small" in page.get_by_role("alert").inner_text()
        _press(page, "ArrowRight")
        _press(page, "1")
        page.close()
    assert {one.action: one.value for one in _standing(out)}["caption"] == "The liver, typed anew"
    assert len(_standing(out)) == 2


@pytest.mark.parametrize("key", ["Enter", "Control+Enter"])
def test_enter_in_the_name_of_a_selection_adds_and_names_nothing(browser, tmp_path: Path, key: str):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, server)
        for box in page.locator(".choose input").all()[:2]:
            box.check()
        page.locator("#value").select_option("GTAB")
        page.locator(".choose input").nth(1).press(
            "Enter"
        )  # as in any form, but it would say what nobody meant
        page.locator("#selection").fill("for the atlas")
        with page.expect_navigation():
            page.locator("#selection").press(key)
        assert page.url == f"{server}?selection=for+the+atlas", page.locator("main").inner_text()
        assert page.locator(".card").count() == 2
        page.goto(server)
        page.locator("details.take summary").click()
        page.locator("#save").fill("all")
        with page.expect_navigation():
            page.locator("#save").press(key)
        assert page.url == f"{server}?selection=all"
        page.close()
    assert _standing(out) == []


def test_a_caption_that_was_refused_is_still_there_as_a_draft(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    address = f"edit?queue=unsure&at={10:016x}/0/0"
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, f"{server}{address}")
        page.locator("form input[name=token]").evaluate_all(
            "all => all.forEach((one) => { one.value = 'old'; })"
        )
        page.locator("#caption").fill("The  liver,\ntyped\u200b anew ")
        with page.expect_navigation():
            page.locator("#caption").press("Control+Enter")
        assert "earlier start" in page.content()
        page.goto(f"{server}{address}")
        assert page.locator("#caption").input_value() == "The  liver,\ntyped\u200b anew "
        assert "Not kept yet" in page.locator("#caption-draft").inner_text()
        with page.expect_navigation():
            page.locator("#caption").press("Control+Enter")
        assert page.locator("#caption-draft").inner_text() == ""
        page.goto(f"{server}edit?queue=unsure&at={11:016x}/0/0")
        assert page.locator("#waiting").inner_text() == ""
        page.close()
    assert [one.value for one in _standing(out)] == ["The liver, typed anew"]


def test_a_selection_is_made_opened_and_taken_away_in_a_browser(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "home", "Ada") as server:
        page = _page(browser, server, width=390)
        for box in page.locator(".choose input").all()[:3]:
            box.check()
        page.locator("#selection").fill("for the atlas")
        with page.expect_navigation():
            page.get_by_role("button", name="Add to it").click()
        assert page.locator(".card").count() == 3
        page.locator("details.take summary").click()
        with page.expect_download() as asked:
            page.get_by_role("button", name="Pictures and table").click()
        with zipfile.ZipFile(asked.value.path()) as archive:
            assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 3
        page.goto(f"{server}selections")
        assert page.locator("tbody tr").count() == 1
        for path in ("selections", "?selection=for+the+atlas"):
            page.goto(f"{server}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.messages == []
        page.close()


def with_first(out: Path) -> str:
    """The name of the first row of the paper that is a PDF."""
    return f"{with_paper(out)[:16]}/0/0"


def with_paper(out: Path) -> str:
    """The paper that is a PDF."""
    import hashlib

    return hashlib.sha256((out.parent / "paper.pdf").read_bytes()).hexdigest()


def test_two_browsers_at_once_lose_nothing(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "a", "Ada") as first, _served(out, tmp_path / "b", "Ben") as second:
        pages = [_page(browser, f"{server}edit?queue=random") for server in (first, second)]
        for _ in range(10):
            for page in pages:
                _press(page, "1")
        for page in pages:
            assert (
                page.locator("#left").inner_text() == "64 left here"
            )  # each sees the same rows, unlabelled by them
            page.close()
    by_person = {
        who: [one.subfigure_id for one in _standing(out) if one.who == who] for who in ("Ada", "Ben")
    }
    assert len(by_person["Ada"]) == 10
    assert by_person["Ada"] == by_person["Ben"]


class _Hostile(BaseHTTPRequestHandler):
    """A page elsewhere that sends forms to the view as soon as it is opened."""

    target = ""

    def do_GET(self) -> None:
        target = self.target
        body = f"""<!doctype html><body><form id=f method=post action="{target}say">
        <input name=action value=label><input name=id value=x><input name=token value=guess></form><script>
        fetch("{target}say", {{method: "POST", mode: "no-cors", credentials: "include",
            headers: {{"Content-Type": "application/x-www-form-urlencoded"}}, body: "action=label&token=x"}})
            .catch(() => 0).then(() => fetch("{target}edit", {{credentials: "include"}}))
            .then((answer) => answer.text()).then((text) => {{ document.title = text; }})
            .catch(() => {{ document.title = "refused"; f.submit(); }});
        </script>""".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_page_elsewhere_can_neither_read_nor_send(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "home", "Ada") as server:
        _Hostile.target = server
        hostile = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
        threading.Thread(target=hostile.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://localhost:{hostile.server_address[1]}/")
        page.wait_for_url(f"{server}say")
        assert "did not come from this server" in page.content()
        hostile.shutdown()
        page.close()
    assert _standing(out) == []


def test_with_a_token_only_its_address_opens_the_view(browser, tmp_path: Path):
    out, _ = with_pdf(tmp_path)
    with _served(out, tmp_path / "home", "Ada", "--token", "a-long-secret") as server:
        bare = server.partition("?")[0]
        context = browser.new_context()
        page = context.new_page()
        assert page.goto(bare).status == 401
        page.goto(server)
        assert page.url == bare
        page.goto(f"{bare}edit")
        _press(page, "1")
        context.close()
    assert len(_standing(out)) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--edit", "--host", "0.0.0.0"], "needs a --token"),  # noqa: S104
        (["--edit", "--token", "short"], "12 letters or more"),
        (["--who", "Ada"], "go with --edit"),
    ],
)
def test_options_that_would_be_unsafe_are_refused(options: list[str], words: str, tmp_path: Path):
    done = figmill("view", tmp_path, *options, home=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
