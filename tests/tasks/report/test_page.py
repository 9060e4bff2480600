"""The report says what happened, carries all it needs, and obeys nothing that came from a paper."""

import datetime as dt
import json
import math
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tasks.errors import OutputError
from tasks.report.history import RELABELLED, DatasetState, PastRun, read_history, write_history
from tasks.report.page import duration, headline, link, rate, rewrite_report, shown, write_report
from tasks.runs.outcomes import Counts, FailedPaper, RunSummary
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.small_datasets import NOW, paper, subfigure, write_part

DONE = Counts(
    {"ok": 2},
    pages=10,
    figures=2,
    subfigures=2,
    by_modality={"DMFL": 2},
    stage_seconds={"extract": 3.0, "classify": 1.5},
)


def _run(out: Path, counts: Counts = DONE, **changes) -> RunSummary:
    """A run of two papers; `changes` may be of its facts or of its counts."""
    facts = {
        "out": str(out),
        "started_at": NOW,
        "finished_at": NOW + dt.timedelta(seconds=4),
        "seconds": 4.0,
        "model_id": "default@0123456789ab",
        "settings": {"device": "cpu"},
        "inputs": 2,
        "skipped": 0,
        "left": 0,
        "shards": 1,
        "failures": (),
        "parts": ("part-a.parquet",),
    }
    counted = {name: changes.pop(name) for name in Counts.__dataclass_fields__ if name in changes}
    return RunSummary(**(facts | changes), counts=replace(counts, **counted))


def _idle(out: Path, **changes) -> RunSummary:
    nothing = {"parts": (), "shards": 0, "inputs": 2, "skipped": 2}
    return _run(out, Counts(), **(nothing | changes))


def _two_papers(out: Path, **changes) -> None:
    write_part(
        out, "part-a.parquet", [subfigure(0, **changes), subfigure(1, "GFIG", 0.2)], [paper(0), paper(1)]
    )


class _Page(HTMLParser):
    """Tags with their attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.pieces.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _written(out: Path, run: RunSummary) -> _Page:
    return _Page(write_report(out, run).read_text(encoding="utf-8"))


def test_it_lies_in_report_index_html_and_leaves_nothing_half_written(tmp_path: Path):
    _two_papers(tmp_path)
    assert write_report(tmp_path, _run(tmp_path)) == tmp_path / "report" / "index.html"
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["index.html", "runs.json"]


def test_it_shows_kinds_of_chart_below_charts_and_what_is_doubtful(tmp_path: Path):
    path = ["illustration", "illustration/chart", "illustration/chart/heat-map"]
    unsure = {"modality_set": ["GFIG", "GFLO"], "compound": 0.75}
    row = subfigure(0, "GFIG", modality_path=path, **unsure)
    write_part(tmp_path, "part-a.parquet", [row], [paper(0)])
    text = _written(tmp_path, _run(tmp_path)).text
    assert "statistical figure, graph, chart GFIG 1 heat map 1" in text
    assert (
        "statistical figure, graph, chart: heat map one of: statistical figure, graph, chart / flow" in text
    )
    assert "may hold several panels" in text
    assert "1 subfigure of the dataset may hold several panels." in text


def test_it_shows_each_picture_with_confidence_label_page_and_paper(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _run(tmp_path))
    images = page.all("img")
    assert [image["alt"] for image in images] == [
        "statistical figure, graph, chart; Figure 1 a of paper-1.pdf, page 3",  # among those to look at first
        "fluorescence microscopy; Figure 1 a of paper-0.pdf, page 3",
        "statistical figure, graph, chart; Figure 1 a of paper-1.pdf, page 3",
    ]
    assert "Figure 1 a 0.90 paper-0.pdf , page 3 Cells." in page.text
    assert "Figure 1 a abstains paper-1.pdf" in page.text
    assert "file:///papers/paper-0.pdf#page=3" in [anchor["href"] for anchor in page.all("a")]


def test_it_gives_counts_rates_stages_and_the_run_itself(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _run(tmp_path))
    assert "2 papers read in 4 s: 2 subfigures in 2 figures." in page.text
    assert "30.0 papers/min, 2.5 pages/s, 30.0 subfigures/min" in page.text
    assert "Reading PDFs: figures, captions, separation 3 s" in page.text
    assert "23 November 2026, 12:00:04 UTC" in page.text
    assert "default@0123456789ab" in page.text
    assert "The model abstains on 1 of the dataset's 2 subfigures." in page.text


def test_a_runs_tail_is_told_where_there_is_one(tmp_path: Path):
    _two_papers(tmp_path)
    run = _run(tmp_path)
    assert "after the first had ended" not in _written(tmp_path, run).text
    assert (
        "the last one went on for 2 s after the first had ended"
        in _written(tmp_path, replace(run, tail_seconds=2.0)).text
    )


def test_it_needs_no_network_and_runs_no_script(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _run(tmp_path))
    assert {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed"} == set()
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in page.all("img"))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:;")


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202egnp.\x1b[31m\u2066\x00'


def test_nothing_from_a_paper_becomes_markup(tmp_path: Path):
    hostile = {"caption": HOSTILE, "figure_label": HOSTILE, "panel_label": HOSTILE, "title": HOSTILE}
    _two_papers(tmp_path, **hostile, source_uri=f"/papers/{HOSTILE}.pdf")
    failure = FailedPaper("name", f"javascript:alert(1)//{HOSTILE}", HOSTILE, HOSTILE)
    run = _run(tmp_path, failures=(failure,), by_status={"ok": 1, "failed": 1}, settings={HOSTILE: HOSTILE})
    page = _written(tmp_path, run)
    assert page.all("script") == []
    assert len(page.all("img")) == 3
    assert not any("onerror" in attributes or "onclick" in attributes for _, attributes in page.tags)
    assert not any((anchor["href"] or "").startswith("javascript") for anchor in page.all("a"))
    html = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert not any(mark in html for mark in "\u202e\u2066\x1b\x00")
    assert "\\u202egnp.\\x1b[31m" in page.text


def test_a_dataset_of_others_may_hold_anything(tmp_path: Path):
    """Classes that are none, confidences that are no numbers, pictures that are not there, captions of megabytes."""
    rows = [
        subfigure(0, HOSTILE, modality_path=[HOSTILE, "../../etc/passwd"], modality_set=[HOSTILE] * 1000),
        subfigure(1, "DMFL", math.nan, compound=math.inf, figure_bbox=[math.nan] * 4, page=-1),
        subfigure(2, "GFIG", 1e30, image=None),
        subfigure(3, "DMFL", 0.5, caption=HOSTILE * 100_000, image={"bytes": b"GIF89a", "path": "../x"}),
    ]
    write_part(tmp_path, "part-a.parquet", rows, [paper(index) for index in range(4)])
    page = _written(tmp_path, _run(tmp_path))
    assert page.all("script") == []
    assert not any("onerror" in attributes or "onclick" in attributes for _, attributes in page.tags)
    html = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert not any(mark in html for mark in "\u202e\u2066\x1b\x00")
    assert len(html) < 200_000
    assert "nan" not in page.text.lower().split()


def test_failures_of_this_run_and_of_earlier_ones_give_their_sentences(tmp_path: Path):
    locked = paper(1, "failed", error_kind="encrypted", error="The PDF asks for a password.")
    torn = paper(2, "failed", error_kind="damaged", error="The file ends in its middle.")
    write_part(tmp_path, "part-a.parquet", [subfigure(0)], [paper(0), locked, torn])
    now = FailedPaper("paper-1.pdf", "/papers/paper-1.pdf", "encrypted", "The PDF asks for a password.")
    page = _written(tmp_path, _run(tmp_path, failures=(now,), by_status={"ok": 1, "failed": 1}))
    assert page.text.count("The PDF asks for a password.") == 1
    assert page.text.index("asks for a password") < page.text.index("From earlier runs: 1 paper")
    assert page.text.index("From earlier runs: 1 paper") < page.text.index("The file ends in its middle.")


def test_papers_that_could_not_be_read_anew_are_told_apart_from_those_that_failed(tmp_path: Path):
    _two_papers(tmp_path)
    failed, stayed = (
        FailedPaper(f"{name}.pdf", f"/papers/{name}.pdf", "timeout", f"Reading {name} took too long.")
        for name in "ab"
    )
    changes = {"failures": (failed,) * 100, "not_renewed": (stayed,) * 100}
    counts = {"ok": 2, "failed": 100, "not_renewed": 103}
    page = _written(tmp_path, _run(tmp_path, by_status=counts, **changes))
    anew, failures = page.text.split("Papers that could not be read anew")[1].split(
        "Papers that could not be read", 1
    )
    assert (anew.count("Reading b took"), anew.count("Reading a took")) == (100, 0)
    assert (failures.count("Reading b took"), failures.count("Reading a took")) == (0, 100)
    assert "And 3 more." in anew
    assert " more: see" not in failures
    assert "103 papers could not be read anew: what was read earlier stays" in page.text
    assert page.text.split("Failed papers ")[1].startswith("0 100 ")


def test_a_rerun_that_did_nothing_says_so_and_still_shows_the_dataset(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _idle(tmp_path))
    assert "Nothing to do: this run found no new papers." in page.text
    assert "2 of 2 PDFs skipped: in the dataset already" in page.text
    assert "Subfigures 2 none new" in page.text
    assert len(page.all("img")) == 3


def test_a_run_without_any_paper_reads_well(tmp_path: Path):
    page = _written(tmp_path, _idle(tmp_path, inputs=0, skipped=0))
    assert "The dataset holds no subfigures yet." in page.text
    assert page.all("img") == page.all("svg") == []


def test_a_run_where_all_failed_leads_with_that(tmp_path: Path):
    write_part(
        tmp_path, "part-a.parquet", [], [paper(0, "failed", error_kind="empty", error="The file is empty.")]
    )
    failure = FailedPaper("paper-0.pdf", "/papers/paper-0.pdf", "empty", "The file is empty.")
    page = _written(
        tmp_path, _idle(tmp_path, by_status={"failed": 1}, failures=(failure,), skipped=0, inputs=1)
    )
    assert "This run could read no paper: 1 paper failed. The reasons are below." in page.text
    assert page.text.count("The file is empty.") == 1


@pytest.mark.parametrize(
    ("by_status", "said"),
    [
        ({"not_renewed": 2}, "This run could read no paper anew."),
        (
            {"not_renewed": 2, "failed": 1},
            "This run could read no paper: 1 paper failed. The reasons are below.",
        ),
    ],
)
def test_papers_that_stay_as_they_were_are_not_called_failed(tmp_path: Path, by_status, said: str):
    assert headline(_idle(tmp_path, by_status=by_status, skipped=0, inputs=3)) == said


def test_the_page_stays_small_however_large_the_dataset(tmp_path: Path):
    rows = [subfigure(i, f"class {i % 40}", (i % 100) / 100, caption="word " * 4000) for i in range(1200)]
    write_part(tmp_path, "part-a.parquet", rows, [paper(i) for i in range(1200)], row_group_size=100)
    failures = tuple(FailedPaper("x", f"/papers/{i}.pdf", "damaged", "Cut short. " * 20) for i in range(5000))
    run = _run(tmp_path, failures=failures, by_status={"ok": 1200, "failed": 5000})
    assert write_report(tmp_path, run).stat().st_size < 3_000_000


def test_failures_are_counted_by_kind(tmp_path: Path):
    kinds = ["damaged", "damaged", "not_a_pdf", "incomplete"]
    papers = [
        paper(i, "ok" if kind == "incomplete" else "failed", error_kind=kind, error="So it is.")
        for i, kind in enumerate(kinds)
    ]
    write_part(tmp_path, "part-a.parquet", [], papers)
    page = _written(tmp_path, _run(tmp_path, by_status={"ok": 1, "failed": 3}))
    assert "could not be read, or not whole" in page.text
    assert "damaged 2 incomplete read, but not whole 1 not a pdf 1" in page.text


def test_what_is_missing_of_papers_that_were_read_is_told_with_its_page(tmp_path: Path):
    gaps = [
        {"kind": "page", "page": 3, "sentence": f"page 3 is damaged {HOSTILE}"},
        {"kind": "figure", "page": None, "sentence": "Figure 9 was not found"},
    ]
    early = paper(2, error_kind="incomplete", error="page 4 is damaged; the file is cut short")
    write_part(
        tmp_path, "part-a.parquet", [], [paper(0), paper(1, error_kind="incomplete", gaps=gaps), early]
    )
    page = _written(tmp_path, _run(tmp_path, by_status={"ok": 3}))
    assert "Read, but not whole: 2 papers: figure 1, other 1, page 1" in page.text
    assert "paper-1.pdf page 3 : page 3 is damaged" in page.text
    assert "Figure 9 was not found figure" in page.text
    assert "page 4 is damaged; the file is cut short" in page.text
    assert page.all("script") == []


def test_stages_have_their_rates(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _run(tmp_path))
    assert "captions, separation 3 s 3.3 pages/s" in page.text
    assert "Naming modalities 1.5 s 1.3 subfigures/s" in page.text


def test_the_second_report_says_what_changed_since_the_first(tmp_path: Path):
    _two_papers(tmp_path)
    first = _written(tmp_path, _run(tmp_path))
    assert "Since the run before" not in first.text
    more = [subfigure(2, "GFIG", 0.9), subfigure(3, "GFIG", 0.9)]
    failed = paper(3, "failed", error_kind="damaged", error="Cut short.")
    write_part(tmp_path, "part-b.parquet", more, [paper(2), failed])
    page = _written(tmp_path, _run(tmp_path, parts=("part-b.parquet",), seconds=2.0))
    assert "The dataset after the run of 23 November 2026, 12:00 UTC, and now." in page.text
    assert "Papers 2 4 +2 Failed papers 0 1 +1 Figures 2 4 +2 Subfigures 2 4 +2" in page.text
    assert "The model abstains on 50.0% 25.0% −25.0% Mean confidence 0.550 0.725 +0.175" in page.text
    assert "Pages a second, in the run 2.5 5.0 +2.5 Statistical figure, graph, chart 1 3 +2" in page.text
    assert "Fluorescence microscopy 1 1" not in page.text
    assert "The last 2 runs" in page.text


@pytest.mark.parametrize("kept", ["", "no JSON", "{}", "[1]", '[{"summary": {}, "holdings": {}}]', "words"])
def test_a_history_that_says_something_else_is_as_none(tmp_path: Path, kept: str):
    _two_papers(tmp_path)
    if kept == "words":  # where counts should be
        write_report(tmp_path, _run(tmp_path, pages=123_456))
        kept = (tmp_path / "report" / "runs.json").read_text().replace("123456", '"many"')
    (tmp_path / "report").mkdir(exist_ok=True)
    (tmp_path / "report" / "runs.json").write_text(kept)
    assert "Since the run before" not in _written(tmp_path, _run(tmp_path)).text
    assert len(read_history(tmp_path)) == 1


def test_the_history_has_a_runs_counts_among_its_other_facts(tmp_path: Path):
    """As every version has written it: reports of datasets that are there go on comparing."""
    _two_papers(tmp_path)
    write_report(tmp_path, _run(tmp_path))
    (past,) = json.loads((tmp_path / "report" / "runs.json").read_text())
    assert (past["summary"]["pages"], past["summary"]["by_status"]) == (10, {"ok": 2})
    assert (past["holdings"]["papers"], past["holdings"]["abstained"]) == (2, 1)


def test_the_history_keeps_the_latest_runs_and_a_part_of_their_failures(tmp_path: Path):
    failures = tuple(FailedPaper("x", f"/papers/{i}.pdf", "damaged", "Cut short.") for i in range(300))
    run = PastRun(_run(tmp_path, failures=failures), DatasetState(1, 0, 1, 1, 0, None, {}))
    (tmp_path / "report").mkdir()
    write_history(tmp_path, [replace(run, summary=replace(run.summary, inputs=i)) for i in range(60)])
    kept = read_history(tmp_path)
    assert [past.summary.inputs for past in kept] == list(range(10, 60))
    assert kept[0] == replace(run, summary=replace(run.summary, inputs=10, failures=failures[:100]))


GOLD = f"subfigure_id,modality\n{0:016x}/0/0,dmfl\n{1:016x}/0/0,GCHE\n{2:016x}/0/0,\n"


def test_with_gold_it_draws_confidence_against_accuracy_and_shows_mistakes(tmp_path: Path):
    _two_papers(tmp_path)
    write_report(tmp_path, _run(tmp_path))
    (tmp_path / "mine.csv").write_text(GOLD)
    page = _Page(rewrite_report(tmp_path, tmp_path / "mine.csv").page.read_text(encoding="utf-8"))
    assert "Of 2 subfigures that people have named, the model names 50.0% alike." in page.text
    assert "Confidence and accuracy are 0.150 apart" in page.text
    assert len(page.all("circle")) == 2
    assert "People say: chemical structure" in page.text
    assert "2 papers read in 4 s" in page.text
    # Later runs go on comparing.
    assert "Of 2 subfigures that people have named" in _written(tmp_path, _idle(tmp_path)).text


def test_gold_that_was_spoilt_later_costs_the_comparison_not_the_report(tmp_path: Path):
    _two_papers(tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "gold.csv").write_bytes(b"\xff\xfe")
    page = _written(tmp_path, _run(tmp_path))
    assert "people have named" not in page.text
    assert "2 papers read" in page.text


def test_a_dataset_that_remembers_no_run_says_what_to_do(tmp_path: Path):
    with pytest.raises(OutputError, match="label papers first"):
        rewrite_report(tmp_path)


def test_links_within_the_page_lead_somewhere_and_every_section_has_its_heading(tmp_path: Path):
    _two_papers(tmp_path)
    page = _written(tmp_path, _run(tmp_path))
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    inner = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert len(ids) == len(set(ids))
    assert set(inner) <= set(ids)
    assert "pictures" in inner
    assert all(section["aria-labelledby"] in ids for section in page.all("section"))


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("/a b/ü?#.pdf", "file:///a%20b/%C3%BC%3F%23.pdf#page=2"),
        ("https://example.org/a.pdf", "https://example.org/a.pdf"),
        ("javascript:alert(1)", None),
        ("s3://bucket/a.pdf", None),
        ("relative.pdf", None),
    ],
)
def test_links_go_to_files_and_https_only(uri: str, target: str | None):
    assert link(uri, 2) == target


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 s"), (0.421, "0.42 s"), (59.7, "1 min 0 s"), (185, "3 min 5 s"), (7830, "2 h 10 min")],
)
def test_durations_read_well(seconds: float, words: str):
    assert duration(seconds) == words


def test_rates_change_to_minutes_below_one_a_second_and_survive_no_time():
    assert rate(90, "pages", 10) == "9.0 pages/s"
    assert rate(5, "papers", 10) == "30.0 papers/min"
    assert rate(5, "papers", 0) == "0.0 papers/min"


def test_the_headline_counts_one_as_one(tmp_path: Path):
    run = _run(tmp_path, by_status={"ok": 1}, subfigures=1, figures=1)
    assert headline(run) == "1 paper read in 4 s: 1 subfigure in 1 figure."


def test_the_headline_of_a_relabelling_says_that_nothing_was_read(tmp_path: Path):
    run = _run(tmp_path, by_status={"ok": 1}, subfigures=1, figures=1)
    run = replace(run, settings={RELABELLED: "old"})
    assert headline(run) == "1 paper relabelled in 4 s: 1 subfigure in 1 figure."


def test_what_is_invisible_is_spelt_out_and_spaces_are_not():
    assert shown("a\u00a0b\n c\u202ed") == "a b c\\u202ed"


def test_a_figure_on_no_page_is_shown_without_one(tmp_path: Path) -> None:
    none = [None] * 4
    row = subfigure(0, page=None, figure_bbox=none, subfigure_bbox=none)
    write_part(tmp_path, "part-a.parquet", [row], [paper(0)])
    page = write_report(tmp_path, _run(tmp_path)).read_text()
    assert "paper-0.pdf" in page
    assert "None" not in page


def test_what_people_corrected_stands_in_the_report_and_nothing_of_it_becomes_markup(tmp_path: Path):
    _two_papers(tmp_path)
    hostile = "<img src=x onerror=alert(1)>"
    keep(
        tmp_path,
        say("label", rows_of(tmp_path)[0], hostile, queue="random"),
        say("label", rows_of(tmp_path)[0], "DMFL", queue="random", who=f"Eve {hostile}"),
    )
    html = write_report(tmp_path, _run(tmp_path)).read_text(encoding="utf-8")
    page = _Page(html)
    assert "2 corrections by 2 people" in page.text
    assert "Of 1 subfigure met in the random order, the model names 100.0% as people do" in page.text
    assert f"Ada and Eve {hostile}" in page.text
    assert hostile not in html
