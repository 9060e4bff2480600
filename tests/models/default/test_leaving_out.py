from __future__ import annotations

from models.default.leaving_out import leave_packages_out, leave_publishers_out, leave_sources_out
from models.default.network import CHOSEN
from tests.models.panel_arrays import arrays, training_panels


def test_sources_publishers_and_packages_are_left_out_one_by_one() -> None:
    data = arrays(training_panels())
    (source,) = leave_sources_out(data, CHOSEN)
    assert (source.name, source.panels) == ("ready-made", 12)
    publishers = leave_publishers_out(data, CHOSEN)
    assert {(left.name, left.panels) for left in publishers} == {("10.0", 40), ("10.1", 40)}
    (package,) = leave_packages_out(data, CHOSEN)
    assert package.name == "all smaller packages"
    assert source.accuracy > 0.9
    assert all(left.accuracy > 0.9 for left in publishers)
