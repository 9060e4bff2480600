"""Which rows come first: those that have all, then those on which the model does not abstain; few of one figure."""

from tasks.index.ranking import fused, weighed


def test_rows_that_have_every_term_come_before_those_that_have_much_of_one():
    own = [{1: 9.0, 2: 1.0}, {2: 1.0}]
    rows = [(1, 10, 0, False), (2, 11, 0, False)]
    assert [number for number, _ in weighed(own, [{}, {}], rows)] == [2, 1]


def test_what_is_told_of_a_row_does_not_stand_in_for_all_of_its_own_words():
    own, told = [{1: 1.0}, {}], [{}, {1: 1.0, 2: 5.0}]
    rows = [(1, 10, 0, False), (2, 11, 0, False)]
    assert [number for number, _ in weighed(own, told, rows)] == [1, 2]


def test_of_equals_those_on_which_the_model_abstains_come_last():
    own = [{1: 5.0, 2: 1.0}]
    rows = [(1, 10, 0, True), (2, 11, 0, False)]
    assert [number for number, _ in weighed(own, [{}], rows)] == [2, 1]


def test_each_further_panel_of_a_figure_counts_a_little_less():
    own = [{1: 1.0, 2: 1.0, 3: 0.97}]
    rows = [(1, 10, 0, False), (2, 10, 0, False), (3, 11, 0, False)]
    assert [number for number, _ in weighed(own, [{}], rows)] == [1, 3, 2]


def test_a_row_that_two_rankings_have_comes_before_the_first_of_either():
    best = fused([(1, None), (2, None)], [(3, None), (2, None)])
    assert [number for number, _ in best] == [2, 1, 3]
    assert best[0][1] == 2 / 62
