"""figmill.toml: what it sets, what it may not, and that the command line counts more."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from flows.cli import figmill, options_of_file
from flows.terminal.config import Config, flow_settings, read_config
from tasks.errors import SettingsError

COMMANDS = {
    "label": click.Command(
        "label",
        params=[
            click.Argument(["inputs"], nargs=-1),
            click.Option(["--shard-size"], type=int),
            click.Option(["--license", "licenses"], multiple=True),
            click.Option(["-v", "--verbose"], is_flag=True),
            click.Option(["--model"]),
        ],
    ),
    "relabel": click.Command("relabel", params=[click.Option(["--model"])]),
}


def _config(folder: Path, text: str) -> Config:
    file = folder / "figmill.toml"
    file.write_text(text)
    return read_config(file, COMMANDS)


def test_a_section_is_of_a_command_and_what_stands_above_of_all(tmp_path: Path) -> None:
    text = (
        'model = "mine"\n[label]\ninputs = ["a", "b"]\nshard-size = 5\nlicense = ["CC BY"]\nverbose = true\n'
    )
    assert _config(tmp_path, text) == {
        "label": {
            "model": "mine",
            "inputs": ["a", "b"],
            "shard_size": 5,
            "licenses": ["CC BY"],
            "verbose": True,
        },
        "relabel": {"model": "mine"},
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[lable]\nout = 1\n", r"\[lable\] is no command: label, relabel"),
        (
            "[label]\nshardsize = 1\n",
            r"\[label\] has no option 'shardsize': inputs, license, model, shard-size",
        ),
        ("wokers = 2\n", "no command has an option 'wokers'"),
        ("[label]\nmodel = {a = 1}\n", "is a table"),
        ("[label\n", "is not TOML"),
    ],
)
def test_what_is_no_option_is_named(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=words):
        _config(tmp_path, text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory; check --config"):
        read_config(tmp_path / "nosuch.toml", COMMANDS)


def test_the_working_folders_file_counts_and_the_command_line_counts_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figmill.toml").write_text('[search]\nfolder = "of-the-file"\nlimit = 3\n')
    from_file = CliRunner().invoke(figmill, ["search"], catch_exceptions=True)
    typed = CliRunner().invoke(figmill, ["search", "typed"], catch_exceptions=True)
    assert "of-the-file" in str(from_file.exception)
    assert "typed" in str(typed.exception)
    assert "of-the-file" not in str(typed.exception)


def test_another_file_may_be_named_and_is_said_to_be_used(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('[search]\nfolder = "elsewhere"\n')
    done = CliRunner().invoke(figmill, ["--config", str(file), "search"])
    assert f"options from {file}" in done.stderr
    assert "elsewhere" in str(done.exception)


def test_what_a_paper_may_cost_and_whether_its_pictures_are_read_are_limits_of_the_flow() -> None:
    options = {"out": "d", "timeout": 300, "ocr": True, "verbose": True}
    assert flow_settings(options) == {"out": "d", "limits": {"timeout": 300, "ocr": True}}


def test_a_file_may_ask_for_the_words_in_pictures(tmp_path: Path) -> None:
    file = tmp_path / "figmill.toml"
    file.write_text("ocr = true\n")
    assert {name for name, options in options_of_file(file).items() if options.get("ocr")} == {
        "label",
        "ingest",
    }
