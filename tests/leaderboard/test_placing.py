"""Labels of figures: near what they name, and never on one another."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from averitec_eval.leaderboard.placing import Box, Label, place_labels, spread

heights = st.floats(-50, 350)
places = st.lists(st.tuples(st.floats(0, 500), st.floats(0, 300)), max_size=25)
FRAME = Box(0, 0, 500, 300)


@given(wanted=st.lists(heights, max_size=25).map(sorted), gap=st.floats(1, 12))
def test_spread_labels_keep_their_order_their_distance_and_the_frame(wanted: list[float], gap: float) -> None:
    positions = spread(wanted, gap, 0, 300)
    assert len(positions) == len(wanted)
    assert all(after - before >= gap - 1e-6 for before, after in itertools.pairwise(positions))
    assert all(-1e-6 <= position <= 300 + 1e-6 for position in positions)


@given(wanted=st.lists(st.floats(0, 300), max_size=10).map(sorted))
def test_labels_with_room_stay_where_they_want_to_be(wanted: list[float]) -> None:
    assume(all(after - before >= 10 for before, after in itertools.pairwise(wanted)))
    assert spread(wanted, 10, 0, 300) == pytest.approx(wanted)


def test_colliding_labels_move_apart_evenly() -> None:
    assert spread([100, 100], 10, 0, 300) == pytest.approx([95, 105])
    assert spread([100, 100, 101], 10, 0, 300) == pytest.approx([90 + 1 / 3, 100 + 1 / 3, 110 + 1 / 3])
    assert spread([0, 0, 0], 10, 0, 300) == pytest.approx([0, 10, 20])
    assert spread([300, 300], 10, 0, 300) == pytest.approx([290, 300])


def test_labels_without_enough_room_stand_evenly() -> None:
    assert spread([5, 5, 5, 5], 200, 0, 300) == pytest.approx([0, 100, 200, 300])


def boxes_of(labels: list[Label | None], sizes: list[tuple[float, float]]) -> list[Box]:
    boxes = []
    for label, (width, height) in zip(labels, sizes, strict=True):
        if label is not None:
            left = label.x - width * (label.align + 1) / 2
            boxes.append(Box(left, label.y - height / 2, left + width, label.y + height / 2))
    return boxes


@given(points=places, width=st.floats(10, 150))
def test_placed_labels_lie_in_the_frame_off_each_other_and_off_the_points(
    points: list[tuple[float, float]], width: float
) -> None:
    sizes = [(width, 10.0)] * len(points)
    boxes = boxes_of(place_labels(points, sizes, FRAME, radius=4), sizes)
    assert all(box.inside(FRAME) for box in boxes)
    assert all(one.overlap(other) == 0 for one, other in itertools.combinations(boxes, 2))
    dots = [Box(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    assert all(box.overlap(dot) == 0 for box in boxes for dot in dots)


def test_a_lonely_point_has_its_label_at_the_right() -> None:
    assert place_labels([(100, 100)], [(50, 10)], FRAME, radius=4) == [Label(104.8, 100, -1)]


def test_a_point_at_the_right_edge_has_its_label_at_the_left() -> None:
    assert place_labels([(490, 100)], [(50, 10)], FRAME, radius=4) == [Label(485.2, 100, 1)]


def test_a_label_goes_where_it_hides_no_bar() -> None:
    bar = Box(120, 0, 121, 300)
    assert place_labels([(100, 100)], [(50, 10)], FRAME, radius=4, bars=[bar]) == [Label(95.2, 100, 1)]


def test_a_point_without_room_has_no_label() -> None:
    crowd = [(100.0 + 3 * (number % 6), 100.0 + 3 * (number // 6)) for number in range(36)]
    labels = place_labels(crowd, [(120, 10)] * len(crowd), FRAME, radius=4)
    assert None in labels
    assert any(label is not None for label in labels)
