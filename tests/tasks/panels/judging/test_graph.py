"""The graph of pieces."""

from __future__ import annotations

from tasks.panels.judging.graph import build_graph
from tests.tasks.panels.judging.canvases import GRID, canvas_of


def test_a_grid_holds_its_rows_its_columns_and_its_cells() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    assert next(iter(graph)) == whole.box
    cells = {(a, b, c + 1, d + 1) for a, b, c, d in GRID}
    rows = {(20, 20, 371, 131), (20, 170, 371, 281)}
    columns = {(20, 20, 171, 281), (220, 20, 371, 281)}
    assert set(graph) == {whole.box} | cells | rows | columns


def test_a_piece_cut_in_two_ways_is_there_once() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    cell = (20, 20, 171, 131)
    parents = [box for box, node in graph.items() if any(cell in way.boxes for way in node.ways)]
    assert len(parents) == 2


def test_no_more_pieces_are_opened_once_there_are_enough() -> None:
    dots = [(x, y, x + 30, y + 30) for x in range(10, 380, 45) for y in range(10, 280, 45)]
    canvas, whole = canvas_of(*dots)
    few = build_graph(canvas, whole, 5)
    assert sum(node.opened for node in few.values()) == 1
    assert set(few) < set(build_graph(canvas, whole, 60))


def test_every_part_of_a_way_is_in_the_graph_and_smaller() -> None:
    canvas, whole = canvas_of(*GRID)
    graph = build_graph(canvas, whole)
    for box, node in graph.items():
        for way in node.ways:
            assert all(part in graph and part != box for part in way.boxes)
