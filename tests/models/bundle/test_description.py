import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from models.bundle.bundle import (
    BundleError,
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.description import Description, bundle_info, description_json
from models.bundle.sentence_model import Sentences
from models.transforms import Transform


@pytest.fixture
def folder(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "tiny"))


def test_the_tree_is_written_out(folder: Path) -> None:
    tree = json.loads((folder / "model.json").read_text())["tree"]
    assert tree["DMEL"] == ["microscopy", "microscopy/electron"]


WORDS = {"temperature": 1.0, "own": 0.7, "caption": 0.8, "floor": -7.0}


def rejecting(picture: float = 0.3, torn: float | None = None) -> dict[str, object]:
    return {"threshold": {"picture": picture, "words": None}, "novelty": None, "torn": torn}


def change(folder: Path, **entries: object) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"hooks": "os.system"}, "unknown keys: hooks"),
        ({"format_version": 99}, "update Figmill"),
        ({"classes": ["DMEL", "DMEL", "DMFL"]}, "classes is not a list"),
        ({"classes": "DMEL"}, "classes is not a list"),
        ({"embedding_size": -1}, "embedding_size"),
        ({"calibration": {"picture": {"temperature": 0}, "words": None}}, "temperature"),
        ({"calibration": {"picture": {"temperature": 1, "script": "x"}}}, "unknown settings"),
        ({"calibration": {"picture": {"temperature": 1}, "words": WORDS}}, "do not come together"),
        ({"rejection": rejecting(picture=7)}, "threshold"),
        ({"rejection": rejecting(torn=-1)}, "torn is not a number"),
        ({"rejection": rejecting(torn=0.5)}, "outputs.torn is not"),
        ({"rejection": rejecting() | {"most": 1.5}}, "most is not a number"),
        ({"outputs": {"kinds": ["bar", "../bar"]}}, "small letters"),
        ({"outputs": {"background": 1}}, "true nor false"),
        ({"words": {"buckets": 0, "lexicon_gain": 4}}, "buckets"),
        ({"sets": {"coverage": 0.9, "picture": [0.1], "words": None}}, "one probability for each of 4"),
        ({"transform": {"size": 224}}, "transform lacks settings: fit, mean, resize, std$"),
        ({"rejection": {"threshold": {"picture": 0.3}}}, "it lacks 'words'$"),
        (
            {"transform": asdict(Transform(size=256, fit="proportions"))},
            "transform has settings that cannot be",
        ),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_a_description_that_cannot_be_is_refused(folder: Path, entries: dict[str, object], says: str) -> None:
    change(folder, **entries)
    with pytest.raises(BundleError, match=says) as caught:
        bundle_info(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"hooks": 1}, "unknown keys: hooks"),
        ({"outputs": {"shadow": True}}, "outputs has unknown settings: shadow"),
        ({"transform": asdict(Transform()) | {"tilt": 3}}, "transform has unknown settings: tilt"),
        ({"transform": asdict(Transform()) | {"fit": "spiral"}}, "transform.fit is none of letterbox, "),
    ],
)
def test_what_a_newer_version_may_have_written_says_to_update(
    folder: Path, entries: dict[str, object], says: str
) -> None:
    change(folder, **entries)
    with pytest.raises(BundleError, match=f"{says}.*; if a newer Figmill wrote the bundle, update Figmill$"):
        bundle_info(folder)


@pytest.mark.parametrize("content", [b"", b"garbage" * 100])
def test_a_damaged_description_is_named(folder: Path, content: bytes) -> None:
    (folder / "model.json").write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.json"):
        bundle_info(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(BundleError, match=r"model\.safetensors"):
        bundle_info(folder)


def test_a_description_of_format_1_still_loads(folder: Path) -> None:
    file = folder / "model.json"
    newer = {"outputs", "words", "sets"}
    old = {key: value for key, value in json.loads(file.read_text()).items() if key not in newer}
    old |= {
        "format_version": 1,
        "calibration": {"temperature": 1.5, "caption_weight": 2.0},
        "rejection": {"threshold": 0.4, "background": True, "novelty": 3.0},
    }
    file.write_text(json.dumps(old))
    info = bundle_info(folder)
    assert info.calibration == Calibration(temperature=1.5, caption_weight=2.0)
    assert info.rejection == Rejection(threshold=0.4, novelty=3.0)
    assert info.outputs == (*info.classes, "background")
    weights = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert info.model_id == f"tiny@{weights[:12]}"  # as the datasets that it labelled name it


def test_every_setting_comes_back_from_what_is_written(folder: Path) -> None:
    description = Description(
        name="full",
        model="resnet18:b3-1",
        classes=("DMEL", "GFIG"),
        transform=Transform(),
        extra=ExtraOutputs(background=True, torn=True, compound=True, kinds=("bar", "heat-map")),
        calibration=Calibration(
            temperature=1.2, words=WordsCalibration(temperature=1.4, own=0.7, caption=0.8, floor=-6.0)
        ),
        hashing=Hashing(buckets=64, lexicon_gain=3.0),
        rejection=Rejection(threshold=0.3, words_threshold=0.4, novelty=2.0, torn=0.6, most=0.8),
        sets=SetThresholds(coverage=0.95, picture=(0.1, 0.2), words=(0.3, 0.4)),
    )
    (folder / "model.json").write_text(description_json(description, 8))
    info = bundle_info(folder)
    for name in ("extra", "calibration", "hashing", "rejection", "sets"):
        assert getattr(info, name) == getattr(description, name)
    assert info.outputs == (
        "DMEL",
        "GFIG",
        "background",
        "torn",
        "compound",
        "kind:bar",
        "kind:heat-map",
    )


def test_the_language_models_file_is_the_one_that_the_description_names(folder: Path) -> None:
    file, before = folder / "sentences.safetensors", bundle_info(folder).model_id
    file.write_bytes(b"numbers")
    named = {"sha256": hashlib.sha256(b"numbers").hexdigest(), "layers": 6, "heads": 12, "pieces": 64}
    words = {"temperature": 1.0, "own": 1.0, "caption": 1.0, "floor": -7.0}
    calibration = {"picture": {"temperature": 1.0}, "words": words}
    change(folder, words={"buckets": 64, "lexicon_gain": 4.0, "sentences": named}, calibration=calibration)
    info = bundle_info(folder)
    assert info.hashing is not None
    assert info.hashing.sentences == Sentences(**named)
    assert info.hashing.sentences.share == 0.5
    assert info.model_id != before
    other = named | {"share": 0.7}
    change(folder, words={"buckets": 64, "lexicon_gain": 4.0, "sentences": other})
    weighed = bundle_info(folder)
    assert weighed.hashing is not None
    assert weighed.hashing.sentences == Sentences(**named, share=0.7)
    assert weighed.model_id != info.model_id
    file.write_bytes(b"other numbers")
    with pytest.raises(
        BundleError, match=r"sentences\.safetensors is not the one that the bundle was made with"
    ):
        bundle_info(folder)
    file.unlink()
    with pytest.raises(
        BundleError, match=r"sentences\.safetensors cannot be read: No such file or directory; copy"
    ):
        bundle_info(folder)
    for wrong in ({"sha256": "../x"}, {"layers": 0}, {"heads": 1.5}, {"pieces": 10**6}, {"code": "x"}):
        change(folder, words={"buckets": 64, "lexicon_gain": 4.0, "sentences": named | wrong})
        with pytest.raises(BundleError, match=r"model\.json is not valid: words\.sentences"):
            bundle_info(folder)


def test_the_model_id_tells_all_that_changes_a_score_and_nothing_else(folder: Path) -> None:
    before = bundle_info(folder).model_id
    change(folder, metrics={"accuracy": 1})
    assert bundle_info(folder).model_id == before
    change(folder, rejection=rejecting(picture=0.31))
    assert bundle_info(folder).model_id != before


def test_a_description_that_is_no_text_is_refused_in_words(folder: Path) -> None:
    (folder / "model.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BundleError, match=r"model\.json is not text in UTF-8"):
        bundle_info(folder)
