"""The house: no import circle, lazy imports and those for type checking included, and no crowded folder.

Which package may import which is said in pyproject.toml and checked by `lint-imports`.
"""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "tasks", "models")
MOST_MODULES = 16


@pytest.fixture(scope="module")
def imports() -> set[tuple[str, str]]:
    """(importer, imported) of every import statement of our own modules, wherever in the module it stands."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)}


def circle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """The names along a circle; none where there is none."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for one, other in edges:
        sorter.add(one, other)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def room(module: str) -> str:
    """The package that a module lies in, `tasks.pdf`; a module of a layer's root stands for itself."""
    return ".".join(module.split(".")[:2])


def test_a_circle_is_found() -> None:
    assert circle([("a", "b"), ("b", "c"), ("c", "a")])
    assert not circle([("a", "b"), ("b", "c"), ("a", "c")])


def test_no_modules_import_each_other_in_a_circle(imports: set[tuple[str, str]]) -> None:
    assert not circle(imports)


def test_no_packages_import_each_other_in_a_circle(imports: set[tuple[str, str]]) -> None:
    assert not circle({(room(one), room(other)) for one, other in imports if room(one) != room(other)})


def test_lazy_imports_count(imports: set[tuple[str, str]]) -> None:
    assert ("tasks.index.opening", "tasks.index.feeds.postgres") in imports


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folder_holds_more_modules_than_one_can_take_in(package: str) -> None:
    folders = [ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())]
    counts = {
        str(folder.relative_to(ROOT)): sum(file.name != "__init__.py" for file in folder.glob("*.py"))
        for folder in folders
    }
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}
