"""Sets united pair by pair, in whatever order, are those of the graph that the pairs draw."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.duplicates.unions import Unions

NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, NAMES)))
def test_names_are_together_if_pairs_lead_from_one_to_the_other(pairs: list[tuple[str, str]]):
    unions = Unions()
    for pair in pairs:
        unions.unite(pair)
    for start in "abcdefgh":
        reached, edge = {start}, {start}
        while edge:
            edge = {b for pair in pairs for a, b in (pair, pair[::-1]) if a in edge} - reached
            reached |= edge
        assert unions.lead(start) == min(reached)
