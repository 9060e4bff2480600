"""`figmill corrections` and the `--gold` of `figmill report` as a user meets them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import figmill
from tasks.errors import FigmillError, SettingsError
from tests.tasks.corrections.acts import keep, piece, rows_of, say
from tests.tasks.index.small import dataset


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(figmill, ["corrections", *map(str, arguments)])


def test_nothing_said_says_how_to_begin(tmp_path: Path):
    out = dataset(tmp_path)
    assert f"figmill view {out} --edit" in _run(out).output


def test_it_lists_what_holds_and_what_no_longer_fits(tmp_path: Path):
    out = dataset(tmp_path)
    rows = rows_of(out)
    keep(out, say("label", rows[0], "GTAB"), say("reject", dict(rows[1], image_sha256="f" * 64)))
    output = _run(out).output
    assert "GTAB" in output
    assert "1 correction by 1 person; 1 no longer fits and is not applied" in output
    assert "reject, does not fit" in output


def test_names_are_whole_on_a_narrow_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = dataset(tmp_path)
    row = rows_of(out)[0]
    keep(out, say("caption", row, "Kidneys of mice, stained, fourteen days after surgery"))
    monkeypatch.setenv("COLUMNS", "60")
    assert row["subfigure_id"] in _run(out).output


def test_out_and_in_and_back(tmp_path: Path):
    out, other = dataset(tmp_path / "one"), dataset(tmp_path / "other")
    keep(out, say("label", rows_of(out)[0], "GTAB"))
    file = tmp_path / "said.json"
    assert "1 correction" in _run(out, "--to", "label-studio", "--out", file).output
    assert "1 correction taken in, 0 that were known" in _run(other, "--from", file, "--who", "Ben").output
    assert "1 correction of Ben taken back" in _run(other, "--undo", "Ben", "--who", "Ada").output
    assert "0 corrections of Ben taken back" in _run(other, "--undo", "Ben", "--since", "2026-01-01").output


def test_names_are_kept_where_that_is_asked_for_and_what_is_not_taken_is_named(tmp_path: Path):
    out, other = dataset(tmp_path / "one"), dataset(tmp_path / "other")
    row = rows_of(out)[0]
    keep(out, say("letter", row, "b"), say("split", row, pieces=(piece(row, 10_001, (0, 0, 5, 5)),)))
    file = tmp_path / "said.csv"
    _run(out, "--to", "csv", "--out", file)
    taken = _run(other, "--from", file, "--who", "Eve", "--keep-names")
    assert "1 correction taken in, 0 that were known, 1 not taken" in taken.output
    assert "not taken: 1 split: The PDF is no longer where it was" in taken.output
    assert "1 correction of Ada taken back" in _run(other, "--undo", "Ada", "--who", "Eve").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--keep-names"], "goes with --from"),
        (["--to", "csv"], "go together"),
        (["--out", "x"], "go together"),
        (["--since", "2026-01-01"], "goes with --undo"),
        (["--to", "csv", "--out", "x", "--undo", "Ada"], "at a time"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, arguments: list[str], words: str):
    done = _run(dataset(tmp_path), *arguments)
    assert done.exit_code == 2
    assert words in done.output


def test_what_is_no_dataset_is_said(tmp_path: Path):
    assert isinstance(_run(tmp_path).exception, FigmillError)


@pytest.mark.parametrize("arguments", [["corrections", "DIR", "--undo", "Ada"], ["view", "DIR", "--edit"]])
def test_who_has_no_name_on_this_machine_is_asked_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)  # as in a container that is started with --user
    out = dataset(tmp_path)
    done = CliRunner().invoke(figmill, [str(out) if one == "DIR" else one for one in arguments])
    assert isinstance(done.exception, SettingsError)
    assert "--who Ada" in str(done.exception)


def test_labels_of_a_class_of_one_s_own_are_taken_in(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    labels, classes = tmp_path / "labels.csv", tmp_path / "classes.toml"
    labels.write_text(f"subfigure_id,modality\n{1:016x}/0/0,Ponceau\n")
    classes.write_text('[[class]]\nname = "Ponceau"\nbelow = "GGEL"\n')
    refused = str(_run(out, "--from", labels).exception)
    assert "no class 'Ponceau'" in refused
    assert "--classes FILE" in refused
    assert "1 correction taken in" in _run(out, "--from", labels, "--classes", classes, "--who", "Ada").output
    assert "GGEL/Ponceau" in _run(out).output


def test_a_folder_that_holds_something_is_refused_before_anything_is_learned(tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    told = ["adapt", str(dataset(tmp_path / "dataset")), "--out", str(tmp_path / "full")]
    done = CliRunner().invoke(figmill, told)  # nobody has named a row, which it would say else
    assert "holds something already: name a new or empty folder" in str(done.exception)
