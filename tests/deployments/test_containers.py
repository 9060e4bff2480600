"""Image, compose file and Kubernetes jobs: their schemas and linters accept them, and their words fit each other."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version
from prefect.utilities.templating import apply_values

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENTS = ROOT / "deployments"
KUBERNETES = ("1.29", "1.37")
"""The oldest and the newest version whose schemas the job has to fit."""
FIND = """from prefect.flows import load_flow_from_entrypoint as load
for entrypoint in {}:
    print(load(entrypoint).fn.__code__.co_filename)"""
BINARIES = Path(sys.executable).parent


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what follows it."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOYMENTS / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]  # type: ignore[misc]


def test_the_dockerfile_passes_its_linter() -> None:
    done = subprocess.run([BINARIES / "hadolint", DEPLOYMENTS / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_nobody_in_particular_and_is_pinned() -> None:
    steps = instructions()
    last_stage = steps[max(n for n, (name, _) in enumerate(steps) if name == "FROM") :]
    assert ("USER", "10001:10001") in last_stage
    assert all(re.search(r":\d+\.\d+\.\d+-", said) for name, said in steps if name == "FROM")
    (own,) = (said for name, said in steps if name == "RUN" and said.startswith("pip install"))
    assert re.search(r" uv==\d[\d.]+$", own)


def test_the_constraints_are_of_the_versions_that_the_project_allows() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    wanted = {r.name: r for r in map(Requirement, re.findall(r'"([a-z][\w.\[\]-]+>=[^"]+)"', project))}
    pinned = [re.split(r" [;\\]", line)[0].strip() for line in constraints()]
    pairs = [line.split("==") for line in pinned]
    found = {name.split("[")[0] for name, _ in pairs}
    assert {"torch", "prefect", "pymupdf", "s3fs", "prefect-docker", "prefect-kubernetes"} <= found
    for name, version in pairs:
        if name in wanted:
            assert wanted[name].specifier.contains(Version(version)), (name, version)


def constraints() -> list[str]:
    """The constraints' lines, each with its hashes."""
    text = (DEPLOYMENTS / "constraints.txt").read_text().replace("\\\n", "\\ ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_every_constraint_has_the_hashes_of_its_files() -> None:
    for line in constraints():
        assert re.search(r"^[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]


def test_the_image_for_cpus_takes_pytorchs_own_builds(tmp_path: Path) -> None:
    """Their hashes are others: of torch and torchvision, and of nothing else, only the version is held to."""
    (run,) = (said for name, said in instructions() if name == "RUN" and "sed -i" in said)
    (script,) = re.findall(r"sed -i -E '([^']+)'", run)
    file = tmp_path / "constraints.txt"
    shutil.copy(DEPLOYMENTS / "constraints.txt", file)
    subprocess.run(["sed", "-i", "-E", script, file], check=True)
    text = file.read_text().replace("\\\n", "\\ ")
    without = [line for line in text.splitlines() if "==" in line and "--hash" not in line and line[0] != "#"]
    assert [line.split("==")[0] for line in without] == ["torch", "torchvision"]


def test_the_bill_of_materials_names_every_package_with_its_licence() -> None:
    done = subprocess.run(
        [sys.executable, DEPLOYMENTS / "sbom.py"], capture_output=True, text=True, check=True
    )
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    found = {one["name"]: one for one in bill["components"]}
    assert found["torch"]["purl"] == f"pkg:pypi/torch@{found['torch']['version']}"
    assert "AFFERO" in str(found["pymupdf"]["licenses"]).upper()
    stated = sum("licenses" in one for one in bill["components"])
    assert stated > 0.9 * len(found)
    listed = subprocess.run(
        [sys.executable, DEPLOYMENTS / "sbom.py", "--licenses"], capture_output=True, text=True, check=True
    )
    assert len(listed.stdout.splitlines()) == len(found)


def test_the_compose_file_is_one() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec", DEPLOYMENTS / "compose.yaml"]
    done = subprocess.run([BINARIES / "check-jsonschema", *schema], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_compose_files_services_fit_each_other() -> None:
    compose = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text())
    services = compose["services"]
    assert {"database", "store", "server", "worker"} <= set(services)
    for name, service in services.items():
        assert not service.get("privileged"), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert ":latest" not in service["image"], name
        for other, condition in service.get("depends_on", {}).items():
            needs_check = condition["condition"] == "service_healthy"
            assert "healthcheck" in services[other] or not needs_check, (name, other)
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(compose["volumes"]), name
    assert services["worker"]["command"][-1] == "figmill"
    secrets = re.findall(r"PASSWORD: (\S+)", (DEPLOYMENTS / "compose.yaml").read_text())
    assert secrets
    assert all("?" in secret for secret in secrets)  # no password is given, and none is assumed


def job(**values: Any) -> dict[str, Any]:
    """The Kubernetes job that a run becomes, filled in as Prefect's worker does."""
    template = json.loads((DEPLOYMENTS / "pools" / "kubernetes.json").read_text())
    defaults = {
        name: about["default"]
        for name, about in template["variables"]["properties"].items()
        if "default" in about
    }
    given = {"image": "figmill:0.1.0-cuda", "name": "run", "env": [{"name": "A", "value": "b"}], **values}
    filled = apply_values(template["job_configuration"]["job_manifest"], defaults | given)
    filled["metadata"].setdefault("labels", {"prefect.io/flow-run-id": "x"})
    return filled


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("gpus", [0, 1])
def test_the_job_is_one_to_kubernetes(version: str, gpus: int) -> None:
    manifest = job(gpus=gpus, command=["prefect", "flow-run", "execute"])
    kubernetes_validate.validate(manifest, version, strict=True)
    wrong = json.loads(json.dumps(manifest))
    wrong["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] = "many"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_the_job_asks_for_its_gpu_and_for_no_rights() -> None:
    pod = job(gpus=1)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert pod["securityContext"]["runAsNonRoot"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.slow
def test_the_build_steps_make_a_figmill_whose_flows_are_found_from_anywhere(tmp_path: Path) -> None:
    """There is no container engine here, so the steps run as a script: on this Python, with PyPI's PyTorch.

    Left out: ENV, which only makes the image start faster, and the installation of uv itself.
    """
    installed, source = tmp_path / "installed", tmp_path / "source"
    source.mkdir()
    names = {"/opt/figmill": str(installed)}
    own = {"UV_PYTHON": sys.executable, "VARIANT": "cuda", "VIRTUAL_ENV": "", "PYTHONPATH": ""}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | own
    build = instructions()[: max(n for n, (name, _) in enumerate(instructions()) if name == "FROM")]
    for name, said in build:
        for theirs, ours in names.items():
            said = said.replace(theirs, ours)
        if name == "COPY":
            *files, target = said.split()
            for file in files:
                copy(ROOT / file, source / target / Path(file).name if target == "./" else source / target)
        elif name == "RUN" and not said.startswith("pip install"):
            done = subprocess.run(
                ["bash", "-euc", said], cwd=source, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{said}\n{done.stderr}"
    shutil.rmtree(source)

    figmill = [installed / "bin" / "figmill", "models"]
    printed = subprocess.run(
        figmill, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert "default" in printed.stdout
    deployments = yaml.safe_load((DEPLOYMENTS / "prefect.yaml").read_text())["deployments"]
    find = FIND.format([each["entrypoint"] for each in deployments])
    python = [installed / "bin" / "python", "-c", find]
    loaded = subprocess.run(python, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    assert all(line.startswith(str(installed)) for line in loaded.stdout.splitlines())
    assert {file.name for file in (installed / "deployments").iterdir()} >= {
        "prefect.yaml",
        "set_up.py",
        "pools",
    }


def copy(file: Path, target: Path) -> None:
    """As COPY does: a folder's content into the folder."""
    if file.is_dir():
        shutil.copytree(file, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(file, target)
