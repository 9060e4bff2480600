"""What computes a bundle's network: every runtime gives what the eager reference gives."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle.bundle import BundleError, ExtraOutputs, resolve_bundle
from models.bundle.description import Description, bundle_info
from models.bundle.serialization import load_bundle, read_weights, save_bundle
from models.inference.engine import Engine
from models.inference.onnx.engine import OnnxEngine
from models.inference.onnx.graph import Graph, build_graph, has_graph
from models.inference.opening import open_engines
from models.inference.predict import load_predictor
from models.inference.torch_engine import TorchEngine, deployed
from models.networks.build import build_network
from models.networks.variants import OTHER_MODELS
from models.transforms import Transform

try:
    from models.inference.openvino_engine import has_bfloat16

    HAS_BFLOAT16 = has_bfloat16()
except ImportError:
    HAS_BFLOAT16 = False

CLASSES = ("DMEL", "DMFL", "DRCT", "DRMR", "GFIG")


def made(folder: Path, model: str, *, background: bool = False) -> Path:
    """A bundle of `model` with random weights, whose BatchNorms have something to fold, for images of 64 pixels."""
    torch.manual_seed(1)
    network = build_network(model, (*CLASSES, "background") if background else CLASSES)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    description = Description(
        name="made",
        model=model,
        classes=CLASSES,
        transform=Transform(size=64, resize=64),
        extra=ExtraOutputs(background=background),
    )
    save_bundle(folder, description, network, "")
    return folder


def pictures(count: int, side: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)


@pytest.mark.parametrize(
    "model",
    [
        "resnet18:b1-0",
        "resnet18:b3-1:spread",
        "resnet34:b2-0+b3-0",
        "resnet18:b1-1:spread+lite0:x3",
        "resnet18:b1-0:spread+lite0:x6+top",
        "resnet50:b2-0",
        "resnet18:tune-b3-0",
        "resnet18:tune-whole",
        "resnet50:svm",
    ],
)
def test_onnx_runtime_gives_what_the_reference_gives(tmp_path: Path, model: str) -> None:
    folder = made(tmp_path, model, background=model.endswith("spread"))
    fast, reference = load_predictor(folder, "cpu", "fp32"), load_predictor(folder, "cpu", "eager")
    assert (fast.runtime, reference.runtime) == ("onnx", "torch")
    images = pictures(11)
    found, expected = fast.predict(images), reference.predict(images)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-4)
    np.testing.assert_allclose(found.embeddings, expected.embeddings, rtol=2e-2, atol=1e-2)


@pytest.mark.skipif(not HAS_BFLOAT16, reason="this CPU has no bfloat16, or OpenVINO is not made for it")
def test_half_precision_on_a_cpu_gives_nearly_what_the_reference_gives(tmp_path: Path) -> None:
    folder = made(tmp_path, "resnet18:b3-1:spread", background=True)
    half, reference = load_predictor(folder, "cpu"), load_predictor(folder, "cpu", "eager")
    assert half.runtime == "openvino"
    images = pictures(11)
    images[:5] //= 4
    found, expected = half.predict(images), reference.predict(images)
    assert 0 < np.abs(found.probabilities - expected.probabilities).max() < 0.05
    np.testing.assert_allclose(found.embeddings, expected.embeddings, rtol=0.1, atol=0.05)


@pytest.mark.skipif(not HAS_BFLOAT16, reason="this CPU has no bfloat16, or OpenVINO is not made for it")
def test_paired_trunks_name_the_same_classes_in_half_precision(tmp_path: Path) -> None:
    folder = made(tmp_path, "resnet18:b2-0:spread+lite2:x6+top")
    half, single = load_predictor(folder, "cpu"), load_predictor(folder, "cpu", "fp32")
    assert (half.runtime, single.runtime) == ("openvino", "onnx")
    images = pictures(11)
    images[:5] //= 4
    found, expected = half.predict(images), single.predict(images)
    assert 0 < np.abs(found.probabilities - expected.probabilities).max() < 0.05
    best = np.sort(expected.probabilities, axis=1)
    clear = best[:, -1] - best[:, -2] > 0.05
    same = found.probabilities.argmax(axis=1) == expected.probabilities.argmax(axis=1)
    assert same[clear].all()


def test_openvino_takes_images_of_every_shape(tmp_path: Path) -> None:
    """In whatever precision this CPU has: the shapes are what is asked about."""
    streams = pytest.importorskip("models.inference.openvino_engine").open_streams
    info = load_bundle(made(tmp_path, "resnet18:b1-0:spread+lite2:x4")).info
    transform = Transform(fit="proportions")
    graph = build_graph(info.model, info.outputs, transform, read_weights(info).network)
    (openvino,), onnx = streams(graph, 1), OnnxEngine(graph)
    random = np.random.default_rng(0)
    for shape in transform.shapes:
        images = random.integers(0, 256, (2, *shape, 3), np.uint8)
        found, expected = openvino.forward(images)[1], onnx.forward(images)[1]
        np.testing.assert_allclose(found, expected, rtol=0.1, atol=0.05)


ENGINES_THAT_BEGIN_TOGETHER = """
import sys, threading
import numpy as np
from models.bundle.description import bundle_info
from models.bundle.serialization import read_weights
from models.inference.onnx.graph import build_graph
from models.inference.openvino_engine import open_streams

sys.setswitchinterval(1e-4)
info = bundle_info(sys.argv[1])
graph = build_graph(info.model, info.outputs, info.transform, read_weights(info).network)
images, barrier, done = np.zeros((2, 64, 64, 3), np.uint8), threading.Barrier(8), threading.Event()

def begin(engine):
    barrier.wait()
    engine.forward(images)

def decode():
    while not done.is_set():
        sum(range(100))

threads = [threading.Thread(target=begin, args=(engine,)) for engine in open_streams(graph, 8)]
for thread in (*(threading.Thread(target=decode) for _ in range(3)), *threads):
    thread.start()
for thread in threads:
    thread.join()
done.set()
"""


@pytest.mark.skipif(not HAS_BFLOAT16, reason="this CPU has no bfloat16, or OpenVINO is not made for it")
def test_engines_that_begin_together_do_not_lock_each_other_up(tmp_path: Path) -> None:
    """In a process of its own, for only its first calls ever do, while other threads want the interpreter."""
    folder = made(tmp_path, "resnet18:b1-0")
    subprocess.run([sys.executable, "-c", ENGINES_THAT_BEGIN_TOGETHER, str(folder)], check=True, timeout=600)


def test_the_ensemble_has_a_graph_too(tmp_path: Path) -> None:
    folder = made(tmp_path, "resnet50:ensemble")
    info = bundle_info(folder)
    logits, features = open_engines(info, "cpu", "fp32").engines[0].forward(pictures(1), None)
    eager = open_engines(info, "cpu", "eager").engines[0].forward(pictures(1), None)
    np.testing.assert_allclose(features, eager[1], rtol=1e-3, atol=1e-3 * np.abs(features).max())
    np.testing.assert_allclose(logits, eager[0], rtol=1e-3, atol=1e-3 * np.abs(logits).max())


def test_a_network_that_this_version_does_not_know_says_to_update(tmp_path: Path) -> None:
    folder = made(tmp_path / "made", "resnet18:b1-0")
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"architecture": "resnet18:b9-9"}))
    with pytest.raises(
        BundleError, match=r"unknown model.*if a newer Figmill wrote the bundle, update Figmill"
    ):
        open_engines(bundle_info(folder), "cpu", "fp32")


def test_networks_of_torchvision_run_eagerly(tmp_path: Path) -> None:
    assert [name for name in OTHER_MODELS if not has_graph(name)] == [
        "alexnet+googlenet",
        "inception_v3",
        "densenet121+captions",
    ]
    assert load_predictor(made(tmp_path, "densenet121+captions"), "cpu").runtime == "torch"


def test_folding_and_channels_last_leave_the_network_what_it_was(tmp_path: Path) -> None:
    """A bottleneck with a shortcut, and a torchvision network, against themselves as they were trained."""
    for model in ("resnet50:b2-0", "densenet121+captions"):
        folder = made(tmp_path / model, model)
        plain = load_bundle(folder)
        engine = TorchEngine(
            deployed(load_bundle(folder).network, torch.device("cpu")),
            plain.info.transform,
            torch.device("cpu"),
        )
        logits, features = engine.forward(pictures(2), None)
        x = torch.from_numpy(pictures(2)).permute(0, 3, 1, 2) / 255
        mean, std = (
            torch.tensor(v).reshape(1, 3, 1, 1) for v in (plain.info.transform.mean, plain.info.transform.std)
        )
        with torch.inference_mode():
            expected = plain.network.features((x - mean) / std)
            np.testing.assert_allclose(features, expected, rtol=1e-3, atol=1e-4)
            np.testing.assert_allclose(logits, plain.network.head(expected), rtol=1e-3, atol=1e-3)


def test_half_precision_keeps_the_labels(tmp_path: Path) -> None:
    """What a GPU computes, on the CPU: bfloat16 in the convolutions, fp32 in pooling and head."""
    info, device = load_bundle(resolve_bundle("default")).info, torch.device("cpu")
    images = pictures(4, info.transform.size)
    images[:2] //= 8
    results = []
    for precision in (None, torch.bfloat16):
        network = deployed(load_bundle(info.path).network, device)
        results.append(TorchEngine(network, info.transform, device, precision).forward(images, None))
    (logits, features), (half_logits, half_features) = results
    assert half_features.dtype == half_logits.dtype == np.float32
    assert np.array_equal(half_logits.argmax(axis=1), logits.argmax(axis=1))
    assert 0 < np.abs(half_features - features).max() < 0.05 * np.abs(features).max()


def test_the_default_bundle_classifies_without_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "from models.bundle.bundle import resolve_bundle\n"
        "from models.inference.predict import load_predictor\n"
        "predictor = load_predictor(resolve_bundle('default'), 'cpu')\n"
        "from models.inference.words import Words\n"
        "texts = [Words('TEM of cells', 'Micrographs'), None, None]\n"
        "assert predictor.predict(np.zeros((3, 224, 224, 3), np.uint8), texts).probabilities.shape[0] == 3\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def without(monkeypatch: pytest.MonkeyPatch, library: str, engine: str) -> None:
    monkeypatch.delitem(sys.modules, f"models.inference.{engine}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)


def test_libraries_that_are_not_installed_are_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = load_bundle(made(tmp_path, "resnet18:b1-0")).info
    for library, engine, left in (
        ("openvino", "openvino_engine", "onnx"),
        ("onnxruntime", "onnx.engine", "torch"),
    ):
        without(monkeypatch, library, engine)
        engines = open_engines(info, "cpu", "auto")
        assert engines.runtime == left
        assert engines.engines[0].forward(pictures(2), None)[0].shape == (2, len(CLASSES))


def test_a_network_that_a_library_does_not_take_goes_to_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Graph) -> tuple[Engine, ...]:
        raise RuntimeError("no such operation")

    info = load_bundle(made(tmp_path, "resnet18:b1-0")).info
    monkeypatch.setattr("models.inference.opening._openvino", refuse)
    assert open_engines(info, "cpu", "auto").runtime == "onnx"
    assert "OpenVINO does not take the network (no such operation)" in caplog.text


def test_a_bundle_that_does_not_fit_is_refused_by_every_runtime(tmp_path: Path) -> None:
    folder = made(tmp_path, "resnet18:b1-0")
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text.replace("resnet18:b1-0", "resnet18:b1-1"))
    said = []
    for runtime in ("auto", "eager"):
        with pytest.raises(BundleError, match=r"does not fit resnet18:b1-1.*first 'layer1\.1") as caught:
            load_predictor(folder, "cpu", runtime)
        said.append(str(caught.value))
    assert said[0] == said[1]
