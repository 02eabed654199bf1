"""The numbers that all libraries are measured on, as `data.ts` makes them."""

import numpy as np


def numbers(shape, seed):
    i = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(seed * 7919)
    mixed = (i * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    return (((mixed >> np.uint64(8)).astype(np.float64)) / 2**24 - 0.5).astype(np.float32).reshape(shape)


def one_hot(count, classes):
    return np.eye(classes, dtype=np.float32)[np.arange(count) * 7 % classes]
