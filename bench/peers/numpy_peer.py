"""NumPy in the benchmark: reads lines of JSON, runs a case, answers with times or values."""

import json
import re
import sys
import time

import numpy as np

from numpy_data import numbers
from numpy_transforms import CASES as TRANSFORMS


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pair(f, left, right=None, dtype=np.float32):
    a, b = numbers(left, 1).astype(dtype), numbers(right or left, 2).astype(dtype)
    return lambda: f(a, b)


def one(f, shape, dtype=np.float32):
    a = numbers(shape, 1).astype(dtype)
    return lambda: f(a)


def power():
    a, b = np.abs(numbers([1000000], 1)), numbers([1000000], 2)
    return lambda: np.power(a, b)


M = [1000, 1000]
V = [1000000]
CASES = {
    "add f32[10]": lambda: pair(np.add, [10]),
    "add scalar f32[10]": lambda: one(lambda a: a + 10, [10]),
    "slice": lambda: one(lambda a: a[:, 1], [10, 10]),
    "transpose": lambda: one(np.transpose, [10, 10]),
    "add f32[1e6]": lambda: pair(np.add, M),
    "add row": lambda: pair(np.add, M, [1000]),
    "add column": lambda: pair(np.add, M, [1000, 1]),
    "add A + B^T": lambda: pair(lambda a, b: a + b.T, M),
    "exp f32[1e6]": lambda: one(np.exp, V),
    "sin f32[1e6]": lambda: one(np.sin, V),
    "tanh f32[1e6]": lambda: one(np.tanh, V),
    "power f32[1e6]": power,
    "sum f32[1e6]": lambda: one(np.sum, M),
    "sum axis 0": lambda: one(lambda a: a.sum(0), M),
    "sum axis 1": lambda: one(lambda a: a.sum(1), M),
    "max f32[1e6]": lambda: one(np.max, M),
    "argmax f32[1e6]": lambda: one(np.argmax, M),
    "matmul f32 512": lambda: pair(np.matmul, [512, 512]),
    "matmul f32 511": lambda: pair(np.matmul, [511, 511]),
    "matmul f32 A B^T 512": lambda: pair(lambda a, b: a @ b.T, [512, 512]),
    "matmul f64 512": lambda: pair(np.matmul, [512, 512], dtype=np.float64),
    "matmul f64 511": lambda: pair(np.matmul, [511, 511], dtype=np.float64),
    "einsum bij,bjk->bik": lambda: pair(lambda a, b: np.einsum("bij,bjk->bik", a, b), [32, 64, 64]),
    "sort f32[1e6]": lambda: one(np.sort, V),
    "sort f64[1e6]": lambda: one(np.sort, V, np.float64),
    "argsort f32[1e6]": lambda: one(lambda a: np.argsort(a, kind="stable"), V),
    "cumsum f32[1e6]": lambda: one(np.cumsum, V),
    "softmax 1000x1000": lambda: one(softmax, M),
}

ready = {}
print(json.dumps(np.__version__), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    name = ask["name"]
    # What can be compiled or not is the same in NumPy.
    make = CASES.get(name) or TRANSFORMS.get(re.sub(", (jit|eager)$", "", name))
    if make is None:
        print("null", flush=True)
        continue
    if name not in ready:
        ready.clear()
        ready[name] = make()
    run = ready[name]
    if "runs" in ask:
        clock = time.process_time if ask["cpu"] else time.perf_counter
        start = clock()
        for _ in range(ask["runs"]):
            run()
        print(json.dumps((clock() - start) / ask["runs"] * 1e3), flush=True)
    else:
        result = run()
        parts = result if isinstance(result, list) else [result]
        flat = np.concatenate([np.ravel(part) for part in parts]).astype(np.float64)
        step = max(1, flat.size // 1000)
        print(json.dumps(flat[::step].tolist()), flush=True)
