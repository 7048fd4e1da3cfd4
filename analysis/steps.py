"""Buckets of steps observed, the horizontal axis of the accuracy curves."""

import numpy as np

Bucket = tuple[int, int | None]  # first and last, both included; None: no last

BUCKETS: tuple[Bucket, ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, 31), (32, None))


def bucket_name(low: int, high: int | None) -> str:
    """How a bucket is written: "0", "2-3", "32+"."""
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def within_bucket(observed: np.ndarray, bucket: Bucket) -> np.ndarray:
    """(q,) bool: which counts of steps, (q,) int, fall in a bucket."""
    low, high = bucket
    return (observed >= low) & (True if high is None else observed <= high)
