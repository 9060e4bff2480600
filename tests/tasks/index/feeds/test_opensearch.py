"""Into OpenSearch and Elasticsearch: the very requests, seen by a server that keeps what it is told.

No such cluster installs from a package registry; the fake below knows the few calls that Figmill makes.
"""

import base64
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.errors import OutputError, SettingsError
from tasks.index.documents import read_documents
from tasks.index.feeds.opensearch import bulk_lines, index_body
from tasks.index.opening import open_target
from tasks.index.source import Origin, list_parts
from tasks.index.update import Plan, plan_update, update
from tests.tasks.index.small import FIRST, SECOND, dataset, part, row
from tests.test_readme import BLOCKS

ORIGIN = Origin("/data/figures", "default@0123456789ab", 2, ("DMFL", "GFIG"))


class Cluster:
    """Indexes, their documents, aliases; and every request that came."""

    def __init__(self) -> None:
        self.mappings: dict[str, dict[str, Any]] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.requests: list[tuple[str, str, str, str | None]] = []
        self.busy = 0
        self.refused: str | None = None

    def answer(self, method: str, path: str, body: str) -> tuple[int, Any]:
        if self.busy:
            self.busy -= 1
            return 429, {"error": {"reason": "too many requests"}}
        plain = path.split("?")[0]
        if plain == "/_bulk":
            return 200, self._bulk(body)
        if plain == "/_aliases":
            return 200, self._move(json.loads(body)["actions"])
        if found := re.fullmatch(r"/_alias/(\w+)", plain):
            names = [index for alias, index in self.aliases.items() if alias == found[1]]
            return (200, {name: {} for name in names}) if names else (404, {"error": "alias missing"})
        name, _, call = plain[1:].partition("/")
        if method == "PUT":
            self.mappings[name], self.documents[name] = json.loads(body), {}
            return 200, {"acknowledged": True}
        index = self.aliases.get(name, name)
        if index not in self.mappings:
            return 404, {"error": {"reason": f"no such index [{name}]"}}
        return 200, self._of_index(index, call, body)

    def _of_index(self, index: str, call: str, body: str) -> Any:
        if call == "_mapping":
            return {index: {"mappings": self.mappings[index]["mappings"]}}
        if call == "_delete_by_query":
            part = json.loads(body)["query"]["term"]["part"]
            kept = {key: one for key, one in self.documents[index].items() if one["part"] != part}
            self.documents[index] = kept
        if call == "_search":
            composite = json.loads(body)["aggs"]["parts"]["composite"]
            return {"aggregations": {"parts": self._page(index, composite)}}
        return {}

    def _page(self, index: str, composite: dict[str, Any]) -> dict[str, Any]:
        """A page of one bucket, so that paging is seen."""
        counted = Counter((one["part"], one["fingerprint"]) for one in self.documents[index].values())
        after = tuple(composite.get("after", {}).values())
        left = sorted(key for key in counted if key > after)[:1]
        keys = [dict(zip(("part", "fingerprint"), key, strict=True)) for key in left]
        buckets = [{"key": key, "doc_count": counted[one]} for key, one in zip(keys, left, strict=True)]
        return {"buckets": buckets} | ({"after_key": keys[-1]} if keys else {})

    def _bulk(self, body: str) -> Any:
        lines = [json.loads(line) for line in body.splitlines()]
        items = []
        for action, source in zip(lines[::2], lines[1::2], strict=True):
            target = action["index"]
            if target["_id"] == self.refused:
                error = {"type": "strict_dynamic_mapping_exception", "reason": "not allowed"}
                items.append({"index": {"_id": target["_id"], "status": 400, "error": error}})
                continue
            self.documents[target["_index"]][target["_id"]] = source
            items.append({"index": {"_id": target["_id"], "status": 201}})
        return {"errors": any("error" in item["index"] for item in items), "items": items}

    def _move(self, actions: list[dict[str, Any]]) -> Any:
        for action in actions:
            if "add" in action:
                self.aliases[action["add"]["alias"]] = action["add"]["index"]
            else:
                self.mappings.pop(action["remove_index"]["index"])
        return {"acknowledged": True}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    kept = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            kept.requests.append((self.command, self.path, body, self.headers.get("Authorization")))
            status, answer = kept.answer(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    kept.url = f"opensearch+http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield kept
    server.shutdown()
    server.server_close()


def _update(out: Path, cluster: Any, url: str | None = None) -> Plan:
    with open_target(out, url or cluster.url) as target:
        plan = plan_update(out, target)
        update(out, target, plan)
    return plan


def test_each_indexed_column_is_mapped_by_its_type_and_use():
    mapped = index_body("opensearch", ORIGIN)["mappings"]["properties"]
    assert list(mapped) == [
        *(column.name for column in INDEXED_COLUMNS),
        *("part", "fingerprint", "embedding", "thumbnail"),
    ]
    kinds = {
        name: mapped[name]["type"] for name in ("title", "doi", "page", "confidence", "rejected", "published")
    }
    assert kinds == {
        "title": "text",
        "doi": "keyword",
        "page": "integer",
        "confidence": "float",
        "rejected": "boolean",
        "published": "date",
    }
    assert mapped["source_uri"] == {"type": "keyword", "index": False, "doc_values": False}


def test_the_mapping_of_opensearch():
    body = index_body("opensearch", ORIGIN)
    assert body["settings"] == {"index": {"number_of_shards": 1, "knn": True}}
    assert body["mappings"]["dynamic"] == "strict"
    assert body["mappings"]["_meta"] == {
        "figmill": {"layout": "4", "model_id": "default@0123456789ab", "dataset": "/data/figures"}
    }
    properties = body["mappings"]["properties"]
    assert properties["embedding"] == {
        "type": "knn_vector",
        "dimension": 2,
        "method": {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"},
    }
    assert properties["caption"] == {"type": "text", "analyzer": "english"}
    assert properties["modality_path"] == properties["license"] == properties["part"] == {"type": "keyword"}
    assert properties["confidence"] == {"type": "float"}
    assert properties["thumbnail"] == {"type": "binary"}


def test_the_mapping_of_elasticsearch():
    body = index_body("elasticsearch", ORIGIN)
    assert body["settings"] == {"index": {"number_of_shards": 1}}
    assert body["mappings"]["properties"]["embedding"] == {
        "type": "dense_vector",
        "dims": 2,
        "index": True,
        "similarity": "cosine",
    }


def test_the_lines_of_a_document(tmp_path: Path):
    first, second = list_parts(dataset(tmp_path))
    document = next(read_documents(first))[0]
    text = bulk_lines("figmill-abc", document, first)
    assert text.count("\n") == 2
    assert text.endswith("\n")
    action, source = map(json.loads, text.splitlines())
    assert action == {"index": {"_index": "figmill-abc", "_id": "0000000000000000/0/0"}}
    assert base64.b64decode(source.pop("thumbnail")).startswith(b"\xff\xd8")
    assert source == {
        "subfigure_id": "0000000000000000/0/0",
        "paper_id": "0" * 64,
        "source_uri": "/papers/paper-0.pdf",
        "pmcid": "PMC0",
        "doi": "10.1/0",
        "title": "Paper 0",
        "authors": [],
        "mentions": [],
        "journal": "Journal of Tests",
        "license": "CC BY 4.0",
        "published": "2020-01-01",
        "figure_index": 0,
        "figure_label": "Figure 1",
        "caption": "Loss of cristae. (a) Liver. (b) Heart.",
        "subcaption": "Loss of cristae. Liver.",
        "page": 3,
        "subfigure_index": 0,
        "panel_label": "a",
        "image_width": 64,
        "image_height": 64,
        "modality": "DMTR",
        "modality_path": ["microscopy", "microscopy/transmission"],
        "confidence": pytest.approx(0.95),
        "modality_set": [],
        "rejected": False,
        "embedding": [1.0, 0.0],
        "part": FIRST,
        "fingerprint": first.fingerprint,
    }
    unscored = json.loads(bulk_lines("x", next(read_documents(second))[1], second).splitlines()[1])
    assert not {"embedding", "thumbnail", "modality", "confidence"} & unscored.keys()


def test_every_field_of_a_document_is_in_the_mapping(tmp_path: Path):
    properties = index_body("opensearch", ORIGIN)["mappings"]["properties"]
    for found in list_parts(dataset(tmp_path)):
        for document in next(read_documents(found)):
            assert json.loads(bulk_lines("x", document, found).splitlines()[1]).keys() <= properties.keys()


def test_first_all_behind_an_alias_then_only_what_changed(cluster: Any, tmp_path: Path):
    out = dataset(tmp_path)
    _update(out, cluster)
    (index,) = cluster.mappings
    assert re.fullmatch(r"figmill-[0-9a-f]{12}", index)
    assert cluster.aliases == {"figmill": index}
    assert len(cluster.documents[index]) == 6
    assert _update(out, cluster).empty
    part(out, FIRST, [row(0), row(9)])
    (out / "papers" / SECOND).unlink()
    plan = _update(out, cluster)
    assert ([one.name for one in plan.changed], plan.gone) == ([FIRST], (SECOND,))
    assert {key[:16] for key in cluster.documents[index]} == {f"{0:016x}", f"{9:016x}"}


def test_a_part_that_a_kill_left_half_sent_is_sent_again(cluster: Any, tmp_path: Path):
    out = dataset(tmp_path)
    _update(out, cluster)
    (documents,) = cluster.documents.values()
    documents.pop(f"{1:016x}/0/0")
    assert [one.name for one in _update(out, cluster).changed] == [FIRST]
    assert len(next(iter(cluster.documents.values()))) == 6


def test_another_model_fills_another_index_and_then_takes_the_alias(cluster: Any, tmp_path: Path):
    out = dataset(tmp_path)
    _update(out, cluster)
    (old,) = cluster.mappings
    cluster.mappings["figmill-000000000000"] = cluster.mappings.pop(old)
    cluster.documents["figmill-000000000000"] = cluster.documents.pop(old)
    cluster.aliases["figmill"] = "figmill-000000000000"
    _update(out, cluster)
    assert cluster.aliases == {"figmill": old}
    assert list(cluster.mappings) == [old]
    moved = next(body for _, path, body, _ in reversed(cluster.requests) if path == "/_aliases")
    assert json.loads(moved) == {
        "actions": [
            {"add": {"index": old, "alias": "figmill"}},
            {"remove_index": {"index": "figmill-000000000000"}},
        ]
    }


def test_a_dry_run_sends_nothing_that_changes(cluster: Any, tmp_path: Path):
    out = dataset(tmp_path)
    with open_target(out, cluster.url) as target:
        assert plan_update(out, target).documents == 6
    assert {method for method, *_ in cluster.requests} == {"GET"}


def test_an_index_of_another_dataset_or_of_others_is_not_touched(cluster: Any, tmp_path: Path):
    out = dataset(tmp_path / "here")
    _update(out, cluster)
    part(tmp_path / "other", f"part-{9:016x}.parquet", [row(9)])
    with pytest.raises(OutputError, match="choose another --name"):
        _update(tmp_path / "other", cluster)
    (index,) = cluster.mappings
    cluster.mappings[index]["mappings"].pop("_meta")
    with pytest.raises(OutputError, match="not made by Figmill"):
        _update(out, cluster)


def test_a_busy_cluster_is_asked_again(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.index.feeds.opensearch.time.sleep", lambda _: None)
    cluster.busy = 3
    _update(dataset(tmp_path), cluster)
    assert len(next(iter(cluster.documents.values()))) == 6


def test_a_refused_document_is_named_with_the_reason(cluster: Any, tmp_path: Path):
    cluster.refused = f"{1:016x}/0/0"
    with pytest.raises(
        OutputError, match=r"refused 1 of 4 documents, first 0000000000000001/0/0: not allowed"
    ):
        _update(dataset(tmp_path), cluster)
    assert cluster.aliases == {}


@pytest.mark.parametrize("how", ["url", "environment", "key"])
def test_credentials_go_into_the_header_and_nowhere_else(
    how: str, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url, expected = cluster.url, "Basic " + base64.b64encode(b"me:hunter2").decode()
    if how == "url":
        url = url.replace("://", "://me:hunter%32@")
    elif how == "environment":
        monkeypatch.setenv("FIGMILL_INDEX_USER", "me")
        monkeypatch.setenv("FIGMILL_INDEX_PASSWORD", "hunter2")
    else:
        monkeypatch.setenv("FIGMILL_INDEX_API_KEY", "hunter2")
        expected = "ApiKey hunter2"
    out = dataset(tmp_path)
    _update(out, cluster, url)
    assert {header for *_, header in cluster.requests} == {expected}
    assert not any("hunter" in path + body for _, path, body, _ in cluster.requests)
    assert "hunter" not in open_target(out, url).label


def test_a_cluster_that_does_not_answer_is_one_line(tmp_path: Path):
    out = dataset(tmp_path)
    with pytest.raises(
        OutputError, match=r"opensearch at http://127.0.0.1:1, alias figmill does not answer"
    ) as caught:
        _update(out, None, "opensearch+http://me:hunter2@127.0.0.1:1")
    assert "hunter2" not in str(caught.value)
    for to in ("opensearch+https://", "elasticsearch+https://u:hunter2@host:port"):
        with pytest.raises(SettingsError, match="names no host"):
            open_target(out, to)


def test_the_recipe_of_the_readme_asks_for_fields_that_there_are():
    properties = index_body("opensearch", ORIGIN)["mappings"]["properties"]
    (block,) = (block for block in BLOCKS if block.language == "json")
    asked = json.loads(block.code)
    query = asked["query"]["bool"]
    fields = [name.partition("^")[0] for name in query["must"]["multi_match"]["fields"]]
    assert {properties[name]["type"] for name in fields} == {"text"}
    term, span = query["filter"]
    assert [properties[name]["type"] for name in term["term"]] == ["keyword"]
    assert [properties[name]["type"] for name in span["range"]] == ["float"]
    assert set(asked["_source"]["excludes"]) <= properties.keys()
