"""Qdrant follows a dataset part by part: against the engine that its own library brings."""

import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

from tasks.errors import OutputError, SettingsError
from tasks.index.opening import open_target
from tasks.index.update import plan_update
from tests.tasks.index.small import FIRST, THIRD, assert_followed, dataset, part, row, updated

# looked for, not imported: it takes seconds, in each process that collects the tests
pytestmark = pytest.mark.skipif(find_spec("qdrant_client") is None, reason="needs figmill[qdrant]")


@pytest.fixture
def to(tmp_path: Path) -> str:
    return f"qdrant://{tmp_path}/qdrant"


def _points(to: str) -> list:
    from qdrant_client import QdrantClient

    client = QdrantClient(path=to.removeprefix("qdrant://"))
    points, _ = client.scroll("figmill", limit=100, with_payload=True, with_vectors=True)
    client.close()
    return points


def _names(points: list) -> list[int]:
    return sorted(int(point.payload["subfigure_id"][:16], 16) for point in points)


def test_first_all_then_nothing_then_what_changed_and_went(tmp_path: Path, to: str):
    assert_followed(dataset(tmp_path / "dataset"), to, lambda: _names(_points(to)))


def test_vectors_and_filters_find_rows(tmp_path: Path, to: str):
    from qdrant_client import QdrantClient, models

    updated(dataset(tmp_path / "dataset"), to)
    client = QdrantClient(path=to.removeprefix("qdrant://"))
    only = models.FieldCondition(key="modality_path", match=models.MatchValue(value="illustration"))
    found = client.query_points(
        "figmill", query=[1.0, 0.0], using="embedding", query_filter=models.Filter(must=[only]), limit=5
    ).points
    client.close()
    assert [int(point.payload["subfigure_id"][:16], 16) for point in found] == [2, 3]
    assert found[0].payload["published"] == "2020-01-01"


def test_a_part_that_is_not_whole_is_sent_again(tmp_path: Path, to: str):
    from qdrant_client import QdrantClient

    out = dataset(tmp_path / "dataset")
    updated(out, to)
    lost = next(point.id for point in _points(to) if point.payload["part"] == FIRST)
    client = QdrantClient(path=to.removeprefix("qdrant://"))
    client.delete("figmill", [lost])
    client.close()
    assert [one.name for one in updated(out, to).changed] == [FIRST]
    assert _names(_points(to)) == [0, 1, 2, 3, 4, 5]


def test_another_dataset_is_refused(tmp_path: Path, to: str):
    updated(dataset(tmp_path / "dataset"), to)
    part(tmp_path / "other", THIRD, [row(9)])
    with pytest.raises(OutputError, match="another dataset"):
        updated(tmp_path / "other", to)


def test_another_model_takes_the_place_of_the_old_one(tmp_path: Path, to: str):
    from dataclasses import replace

    out = dataset(tmp_path / "dataset")
    updated(out, to)
    with open_target(out, to) as target:
        plan = plan_update(out, target)
        other = replace(plan.origin, model_id="other@000000000000")
        assert not target.held(other).fits
        target.prepare(other)
        target.finish()
    assert _points(to) == []
    assert len(updated(out, to).new) == 2


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("figmill_customers_eu", {"part": "x", "held": "x y", "dataset": "x"}),
        ("figmill_0123456789ab", {"customer": "x"}),
        ("figmill_ba9876543210", None),
    ],
)
def test_collections_of_others_stay(name: str, payload: dict | None, tmp_path: Path, to: str):
    from qdrant_client import QdrantClient, models

    client = QdrantClient(path=to.removeprefix("qdrant://"))
    size = models.VectorParams(size=2, distance=models.Distance.COSINE)
    client.create_collection(name, vectors_config=size)
    if payload:
        client.upsert(name, [models.PointStruct(id=1, vector=[1.0, 0.0], payload=payload)])
    client.close()
    updated(dataset(tmp_path / "dataset"), to)
    client = QdrantClient(path=to.removeprefix("qdrant://"))
    assert client.collection_exists(name)
    client.close()
    assert _names(_points(to)) == [0, 1, 2, 3, 4, 5]


def test_what_filters_and_removals_ask_for_is_indexed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The library's own engine has no such indexes: it stands for a server that is told to make them."""
    from types import SimpleNamespace

    from qdrant_client import QdrantClient

    client = QdrantClient(":memory:")
    schema: dict[str, object] = {"held": "there already"}
    asked: list[str] = []
    monkeypatch.setattr("qdrant_client.QdrantClient", lambda **_: client)
    monkeypatch.setattr(client, "get_collection", lambda _: SimpleNamespace(payload_schema=schema))
    monkeypatch.setattr(client, "create_payload_index", lambda _, field, **__: asked.append(field))
    updated(dataset(tmp_path / "dataset"), "qdrant+http://host")
    assert {"part", "paper_id"} <= set(asked)
    assert "held" not in asked


def test_hostile_rows_do_no_harm(tmp_path: Path, to: str):
    out = tmp_path / "dataset"
    caption = "\x1b[31m'; DROP TABLE figmill; --\x00<script>" + "z" * 1_000_000
    part(out, FIRST, [row(1, caption=caption, title="../../x")])
    updated(out, to)
    (found,) = _points(to)
    assert found.payload["caption"] == caption


@pytest.mark.parametrize(
    "to", ["qdrant+https://u:hunter2@host", "qdrant://host", "qdrant+http://", "qdrant://"]
)
def test_an_address_that_means_nothing_is_said_without_its_password(to: str, tmp_path: Path):
    with pytest.raises(SettingsError) as caught:
        open_target(tmp_path, to)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_not_there_is_said_with_what_to_check(tmp_path: Path):
    with socket.socket() as bound:  # taken, and nobody listens
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(OutputError) as caught:
            updated(dataset(tmp_path), f"qdrant+http://127.0.0.1:{bound.getsockname()[1]}")
    assert "does not answer: Connection refused; check the address, and that it is running" in str(
        caught.value
    )
