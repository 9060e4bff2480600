"""`figmill label`: options that another option makes useless are refused before anything is done."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import figmill


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--price", "1"), "only --dry-run says what a run may cost"),
        (("--dry-run", "--fail-above", "0.1"), "leave --fail-above out"),
    ],
)
def test_an_option_that_is_of_no_use_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    out = tmp_path / "out"
    result = CliRunner().invoke(figmill, ["label", str(tmp_path / "a.pdf"), "--out", str(out), *words])
    assert result.exit_code == 2
    assert said in result.output
    assert not out.exists()


def test_one_of_the_file_of_options_is_for_other_runs(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "figmill.toml").write_text("[label]\nfail_above = 0.1\n")
    words = ["--config", str(tmp_path / "figmill.toml"), "label", str(tmp_path / "a.pdf")]
    result = CliRunner().invoke(figmill, [*words, "--out", str(tmp_path / "out"), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "1 PDF" in result.output
