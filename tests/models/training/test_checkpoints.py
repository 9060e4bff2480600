from pathlib import Path

import pytest
import torch

from models.training.checkpoints import EVERY_EPOCH, Checkpoint, CheckpointError

CPU = torch.device("cpu")


def test_a_state_comes_back_and_goes_when_the_training_is_over(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c.pt")
    assert checkpoint.load("a training", CPU) is None
    checkpoint.save({"what": "a training", "network": {"w": torch.arange(3)}})
    state = checkpoint.load("a training", CPU)
    assert state is not None
    assert state["network"]["w"].tolist() == [0, 1, 2]
    checkpoint.remove()
    assert list(tmp_path.iterdir()) == []


def test_large_states_are_saved_less_often_than_small_ones(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path / "c.pt", EVERY_EPOCH).is_due(10**12)
    seldom = Checkpoint(tmp_path / "c.pt")
    assert not seldom.is_due(10**12)
    assert seldom.is_due(0)
    seldom.save({"what": "x"})
    seldom._cost, seldom._last = 1.0, seldom._last - 19
    assert not seldom.is_due(0)
    seldom._last -= 2
    assert seldom.is_due(0)


def test_another_training_and_a_damaged_file_are_refused_in_one_line(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "c.pt")
    checkpoint.save({"what": "one"})
    with pytest.raises(CheckpointError, match="another training"):
        checkpoint.load("two", CPU)
    (tmp_path / "c.pt").write_bytes(b"junk" * 100)
    with pytest.raises(CheckpointError, match="cannot be read") as caught:
        checkpoint.load("one", CPU)
    assert "\n" not in str(caught.value)
