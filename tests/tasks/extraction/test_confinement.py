"""A process that opens hostile files stays within its limits, and has nothing that it does not need."""

import json
import subprocess
import sys

import pytest

from tasks.extraction.confinement import Confinement, environment
from tasks.extraction.landlock import landlock_version

LIMITS_OF_A_PROCESS = """
import json, resource
from tasks.extraction.confinement import keep_out_what_is_not_needed, limit_resources
from tasks.settings import ExtractionLimits

keep_out_what_is_not_needed()
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
limit_resources(ExtractionLimits(memory_mb=2000, result_mb=1))
try:
    bytearray(3000 * 2**20)
    refused = False
except MemoryError:
    refused = True
threads = max(pool["num_threads"] for pool in threadpool_info())
print(json.dumps([threads, refused, resource.getrlimit(resource.RLIMIT_CORE)]))
"""

LIBRARIES_OF_A_PROCESS = """
import json, os, sys
from tasks.extraction.confinement import keep_out_what_is_not_needed
from tasks.extraction.paper_job import prepare

keep_out_what_is_not_needed()
prepare()
import pyarrow as pa
pa.array([{"a": ["b"]}], pa.struct({"a": pa.list_(pa.string())}))
unneeded = {"pandas", "onnxruntime", "torch", "pymupdf4llm"} & set(sys.modules)
print(json.dumps([pa.default_memory_pool().backend_name, sorted(unneeded), len(os.listdir("/proc/self/task"))]))
"""

LESS_THAN_ASKED_FOR = """
import resource
from tasks.extraction.confinement import limit_resources
from tasks.settings import ExtractionLimits

resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
limit_resources(ExtractionLimits())
print(resource.getrlimit(resource.RLIMIT_FSIZE))
"""

CONFINED = """
import sys
{before}
from tasks.extraction.confinement import confine
print(confine())
import wave  # what is not loaded yet is still to be had
"""


def ran(code: str) -> str:
    """What a process prints that is started as those are which read papers."""
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout


def test_a_process_is_kept_to_one_core_and_its_memory():
    assert json.loads(ran(LIMITS_OF_A_PROCESS)) == [1, True, [0, 0]]


def test_what_its_parent_may_not_it_may_not_either():
    assert ran(LESS_THAN_ASKED_FOR).strip() == "(30000, 30000)"


def test_a_process_loads_what_it_needs_and_starts_no_thread():
    assert json.loads(ran(LIBRARIES_OF_A_PROCESS)) == ["system", [], 1]


def test_secrets_stay_with_the_parent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    passed = environment()
    assert passed["TZ"] == "Europe/Berlin"
    assert "secret" not in passed.values()
    assert "HOME" not in passed


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_what_does_not_hold_is_said():
    assert Confinement().lacking is None
    assert ran(CONFINED.format(before="")).strip() == str(Confinement())
    threads = "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
    assert "Landlock: a library has started threads" in str(
        Confinement(landlock="a library has started threads, which it does not hold").lacking
    )
    assert "a library has started threads" in ran(CONFINED.format(before=threads))
