"""A dataset on a store is searched and viewed by an index on this machine."""

import contextlib
import json
import signal
import subprocess
import threading
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from flows.cli import figmill
from flows.commands.indexing import illustrating
from tasks.duplicates.groups import same_pictures
from tasks.index.queries import Query
from tasks.index.search import SearchIndex
from tasks.index.source import index_folder
from tasks.stores.paths import store_path
from tasks.view.app import create_app
from tests.flows.command import FIGMILL, environment
from tests.stores import Fault, Store, silence
from tests.tasks.index.small import FIRST, SECOND, THIRD, dataset, part, row

OUT = "s3://bucket/figures"


def _call(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, [str(argument) for argument in arguments])


def _put(folder: Path) -> None:
    out = store_path(OUT)
    for table in ("subfigures", "papers"):
        for file in (folder / table).iterdir():
            out.joinpath(table, file.name).write_bytes(file.read_bytes())


@pytest.fixture
def here(tmp_path: Path, s3: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same dataset on this machine; the user's cache is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _put(dataset(tmp_path / "figures"))
    return tmp_path / "figures"


def test_words_and_whole_rows_are_those_of_a_folder(here: Path, s3: Store):
    found = _call("search", OUT, "TEM", "liver", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout) == json.loads(_call("search", here, "TEM", "liver", "--json").stdout)
    assert not s3.asked("PUT /bucket/figures/index")
    (folder,) = (here.parent / "cache/figmill/indexes").iterdir()
    assert (folder.name.split("-")[0], folder.stat().st_mode & 0o777) == ("figures", 0o700)


def test_a_bucket_that_is_a_dataset_gives_its_index_its_name(s3: Store):
    assert index_folder(store_path("s3://bucket")).name.startswith("bucket-")
    assert index_folder(store_path("s3://bucket/a/")) == index_folder(store_path("s3://bucket/a"))


def test_only_parts_that_are_new_or_gone_are_read_again(here: Path, s3: Store):
    assert "2 new, 0 kept; 6 subfigures" in _call("index", OUT).output
    part(here, THIRD, [row(6, caption="Zebrafish embryo.")])
    _put(here)
    for table in ("subfigures", "papers"):
        (store_path(OUT) / table / SECOND).unlink()
    s3.requests.clear()
    assert "1 new, 1 removed, 1 kept; 1 subfigure" in _call("index", OUT).output
    assert not s3.asked(f"GET /bucket/figures/papers/{FIRST}")
    assert s3.asked(f"GET /bucket/figures/papers/{THIRD}")
    assert "paper-6.pdf" in _call("search", OUT, "zebrafish").stdout
    assert "Nothing found" in _call("search", OUT, "bacteria").stdout


def test_the_view_shows_pictures_and_words_of_rows_there(here: Path):
    assert _call("index", OUT).exit_code == 0
    out = store_path(OUT)
    with SearchIndex(out) as index:
        (hit,) = index.search(Query(text="cristae"), 1)
    assert same_pictures(out) == {}
    with TestClient(create_app(out), base_url="http://localhost") as client:
        for address in ("/", "/papers", f"/subfigure/{hit.subfigure_id}", f"/paper/{hit.paper_id}"):
            page = client.get(address)
            assert (page.status_code, "figures" in page.text) == (200, True), address
        picture = client.get(f"/picture/{hit.subfigure_id}")
        table = client.get("/download?q=cristae")
    assert picture.headers["content-type"].startswith("image/")
    assert hit.subfigure_id in table.text


def test_an_open_view_shows_the_pictures_of_a_part_that_was_replaced_and_indexed(here: Path):
    assert _call("index", OUT).exit_code == 0
    with TestClient(create_app(store_path(OUT)), base_url="http://localhost") as client:
        assert client.get(f"/picture/{1:016x}/0/0").status_code == 200
        part(here, FIRST, [row(1)])  # without the row before it, as an ingest takes papers away
        _put(here)
        assert _call("index", OUT).exit_code == 0
        assert client.get(f"/picture/{1:016x}/0/0").status_code == 200
        assert client.get(f"/subfigure/{1:016x}/0/0").status_code == 200


def test_the_view_says_what_the_store_says_when_it_refuses(here: Path, s3: Store):
    assert _call("index", OUT).exit_code == 0
    with TestClient(create_app(store_path(OUT)), base_url="http://localhost") as client:
        s3.faults.append(Fault(403, "AccessDenied"))
        for address in ("/papers", "/selections", f"/picture/{0:016x}/0/0"):
            answer = client.get(address)
            assert answer.status_code == 503, address
            assert "access denied" in answer.text
            assert "s3://bucket/figures" in answer.text
            assert "figmill check" not in answer.text


def test_corrections_in_the_view_need_a_folder(s3: Store):
    said = _call("view", OUT, "--edit", "--who", "Ada")
    assert said.exit_code == 1
    assert "is on a store" in str(said.exception)


def test_a_bucket_without_a_dataset_is_said(s3: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "s3://bucket/other is no Figmill dataset" in str(
        _call("search", "s3://bucket/other", "x").exception
    )


@pytest.mark.parametrize(
    "request_for",
    [
        pytest.param("GET /bucket/figures/subfigures/", id="the part that is fetched"),
        pytest.param("GET /bucket", id="what people said"),
    ],
)
def test_who_ends_the_view_does_not_wait_for(request_for: str, here: Path, s3: Store):
    assert _call("search", OUT, "TEM").exit_code == 0
    with silence(s3, request_for) as (asked, released):
        with illustrating(store_path(OUT)):
            asked.wait()
        assert not released.is_set()


def _ask(address: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(address, timeout=600)


def test_who_ends_the_view_does_not_wait_for_a_picture_on_its_way(here: Path, s3: Store, tmp_path: Path):
    assert _call("index", OUT).exit_code == 0
    command = [*FIGMILL, "view", OUT, "--port", "0"]
    variables = environment(tmp_path) | s3.environment | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as view:
        assert view.stdout is not None
        address = view.stdout.readline().split(" is at ")[1].split(" ")[0]
        with silence(s3, "GET /bucket/figures/subfigures/") as (asked, released):
            asking = threading.Thread(target=_ask, args=[f"{address}picture/{0:016x}/0/0"])
            asking.start()
            asked.wait()
            view.send_signal(signal.SIGINT)
            said = view.communicate()[1]
            assert not released.is_set()
            asking.join()
    assert (view.returncode, said) == (0, "")
