import hashlib

import pytest

from models.bundle.trained_on import KEY, find_trained, pack_digests

DIGESTS = [hashlib.sha256(name.encode()).hexdigest() for name in "abcd"]


def test_images_that_trained_are_found_again_and_no_others() -> None:
    training = {KEY: pack_digests([*DIGESTS[:2], DIGESTS[0], ""])}
    assert find_trained(training, [*DIGESTS, ""]) == (True, True, False, False, False)
    assert len(training[KEY]) == 16


@pytest.mark.parametrize("training", [{}, {KEY: "no base64!"}, {KEY: None}])
def test_a_bundle_that_does_not_say_was_trained_on_none(training: dict[str, object]) -> None:
    assert not any(find_trained(training, DIGESTS))
