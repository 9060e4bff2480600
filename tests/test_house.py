"""The house is as its docstrings and CONTRIBUTING say, so that they lead to the module to change."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(
    file.parent for top in ("flows", "tasks", "models") for file in (ROOT / top).rglob("__init__.py")
)
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
LISTED = re.compile(r"^(\w+(?:\.py|/)) +\S", re.MULTILINE)
"""A line of a package's docstring that says what a module or a folder is for."""


@pytest.mark.parametrize("package", PACKAGES, ids=[str(package.relative_to(ROOT)) for package in PACKAGES])
def test_a_packages_docstring_lists_its_modules_and_folders(package: Path):
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert sorted(LISTED.findall(docstring)) == _members(package)


def _members(package: Path) -> list[str]:
    modules = [file.name for file in package.glob("*.py") if file.name != "__init__.py"]
    folders = [
        f"{entry.name}/" for entry in package.iterdir() if entry.is_dir() and entry.name != "__pycache__"
    ]
    return sorted(modules + folders)


@pytest.mark.parametrize("page", [CONTRIBUTING, SECURITY], ids=["CONTRIBUTING", "SECURITY"])
def test_the_paths_that_a_page_names_exist(page: str):
    named = re.findall(r"`(\.?\w[\w.-]*/[\w./-]+|[A-Z]+\.md)`", page)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_names_that_contributing_gives_stand_in_the_modules_beside_them():
    pairs = re.findall(r"`(\w+)`[^`.]*\(`([\w/]+\.py)`\)|`([\w/]+\.py)` \(`(\w+)`\)", CONTRIBUTING)
    assert len(pairs) >= 3
    for name, module, module_before, name_after in pairs:
        source = (ROOT / (module or module_before)).read_text(encoding="utf-8")
        assert re.search(rf"^(?:class |def )?{name or name_after}\b", source, re.MULTILINE)


def test_the_verbs_that_contributing_and_the_hooks_name_are_those_of_ci():
    verbs = set(re.findall(r"^#   \.ci/run (\w+)", CI, re.MULTILINE))
    assert verbs == {"quick", "types", "tests", "audit", "slow", "floors"}
    assert set(re.findall(r"\.ci/run ([a-z]+)", CONTRIBUTING)) == verbs
    entries = [hook["entry"] for repo in yaml.safe_load(HOOKS)["repos"] for hook in repo["hooks"]]
    assert entries == [".ci/run quick", ".ci/run types"]


def test_ci_refuses_a_verb_that_it_does_not_know():
    done = subprocess.run([ROOT / ".ci" / "run", "fast"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "quick | types | tests [ARG...] | audit | slow | floors [NAME...]" in done.stderr


def test_the_readme_leads_to_contributing():
    assert "](.github/CONTRIBUTING.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
