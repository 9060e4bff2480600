"""Sets that are united pair by pair (union-find with path halving)."""

from __future__ import annotations

from collections.abc import Iterable


class Unions:
    """Names, each in a set of its own until it is united with another; the smallest name stands for its set."""

    def __init__(self) -> None:
        self._leads: dict[str, str] = {}

    def lead(self, name: str) -> str:
        """The smallest name of a name's set."""
        leads = self._leads
        while (above := leads.setdefault(name, name)) != name:
            leads[name] = name = leads[above]
        return name

    def unite(self, names: Iterable[str]) -> None:
        """Makes one set of the sets of these names."""
        leads = {self.lead(name) for name in names}
        for lead in leads:
            self._leads[lead] = min(leads)
