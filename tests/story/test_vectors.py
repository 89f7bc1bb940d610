"""Features as arrays: what is compared with many at once is as if it were compared with each alone."""

from collections.abc import Mapping
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Vector
from monitor.story.vectors import choose_strongest, combine, compare, scale

WEIGHTS = st.dictionaries(st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1), st.floats(0.01, 10), max_size=20)


def vector(weights: Mapping[int, float]) -> Vector:
    hashes = sorted(weights)
    return scale(np.array(hashes, np.int64), np.array([weights[each] for each in hashes], np.float64))


def as_mapping(features: Vector) -> dict[int, float]:
    return dict(zip(features.hashes.tolist(), features.weights.tolist(), strict=True))


@given(WEIGHTS, st.lists(WEIGHTS, max_size=5))
def test_a_vector_is_as_near_to_each_of_many_as_to_that_one_alone(
    one: dict[int, float], others: list[dict[int, float]]
) -> None:
    vectors = [vector(other) for other in others]
    found = compare(vector(one), vectors)
    assert found == [compare(vector(one), [each])[0] for each in vectors]
    assert found == [compare(each, [vector(one)])[0] for each in vectors]
    for cosine, other in zip(found, others, strict=True):
        lengths = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
        shared = sum(one[each] * other[each] for each in one.keys() & other.keys())
        assert cosine == pytest.approx(shared / lengths if lengths else 0, abs=1e-5)


@given(WEIGHTS, WEIGHTS, st.integers(1, 9), st.integers(1, 25))
def test_vectors_together_have_the_weights_of_both_and_a_length_of_one(
    one: dict[int, float], other: dict[int, float], times: int, most: int
) -> None:
    together = combine(vector(one), times, vector(other), 1, most=most)
    assert len(together) == min(most, len(one.keys() | other.keys()))
    assert together.hashes.tolist() == sorted(together.hashes.tolist())
    assert compare(together, [together]) == pytest.approx([1.0 if len(together) else 0.0], abs=1e-5)


def test_of_features_that_weigh_the_same_the_first_are_kept() -> None:
    features = vector({-4: 1, 2: 3, 3: 1, 8: 1, 9: 2})
    assert sorted(as_mapping(choose_strongest(features, 3))) == [-4, 2, 9]
    assert choose_strongest(features, 5) == features


def test_vectors_are_equal_when_all_of_their_features_are() -> None:
    assert vector({1: 1, 2: 1}) == vector({2: 1, 1: 1})
    assert vector({1: 1, 2: 1}) != vector({1: 1, 2: 2})
    assert vector({1: 1}) != {1: 1}
