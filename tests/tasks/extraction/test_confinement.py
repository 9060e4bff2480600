"""A process that opens hostile files stays within its limits, whatever its parent had imported."""

import json
import subprocess
import sys

LIMITS_OF_A_PROCESS = """
import json, resource
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
from tasks.extraction.confinement import confine, expect_one_core

expect_one_core()
before = max(pool["num_threads"] for pool in threadpool_info())
confine(2000)
after = max(pool["num_threads"] for pool in threadpool_info())
try:
    bytearray(3000 * 2**20)
    refused = False
except MemoryError:
    refused = True
print(json.dumps([before, after, refused, resource.getrlimit(resource.RLIMIT_CORE)]))
"""


def test_a_process_that_had_numpy_already_is_kept_to_one_core_and_its_memory():
    ran = subprocess.run(
        [sys.executable, "-c", LIMITS_OF_A_PROCESS],
        env={"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [2, 1, True, [0, 0]]


def test_a_process_without_numpy_never_starts_further_threads():
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tasks.extraction.confinement import expect_one_core\nexpect_one_core()\n"
            "import numpy\nfrom threadpoolctl import threadpool_info\n"
            "print(max(pool['num_threads'] for pool in threadpool_info()))",
        ],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "1"


ARROW_OF_A_PROCESS = """
import json, sys
from tasks.extraction.confinement import import_arrow

import_arrow()
import pyarrow as pa
pa.array([{"a": ["b"]}], pa.struct({"a": pa.list_(pa.string())}))
print(json.dumps([pa.default_memory_pool().backend_name, "pandas" in sys.modules]))
"""


def test_arrow_comes_without_its_own_allocator_and_without_pandas():
    ran = subprocess.run([sys.executable, "-c", ARROW_OF_A_PROCESS], capture_output=True, check=True)
    assert json.loads(ran.stdout) == ["system", False]
