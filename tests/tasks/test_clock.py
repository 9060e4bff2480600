"""The time of day where somebody sets the clock back."""

import datetime as dt

import pytest

from tasks import clock

REAL = dt.datetime


class SetBack(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
        return REAL.now(tz) - dt.timedelta(days=400)


def test_time_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = clock.now()
    monkeypatch.setattr(clock.dt, "datetime", SetBack)
    assert clock.now() == before
    monkeypatch.undo()
    assert clock.now() >= before
    assert clock.now().tzinfo == dt.UTC
