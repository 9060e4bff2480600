"""What every test may ask for."""

import contextlib
import fcntl
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests import stores
from tests.servers import NOTHING_PLANNED, Server, postgres, prefect_server
from tests.stores import Store

# Several tests run at a time, and threads of OpenMP wait for each other by spinning: on two cores with twenty processes
# at work, a small network's training that takes one thread 1 s of processor time took two threads 29 s.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Nothing is judged by the clock, and each run tries the same examples (`--hypothesis-profile default`: others).
settings.register_profile(
    "figmill",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("figmill")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The README's blocks, which take minutes one after the other, are not begun last."""
    items.sort(key=lambda item: item.path.name != "test_readme.py")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' data beside the repo (papers, panels, weights); a checkout without it skips the test."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs the developers' data folder ../shared, which this checkout does not have")
    return SHARED


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command run in this process sets the logger `figmill` up for itself; the next test gets it as it was."""
    logger = logging.getLogger("figmill")
    before = (logger.handlers, logger.propagate, logger.level)
    yield
    logger.handlers, logger.propagate, logger.level = before


def _for_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of pytest that all its workers see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def demo_papers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The demo's two papers, drawn once for all workers (3 s of a core); who would change them copies them."""
    from tasks.demo.papers import make_papers

    folder = _for_all_workers(tmp_path_factory) / "demo-papers"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = sorted(folder.glob("*.pdf"), reverse=True)
        return made if len(made) == 2 else make_papers(folder)


@pytest.fixture(scope="session")
def small_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper of a page with two pictures, read in a quarter of the time that one of the demo's takes.

    For tests of what becomes of papers, many times over, and not of how they are read.
    """
    from tests.tasks.drawn import Drawing, picture

    page = Drawing().add_page()
    page.image((50, 60, 290, 220), picture(seed=1)).image((305, 60, 545, 220), picture(seed=2))
    page.caption((50, 226, 290, 250), "Figure 1.", "Cells before.").body((50, 270, 290, 700))
    page.caption((305, 226, 545, 250), "Figure 2.", "Cells after.").body((305, 270, 545, 700))
    return page.save(tmp_path_factory.mktemp("papers"), "small.pdf")


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle, but of an untrained network with small images: quick to load, knows nothing."""
    import torch

    from models.bundle.description import Description
    from models.bundle.serialization import save_bundle
    from models.networks.build import build_network
    from models.transforms import Transform

    torch.manual_seed(1)
    classes = ("DMEL", "DMFL", "DRCT", "GFIG")
    network = build_network("resnet18:b3-1", len(classes))
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    description = Description(
        name="tiny", model="resnet18:b3-1", classes=classes, transform=Transform(size=64, resize=64)
    )
    save_bundle(folder, description, network, "# tiny\nUntrained.\n")
    return folder


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server on SQLite that all tests share: it takes 20 to 50 s to start. It plans and watches nothing.

    Of the 14 s of a core that this takes, 9 make its database, which a later worker's server has from the first.
    """
    home, made = tmp_path_factory.mktemp("prefect"), _for_all_workers(tmp_path_factory) / "prefect.db"
    own = home / ".prefect" / made.name
    if made.exists():
        own.parent.mkdir()
        shutil.copy(made, own)
    with prefect_server(home, **NOTHING_PLANNED) as server:
        if not made.exists():
            with contextlib.closing(sqlite3.connect(own)) as database:
                database.execute("VACUUM INTO ?", (str(home / "made.db"),))
            (home / "made.db").replace(made)
        yield server


@pytest.fixture(scope="session")
def prefect_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server on PostgreSQL, as production has it, that the slow tests share."""
    home = tmp_path_factory.mktemp("prefect-on-postgres")
    with (
        postgres() as url,
        prefect_server(home, PREFECT_SERVER_DATABASE_CONNECTION_URL=url) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Store]:
    """An S3 server of our own; nothing of the environment's real accounts is used."""
    with stores.s3_server() as store:
        yield store


@pytest.fixture
def s3(s3_server: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The server, well-behaved again, with an empty bucket `bucket`; this process talks to it."""
    from tasks.stores import objects

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    s3_server.faults.clear()
    s3_server.before = lambda request: None
    httpx.post(f"{s3_server.url}/moto-api/reset").raise_for_status()
    objects.filesystem("s3").mkdir("bucket")
    s3_server.requests.clear()
    return s3_server
