"""The choice of pieces: the best sum of area times probability over all ways of cutting."""

from __future__ import annotations

from tasks.panels.gutters import PixelBox
from tasks.panels.judging.choice import Crossing, Taste, Verdict, choices_of, choose
from tasks.panels.judging.graph import Graph, Node, Way
from tasks.panels.pieces import Kind, Piece

WHOLE, LEFT, RIGHT = (0, 0, 200, 100), (0, 0, 100, 100), (100, 0, 200, 100)


def graph_of(*ways: tuple[PixelBox, tuple[PixelBox, ...]], positions: tuple[int, ...] = ()) -> Graph:
    """The figure `WHOLE` with `ways` to part a box."""
    graph = {WHOLE: Node(Piece(WHOLE, Kind.ART), 0, by_rule=True)}
    for box, parts in ways:
        for part in parts:
            graph.setdefault(part, Node(Piece(part, Kind.ART), 1, by_rule=True))
        graph[box].ways.append(Way(parts, 0, positions, by_rule=True))
    return graph


def test_two_sure_halves_are_worth_more_than_a_doubtful_whole() -> None:
    verdicts = {WHOLE: Verdict(0.5, 0), LEFT: Verdict(0.9, 0), RIGHT: Verdict(0.8, 0)}
    assert choose(graph_of((WHOLE, (LEFT, RIGHT))), verdicts, Taste()).boxes == (LEFT, RIGHT)


def test_a_sure_whole_is_not_torn() -> None:
    verdicts = {WHOLE: Verdict(0.9, 0), LEFT: Verdict(0.9, 0), RIGHT: Verdict(0.2, 0)}
    assert choose(graph_of((WHOLE, (LEFT, RIGHT))), verdicts, Taste()).boxes == (WHOLE,)


def test_what_is_nobodys_is_left_out() -> None:
    verdicts = {WHOLE: Verdict(0.4, 0), LEFT: Verdict(0.9, 0), RIGHT: Verdict(0.1, 0.8)}
    assert choose(graph_of((WHOLE, (LEFT, RIGHT))), verdicts, Taste()).boxes == (LEFT,)


def test_a_figure_all_of_which_is_nobodys_stays_whole() -> None:
    assert choose(graph_of(), {WHOLE: Verdict(0.1, 0.9)}, Taste()).boxes == (WHOLE,)


def test_of_several_ways_the_best_is_taken() -> None:
    upper, lower = (0, 0, 200, 50), (0, 50, 200, 100)
    graph = graph_of((WHOLE, (LEFT, RIGHT)), (WHOLE, (upper, lower)))
    verdicts = dict.fromkeys(graph, Verdict(0.3, 0)) | {upper: Verdict(0.7, 0), lower: Verdict(0.7, 0)}
    assert choose(graph, verdicts, Taste()).boxes == (upper, lower)


def test_print_that_a_chosen_cut_goes_through_is_named() -> None:
    graph = graph_of((WHOLE, (LEFT, RIGHT)), positions=(100,))
    verdicts = dict.fromkeys(graph, Verdict(0.9, 0)) | {WHOLE: Verdict(0.1, 0)}
    assert choose(graph, verdicts, Taste()).crossings == (Crossing(WHOLE, 0, 100),)


def test_cuts_within_cuts_are_followed() -> None:
    quarter, other = (0, 0, 100, 50), (0, 50, 100, 100)
    graph = graph_of((WHOLE, (LEFT, RIGHT)), (LEFT, (quarter, other)))
    verdicts = dict.fromkeys(graph, Verdict(0.1, 0)) | {
        box: Verdict(0.9, 0) for box in (quarter, other, RIGHT)
    }
    assert choose(graph, verdicts, Taste()).boxes == (quarter, other, RIGHT)


def test_a_low_exponent_prefers_many_panels_and_a_favour_the_whole() -> None:
    graph = graph_of((WHOLE, (LEFT, RIGHT)))
    verdicts = {WHOLE: Verdict(0.6, 0), LEFT: Verdict(0.5, 0), RIGHT: Verdict(0.5, 0)}
    assert choose(graph, verdicts, Taste(1.0)).boxes == (WHOLE,)
    assert choose(graph, verdicts, Taste(0.4)).boxes == (LEFT, RIGHT)
    assert choose(graph, verdicts, Taste(0.4, 0.9)).boxes == (WHOLE,)


def test_every_choice_comes_once_and_the_whole_and_the_rules_are_among_them() -> None:
    quarter, other = (0, 0, 100, 50), (0, 50, 100, 100)
    graph = graph_of((WHOLE, (LEFT, RIGHT)), (LEFT, (quarter, other)))
    verdicts = dict.fromkeys(graph, Verdict(0.0, 0.1)) | {LEFT: Verdict(0.9, 0)}
    found = [choice.boxes for choice in choices_of(graph, verdicts)]
    assert len(found) == len(set(found))
    assert {(WHOLE,), (LEFT,), (LEFT, RIGHT), (quarter, other, RIGHT)} <= set(found)


def test_a_piece_that_is_certainly_parted_stays_in_no_choice() -> None:
    graph = graph_of((WHOLE, (LEFT, RIGHT)))
    graph[WHOLE].ways = [Way((LEFT, RIGHT), 0, (), by_rule=True, certain=True)]
    verdicts = {WHOLE: Verdict(0.99, 0), LEFT: Verdict(0.1, 0), RIGHT: Verdict(0.1, 0)}
    assert [choice.boxes for choice in choices_of(graph, verdicts)] == [(LEFT, RIGHT)]
