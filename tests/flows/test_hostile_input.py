"""What hostile papers, names, XML and bundles do to a run of the command: nothing but their own ledger rows.

The command runs where nothing outside --out may be written and no network may be touched: whoever tries is noticed.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.flows.command import copies, figmill, figmill_here, ledger, subfigure_rows
from tests.tasks.pdf.test_documents import bomb

WATCHER = """
import os, sys
RECORD = os.environ["FIGMILL_TEST_RECORD"]
def watch(event, arguments):
    far = event == "socket.connect" and isinstance(arguments[1], tuple)
    if far or event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        with open(RECORD, "a") as record:
            record.write(f"{event} {arguments[1:]}\\n")
        raise OSError("no network in this test")
sys.addaudithook(watch)
"""

DEEP = (
    "<article><front><article-meta/></front><body>"
    + "<sec>" * 200_000
    + "</sec>" * 200_000
    + "</body></article>"
)
BILLION = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><article><front><article-meta><title-group><article-title>&j;</article-title></title-group>"
    + "</article-meta></front></article>"
)
OUTSIDE = (
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY n SYSTEM "http://192.0.2.1/x">]>'
    "<article><front><article-meta><title-group><article-title>&e;&n;</article-title></title-group>"
    "</article-meta></front></article>"
)


@pytest.fixture(scope="module")
def pdf(demo_papers: list[Path]) -> Path:
    return demo_papers[0]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment in which the network is forbidden; fails the test where it was asked for."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCHER)
    (tmp_path / "tmp").mkdir()
    record = tmp_path / "watch" / "record"
    path = os.pathsep.join(filter(None, (str(tmp_path / "watch"), os.environ.get("PYTHONPATH"))))
    yield {
        "PYTHONPATH": path,
        "FIGMILL_TEST_RECORD": str(record),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert not record.exists(), record.read_text()


def names() -> list[bytes]:
    """File names that a file system allows and programs trip over."""
    return [
        b"two\nlines.pdf",
        "\u202efdp.txt\u202c.pdf".encode(),
        b"a" * 251 + b".pdf",
        b"caf\xe9.pdf",
        b"[bold]\x1b[31mred.pdf",
        b"-rf --out.pdf",
        "e\u0301\u200b\U0001f4c4.pdf".encode(),
        b"%s {0} $(touch x) ;.pdf",
    ]


def snapshot(folder: Path, *leave_out: Path) -> dict[bytes, tuple[int, int]]:
    """Every path below a folder with its size and time of change."""
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder)):
        folders[:] = [f for f in folders if Path(os.fsdecode(os.path.join(place, f))) not in leave_out]  # noqa: PTH118
        for name in files:
            state = os.lstat(os.path.join(place, name))  # noqa: PTH118
            found[os.path.join(place, name)] = (state.st_size, state.st_mtime_ns)  # noqa: PTH118
    return found


def test_hostile_names_xml_and_images_cost_their_own_rows_and_nothing_else_is_touched(
    pdf: Path, tiny_bundle: Path, tmp_path: Path, watched: dict[str, str]
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    copies(pdf, source, 4)
    for text, name in zip((DEEP, BILLION, OUTSIDE), ("copy-0.xml", "copy-1.xml", "copy-2.nxml"), strict=True):
        (source / name).write_text(text)
    for number, name in enumerate(names()):
        try:
            Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(b"%%PDF-1.4 %d" % number)
        except OSError as error:
            pytest.skip(f"this file system does not take the name {name!r}: {error.strerror}")
    bomb(source, 60_000)
    before = snapshot(tmp_path, out, tmp_path / "watch")

    done = figmill(
        *("label", source, "--out", out, "--model", tiny_bundle, "--workers", 2, "--shard-size", 5),
        *("--verbose", "--log-format", "json", "--timeout", 600),
        home=tmp_path,
        **watched,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "\x1b" not in done.stderr + done.stdout
    assert "\u202e" not in done.stdout
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert len({line["paper_id"] for line in lines if line.get("event", "").startswith("paper")}) == 13
    rows = pq.read_table(out / "papers").to_pylist()
    kinds = {
        row["source_uri"].rpartition("/")[2]: row["error_kind"] for row in rows if row["status"] == "failed"
    }
    assert len(rows) == 13
    assert kinds.pop("bomb.pdf") == "too_large"
    assert set(kinds.values()) == {"damaged"}
    assert sum(row["status"] == "ok" for row in rows) == 4
    printed = "Branching of the mitochondrial network after loss of a tethering protein"
    assert {row["title"] for row in rows} <= {None, printed}, "a hostile XML gave a title"
    assert snapshot(tmp_path, out, tmp_path / "watch") == before
    made = {path.name for path in out.iterdir()}  # .inputs and .jats keep no file that is seconds old
    assert made - {".inputs", ".jats"} == {"papers", "subfigures", "report", ".figmill.lock", ".parts.sqlite"}

    checked = figmill("check", out, home=tmp_path, **watched)
    assert checked.returncode == 0, checked.stdout
    assert "3 parts, 13 papers" in checked.stdout


def test_the_same_paper_under_two_names_or_in_two_runs_is_done_once(
    small_paper: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    (one, other) = copies(small_paper, source, 2)
    (source / "same.pdf").write_bytes(one.read_bytes())
    command = ("label", source, "--out", out, "--model", tiny_bundle, "--workers", 1)
    assert figmill_here(*command, home=tmp_path).returncode == 0
    assert set(ledger(out)) == {one.name, other.name}
    rows = subfigure_rows(out)

    one.rename(source / "another-name.pdf")
    (source / "again.pdf").write_bytes(other.read_bytes())
    again = figmill_here(*command, home=tmp_path)
    assert "Nothing to do: 4 of 4 papers are already in" in again.stdout
    assert subfigure_rows(out) == rows

    # Two papers, other bytes, the same pictures: these are the same images, with the hash of their bytes.
    table = pq.read_table(out / "subfigures", columns=["paper_id", "image_sha256", "image"]).to_pylist()
    hashes = {}
    for row in table:
        hashes.setdefault(row["paper_id"], []).append(row["image_sha256"])
        assert hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["image_sha256"]
    first, second = hashes.values()
    assert first == second


def harmed(bundle: Path, folder: Path, harm: str) -> Path:
    folder.mkdir()
    for file in bundle.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    if harm == "shapes":
        from safetensors.numpy import load_file, save_file

        weights = load_file(folder / "model.safetensors")
        name = max(weights, key=lambda key: weights[key].size)
        save_file({**weights, name: weights[name].reshape(-1)}, folder / "model.safetensors")
    if harm == "pickle":
        (folder / "model.safetensors").write_bytes(b"\x80\x04cposix\nsystem\n(S'touch /tmp/owned'\ntR.")
    if harm == "json":
        (folder / "model.json").write_text("[" * 100_000)
    if harm == "foreign":
        (folder / "model.json").unlink()
    return folder


@pytest.mark.parametrize("harm", ["shapes", "pickle", "json", "foreign"])
def test_a_hostile_bundle_is_refused_in_one_line(
    harm: str, pdf: Path, tiny_bundle: Path, tmp_path: Path, watched: dict[str, str]
) -> None:
    bundle = harmed(tiny_bundle, tmp_path / "bundle", harm)
    done = figmill("label", pdf, "--out", tmp_path / "out", "--model", bundle, home=tmp_path, **watched)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("figmill: ")
    assert done.stderr.count("\n") == 1
    assert not list((tmp_path / "out").rglob("*.parquet")) if (tmp_path / "out").exists() else True
