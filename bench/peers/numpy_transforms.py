"""Transforms in the benchmark, as NumPy does them: chains call by call, derivatives by hand."""

import numpy as np

from numpy_data import numbers, one_hot

LENGTHS = {"1e3": 1000, "1e4": 10000, "1e5": 100000, "1e6": 1000000, "1e7": 10000000}
BATCHES = {"32": 32, "256": 256}
RATE = np.float32(0.1)


def cheap(x, y):
    return np.maximum((x * y + x) * 0.5 - y, 0) * x


def costly(x, y):
    return (np.exp(x * y) + 1) * y / (x + 2)


def chain(f, length):
    def make():
        x, y = numbers([length], 1), numbers([length], 2)
        return lambda: f(x, y)

    return make


def adds():
    x, b = numbers([10], 1), numbers([10], 2)

    def run():
        y = x
        for _ in range(100):
            y = y + b
        return y

    return run


def adds_and_matmuls():
    x, a, b = numbers([3, 3], 1), numbers([3, 3], 2), numbers([3, 3], 3)

    def run():
        y = x
        for _ in range(50):
            y = y @ a + b
        return y

    return run


def sums_and_adds():
    x, b = numbers([10], 1), numbers([10], 2)

    def run():
        y = x + b
        for _ in range(33):
            y = b + y.sum() * 0.1
        return y

    return run


def parameters():
    shapes = [[64, 128], [128], [128, 10], [10]]
    return [numbers(shape, i + 1) * np.float32(0.2) for i, shape in enumerate(shapes)]


def examples(batch):
    return numbers([batch, 64], 5), one_hot(batch, 10)


def forward(p, x):
    w1, b1, w2, b2 = p
    h = x @ w1 + b1
    a = np.maximum(h, 0)
    z = a @ w2 + b2
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    s = e.sum(axis=1, keepdims=True)
    return h, a, shifted - np.log(s), e / s


def backward(p, x, y, scale):
    """Loss, gradients, and what the directional derivative of these needs."""
    h, a, logs, q = forward(p, x)
    loss = -(logs * y).sum() * scale
    dz = (q - y) * scale
    positive = h > 0
    dh = (dz @ p[2].T) * positive
    gradients = [x.T @ dh, dh.sum(axis=0), a.T @ dz, dz.sum(axis=0)]
    return loss, gradients, (positive, a, q, dz)


def gradient(batch):
    def make():
        p, (x, y) = parameters(), examples(batch)
        scale = np.float32(1 / batch)
        return lambda: backward(p, x, y, scale)[1]

    return make


def training(batch):
    def make():
        p, (x, y) = parameters(), examples(batch)
        scale = np.float32(1 / batch)

        def run():
            _, gradients, _ = backward(p, x, y, scale)
            for value, g in zip(p, gradients):
                value -= RATE * g
            return p

        return run

    return make


def product(batch):
    def make():
        p, (x, y) = parameters(), examples(batch)
        v1, c1, v2, c2 = [numbers(value.shape, i + 6) for i, value in enumerate(p)]
        scale = np.float32(1 / batch)

        def run():
            _, _, (positive, a, q, dz) = backward(p, x, y, scale)
            ta = (x @ v1 + c1) * positive
            tz = ta @ p[2] + a @ v2 + c2
            weighted = q * tz
            tdz = (weighted - q * weighted.sum(axis=1, keepdims=True)) * scale
            tdh = (tdz @ p[2].T + dz @ v2.T) * positive
            return [x.T @ tdh, tdh.sum(axis=0), ta.T @ dz + a.T @ tdz, tdz.sum(axis=0)]

        return run

    return make


def each_gradient():
    p, (x, y) = parameters(), examples(32)

    def run():
        h, a, _, q = forward(p, x)
        dz = q - y
        dh = (dz @ p[2].T) * (h > 0)
        return [x[:, :, None] * dh[:, None, :], dh, a[:, :, None] * dz[:, None, :], dz]

    return run


def each_gradient_loop():
    p, (x, y) = parameters(), examples(32)
    one = np.float32(1)

    def run():
        found = [backward(p, x[i : i + 1], y[i : i + 1], one)[1] for i in range(32)]
        return [np.stack(parts) for parts in zip(*found)]

    return run


def matvec(loop):
    def make():
        w, x = numbers([128, 64], 1), numbers([1000, 64], 2)
        if loop:
            return lambda: np.stack([w @ row for row in x])
        return lambda: x @ w.T

    return make


def softmax():
    x = numbers([1000, 1000], 1)

    def run():
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return run


def layer_norm():
    x, gain, bias = numbers([1000, 1000], 1), numbers([1000], 2), numbers([1000], 3)

    def run():
        centred = x - x.mean(axis=1, keepdims=True)
        variance = np.square(centred).mean(axis=1, keepdims=True)
        return centred / np.sqrt(variance + np.float32(1e-5)) * gain + bias

    return run


def scan():
    carry, xs = numbers([10], 1), numbers([1000, 10], 2)

    def run():
        c = carry
        for x in xs:
            c = np.tanh(c * 0.9 + x)
        return c

    return run


CASES = {
    "call of jit(add) f32[10]": lambda: (lambda x, y: lambda: x + y)(numbers([10], 1), numbers([10], 2)),
    "call in adds f32[10]": adds,
    "call in adds, matmuls f32[3, 3]": adds_and_matmuls,
    "call in sums, adds f32[10]": sums_and_adds,
    "MLP gradients of 32 examples": each_gradient,
    "MLP gradients of 32 examples, loop": each_gradient_loop,
    "vmap(matvec) 1000": matvec(False),
    "matvec 1000, loop": matvec(True),
    "softmax 1000x1000": softmax,
    "layer norm 1000x1000": layer_norm,
    "scan of 1000 turns": scan,
}
for text, length in LENGTHS.items():
    CASES[f"chain f32[{text}]"] = chain(cheap, length)
    CASES[f"chain to sum f32[{text}]"] = chain(lambda x, y: cheap(x, y).sum(), length)
    CASES[f"exp chain f32[{text}]"] = chain(costly, length)
    CASES[f"exp chain to sum f32[{text}]"] = chain(lambda x, y: costly(x, y).sum(), length)
for text, batch in BATCHES.items():
    CASES[f"MLP gradient {text}"] = gradient(batch)
    CASES[f"MLP training step {text}"] = training(batch)
    CASES[f"MLP Hessian-vector product {text}"] = product(batch)
