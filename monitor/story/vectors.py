"""Weighted features as arrays: compared, added up and cut to what matters, many at a time and always with one result.

What is added up is added in the order of the hashes, so that a figure does not depend on what else is computed with it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.model import Vector


def scale(hashes: NDArray[np.int64], weights: NDArray[np.float64]) -> Vector:
    """The vector of that direction with a length of 1; `hashes` rise, each once."""
    length = np.sqrt(weights @ weights)
    return Vector(hashes, (weights / length if length else weights).astype(np.float32))


def compare(one: Vector, others: Sequence[Vector]) -> list[float]:
    """The cosine of a scaled vector and each of the others: 0 for nothing in common, 1 for the same."""
    if not len(one) or not others:
        return [0.0] * len(others)
    hashes = np.concatenate([other.hashes for other in others])
    weights = np.concatenate([other.weights for other in others])
    owners = np.repeat(np.arange(len(others)), [len(other) for other in others])
    places = one.hashes.searchsorted(hashes)
    shared = np.flatnonzero(one.hashes.take(places, mode="clip") == hashes)
    products = one.weights[places[shared]].astype(np.float64) * weights[shared]
    cosines: list[float] = np.bincount(owners[shared], products, len(others)).tolist()
    return cosines


def combine(one: Vector, times: int, other: Vector, other_times: int, *, most: int) -> Vector:
    """The direction of two vectors together, each taken so many times, by its `most` strongest features."""
    hashes, places = np.unique(np.concatenate((one.hashes, other.hashes)), return_inverse=True)
    weights = np.concatenate((one.weights.astype(np.float64) * times, other.weights.astype(np.float64) * other_times))
    summed = np.bincount(places, weights, len(hashes)).astype(np.float64)  # of nothing it is a row of whole numbers
    chosen = _find_strongest(summed, most)
    return scale(hashes[chosen], summed[chosen])


def choose_strongest(vector: Vector, most: int) -> Vector:
    """The features that weigh most, as they are; of equal ones always the same."""
    chosen = _find_strongest(vector.weights, most)
    return Vector(vector.hashes[chosen], vector.weights[chosen])


def _find_strongest(weights: NDArray[np.float64] | NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """The places of those that weigh most, in rising order; of equal ones the first."""
    if len(weights) <= most:
        return np.arange(len(weights))
    least = np.partition(weights, -most)[-most]
    above, equal = np.flatnonzero(weights > least), np.flatnonzero(weights == least)
    return np.sort(np.concatenate((above, equal[: most - len(above)])))
