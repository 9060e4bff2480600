"""Where a shard's time goes."""

from concurrent.futures import ThreadPoolExecutor

from tasks.stopwatch import Stopwatch


def test_seconds_of_several_threads_add_up_by_stage() -> None:
    stopwatch = Stopwatch()
    with ThreadPoolExecutor(4) as threads:
        for _ in range(200):
            threads.submit(stopwatch.add, "prepare", 0.5)
    with stopwatch.timed("write"):
        pass
    seconds = stopwatch.seconds()
    assert seconds["prepare"] == 100
    assert seconds["write"] >= 0
    assert list(seconds) == ["extract", "prepare", "classify", "write"]
