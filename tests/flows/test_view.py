"""`figmill view` in a real browser, where there is one."""

import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import browser as driven_browser
from tests.flows.command import FIGMILL, environment, figmill
from tests.tasks.view.papers import with_pdf


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A dataset of 74 rows whose first paper is a PDF, and that paper's id."""
    return with_pdf(tmp_path_factory.mktemp("view"))


@pytest.fixture(scope="module")
def server(made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `figmill view`, which ends quietly when interrupted."""
    home = tmp_path_factory.mktemp("home")
    run = subprocess.Popen(
        [*FIGMILL, "view", str(made[0]), "--port", "0"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stderr is not None
    line = run.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    if found is None:
        run.kill()
        pytest.fail(f"{line}{run.stderr.read()}")
    yield found[0]
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=600) == 0
    assert "Traceback" not in run.stderr.read()
    run.stdout.close()
    run.stderr.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with driven_browser() as driven:
        yield driven


@pytest.fixture
def page(browser, server: str) -> Iterator[object]:
    """A page of a context of its own that keeps every message on its console."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(600_000)
    opened.messages = []
    opened.on("console", lambda message: opened.messages.append(message.text))
    opened.goto(server)
    yield opened
    opened.close()


def test_it_listens_on_loopback_and_answers(server: str):
    with urllib.request.urlopen(server, timeout=600) as answer:  # noqa: S310 (our own address)
        assert "74 subfigures" in answer.read().decode()
    request = urllib.request.Request(server, headers={"Host": "evil.example"})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="421"):
        urllib.request.urlopen(request, timeout=600)  # noqa: S310


def test_a_port_that_is_taken_is_one_line(server: str, made: tuple[Path, str], tmp_path: Path):
    port = server.rstrip("/").rpartition(":")[2]
    done = figmill("view", made[0], "--port", port, home=tmp_path)
    assert done.returncode == 1
    assert re.search(r"cannot listen on 127.0.0.1 port \d+: .*; try another --port", done.stderr)


def test_filter_search_open_a_paper_and_more_like_this(page, made: tuple[Path, str]):
    heading = page.locator("h1")
    page.get_by_role("link", name=re.compile("^microscopy", re.IGNORECASE)).first.click()
    page.wait_for_url("**/?modality=microscopy")
    assert heading.inner_text() == "3 subfigures"

    page.locator("#min").evaluate(
        "(slider) => { slider.value = 0.9; slider.dispatchEvent(new Event('input')); }"
    )
    assert page.locator("#min-shown").inner_text() == "0.90"
    with page.expect_navigation():
        page.locator("#min").dispatch_event("change", {"bubbles": True})
    assert page.url.endswith("/?modality=microscopy&min=0.9")
    assert heading.inner_text() == "2 subfigures"

    page.goto(page.url.partition("?")[0])
    page.keyboard.press("/")
    page.keyboard.type("TEM of the liver")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    first = page.locator(".card .open").first
    assert "ransmission microscopy" in first.inner_text()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("[...document.querySelectorAll('.open')].indexOf(document.activeElement)") == 1
    page.keyboard.press("ArrowLeft")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("mark").all_inner_texts() == ["Loss of cristae.", "Liver of old mice."]
    assert _width(page.locator(".sheet")) > 400

    page.get_by_role("link", name="More of them, with filters").click()
    page.wait_for_url(re.compile(r"/\?like="))
    assert heading.inner_text() == "More like this"
    assert page.locator(".card").count() == 48

    page.get_by_role("link", name="Cristae of the liver", exact=True).first.click()
    page.wait_for_url(f"**/paper/{made[1]}")
    assert heading.inner_text() == "Cristae of the liver"
    page.locator("summary").first.click()
    assert _width(page.locator("details .sheet").first) > 400
    assert page.messages == []


def _width(image) -> int:
    """Of a picture, once it is there."""
    image.scroll_into_view_if_needed()
    return image.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }")


def test_pages_turn_by_keys(page):
    with page.expect_navigation():
        page.keyboard.press("n")
    assert page.url.endswith("/?page=2")
    with page.expect_navigation():
        page.keyboard.press("p")
    assert not page.url.endswith("page=2")


def test_a_picture_that_fails_to_load_says_so(page, server: str):
    page.route("**/thumbnail/**", lambda route: route.abort())
    page.reload()
    page.wait_for_selector(".card .none")
    assert page.locator(".card .none").first.inner_text() == "This picture could not be loaded."
    page.goto(f"{server}subfigure/{5:016x}/0/0")  # its bytes are no picture
    page.wait_for_selector(".large .none")
    assert page.locator(".large img").count() == 0


def test_without_scripts_the_form_still_filters(page, server: str):
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(server)
    plain.get_by_label("Where the model abstains").select_option("only")
    with plain.expect_navigation():
        plain.get_by_role("button", name="Apply").click()
    assert plain.locator("h1").inner_text() == "1 subfigure"
    context.close()
