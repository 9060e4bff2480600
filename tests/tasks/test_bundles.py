"""A bundle on a store is fetched, its own files only, and none that is too large."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from tasks import bundles
from tasks.bundles import open_bundle
from tasks.errors import UnusableBundleError
from tasks.stores import paths
from tests.models.small_sentences import lay
from tests.stores import Store


def upload(folder: Path, prefix: str) -> str:
    for file in folder.iterdir():
        paths.put_bytes(file.read_bytes(), paths.store_path(f"s3://bucket/{prefix}/{file.name}"))
    return f"s3://bucket/{prefix}"


def test_a_bundle_on_a_store_is_the_same_bundle(s3: Store, tiny_bundle: Path) -> None:
    uri = upload(tiny_bundle, "models/tiny")
    paths.put_bytes(b"import os", paths.store_path(f"{uri}/model.py"))
    found, local = open_bundle(uri), open_bundle(str(tiny_bundle))
    assert (found.model_id, found.classes, found.card) == (local.model_id, local.classes, local.card)
    assert sorted(file.name for file in found.path.iterdir()) == sorted(
        file.name for file in tiny_bundle.iterdir()
    )


def test_a_language_model_is_fetched_with_the_bundle_that_has_one(
    s3: Store, tiny_bundle: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_bundle, tmp_path / "told")
    sentences, description = lay(folder).sentences, folder / "model.json"
    told = {"buckets": 64, "lexicon_gain": 4.0, "sentences": asdict(sentences)}
    words = {"temperature": 1.0, "own": 1.0, "caption": 1.0, "floor": -7.0}
    calibration = {"picture": {"temperature": 1.0}, "words": words}
    entries = json.loads(description.read_text()) | {"words": told, "calibration": calibration}
    description.write_text(json.dumps(entries))
    found = open_bundle(upload(folder, "models/told"))
    assert found.model_id == open_bundle(str(folder)).model_id
    assert (found.path / "sentences.safetensors").is_file()


def test_a_bundle_on_a_store_may_lack_its_card(s3: Store, tiny_bundle: Path) -> None:
    uri = upload(tiny_bundle, "models/bare")
    paths.remove(paths.store_path(f"{uri}/README.md"))
    assert open_bundle(uri).model_id == open_bundle(str(tiny_bundle)).model_id


def test_a_file_that_is_missing_or_too_large_is_said(
    s3: Store, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        UnusableBundleError, match=r"s3://bucket/nosuch/model\.json cannot be read: there is no such"
    ):
        open_bundle("s3://bucket/nosuch")
    uri = upload(tiny_bundle, "large")
    monkeypatch.setattr(bundles, "_MOST_MB", {"model.safetensors": 1})
    with pytest.raises(UnusableBundleError, match=r"model\.safetensors is larger than 1 MB"):
        open_bundle(uri)
