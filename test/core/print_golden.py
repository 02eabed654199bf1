"""Writes print_golden.jsonl, a case a line: what NumPy prints. Run it with NumPy >= 2.4 in this folder."""

import json
import random

import numpy as np

RNG = np.random.default_rng(2024)
random.seed(2024)

NAMES = {
    "precision": "precision",
    "threshold": "threshold",
    "edgeitems": "edgeItems",
    "max_line_width": "lineWidth",
    "suppress_small": "suppress",
    "floatmode": "floatMode",
    "sign": "sign",
    "separator": "separator",
    "prefix": "prefix",
    "suffix": "suffix",
}
FLOATS = ["float16", "float32", "float64"]
COMPLEX = {"complex64": "float32", "complex128": "float64"}
INTEGERS = [f"{u}int{b}" for b in (8, 16, 32, 64) for u in ("", "u")]
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0]
LETTERS = "ab Z'\"\\\n\t\r\x00\x7fé\u00a0\u200b\u3000\u2028漢\ue000\U0001f600ñ"


def floats(dtype, n):
    family = random.randrange(10)
    bits = np.dtype(dtype).itemsize
    if family == 0:
        values = RNG.integers(0, 256, n * bits, dtype=np.uint8).view(dtype)
    elif family == 1:
        values = RNG.integers(-9, 10, n)
    elif family == 2:
        values = RNG.uniform(-1, 1, n)
    elif family == 3:
        values = RNG.uniform(0, 1, n) * 10.0 ** RNG.integers(-6, 9)
    elif family == 4:
        values = RNG.integers(-2000, 2000, n) / 2.0 ** RNG.integers(0, 14)
    elif family == 5:
        values = 2.0 ** RNG.integers(-14, 15, n)
    elif family == 6:
        values = RNG.integers(1, 100, n) / 100
    elif family == 7:
        values = 10.0 ** RNG.integers(-4, 5, n)
    elif family == 8:
        values = 1 + RNG.integers(-3, 4, n) * np.finfo(dtype).eps
    else:
        values = RNG.standard_normal(n) * 1000.0
    with np.errstate(all="ignore"):
        values = np.asarray(values).astype(dtype)
    if n and random.random() < 0.3:
        for _ in range(random.randrange(1, 4)):
            values[random.randrange(n)] = random.choice(SPECIAL)
    return values


def values_of(dtype, n):
    if dtype == "bool":
        return RNG.integers(0, 2, n).astype(bool)
    if dtype == "string":
        words = ["".join(random.choices(LETTERS, k=random.randrange(0, 8))) for _ in range(n)]
        return np.array([w.rstrip("\0") for w in words] or [""])[:n]
    if dtype in COMPLEX:
        part = COMPLEX[dtype]
        return np.stack([floats(part, n), floats(part, n)], -1).reshape(-1).view(dtype)
    if dtype in FLOATS:
        return floats(dtype, n)
    info = np.iinfo(dtype)
    low, high = random.choice([(0, 9), (-9, 9), (-100, 100), (info.min, info.max)])
    return RNG.integers(max(low, info.min), high, n, dtype=dtype, endpoint=True)


def shape_of():
    rank = random.choice([0, 1, 1, 1, 2, 2, 2, 3, 4])
    most = [0, 32, 7, 4, 3][rank]
    return tuple(random.randrange(0 if random.random() < 0.1 else 1, most + 1) for _ in range(rank))


def options_of():
    options = {}

    def maybe(name, values, chance=0.2):
        if random.random() < chance:
            options[name] = random.choice(values)

    maybe("precision", [0, 1, 2, 3, 5, 12, 17], 0.3)
    maybe("threshold", [0, 5, 12, 30], 0.35)
    maybe("edgeitems", [1, 2, 4])
    maybe("max_line_width", [1, 10, 20, 33, 50, 120], 0.3)
    maybe("suppress_small", [True, False], 0.3)
    maybe("floatmode", ["fixed", "unique", "maxprec", "maxprec_equal"], 0.5)
    maybe("sign", ["-", "+", " "], 0.3)
    maybe("separator", [", ", ",", "; ", "", " | "], 0.3)
    maybe("prefix", ["x = ", "é漢"], 0.15)
    maybe("suffix", [")", " # end"], 0.15)
    return options


def encoded(a, dtype):
    if dtype == "string":
        return a.reshape(-1).tolist()
    return a.tobytes().hex()


def camel(options):
    return {NAMES[k]: v for k, v in options.items()}


def tensor_text(a, dtype, options):
    """NumPy's _array_repr_implementation with our word, brackets and dtype names."""
    width, threshold = options.get("max_line_width", 75), options.get("threshold", 1000)
    body = np.array2string(a, separator=", ", prefix="tensor(", suffix=")", **options)
    extras = [f"dtype={dtype}"]
    if (a.size == 0 and a.shape != (0,)) or a.size > threshold:
        extras.insert(0, f"shape={list(a.shape)}")
    text, extra = f"tensor({body},", ", ".join(extras) + ")"
    last = len(text) - (text.rfind("\n") + 1)
    spacer = "\n" + " " * 7 if last + len(extra) + 1 > width else " "
    return text + spacer + extra


def array_case(dtype, shape, options):
    a = values_of(dtype, int(np.prod(shape, dtype=int))).reshape(shape)
    case = {
        "dtype": dtype,
        "shape": list(shape),
        "items": encoded(a, dtype),
        "options": camel(options),
        "text": np.array2string(a, **options),
    }
    plain = {k: v for k, v in options.items() if k not in ("separator", "prefix", "suffix")}
    case["tensor"] = tensor_text(a, dtype, plain)
    return case


def scalar_case():
    dtype = random.choice(FLOATS)
    x = floats(dtype, 1)
    options, named = {}, {}

    def maybe(name, camel_name, values, chance=0.3):
        if random.random() < chance:
            options[name] = named[camel_name] = random.choice(values)

    notation = random.choice(["positional", "scientific"])
    maybe("precision", "precision", [0, 1, 2, 5, 9, 20, 40])
    maybe("trim", "trim", ["k", ".", "0", "-"], 0.6)
    maybe("sign", "sign", [True, False])
    maybe("pad_left", "padLeft", [0, 2, 8])
    maybe("min_digits", "minDigits", [0, 1, 3, 8, 20])
    if "precision" in options:
        maybe("unique", "unique", [False], 0.5)
    if notation == "positional":
        maybe("fractional", "fractional", [False])
        maybe("pad_right", "padRight", [0, 3, 12])
        write = np.format_float_positional
    else:
        maybe("exp_digits", "expDigits", [1, 3, 6])
        write = np.format_float_scientific
    try:
        text = write(x[0], **options)
    except ValueError:
        text = None
    return {
        "notation": notation,
        "dtype": dtype,
        "item": x.tobytes().hex(),
        "options": named,
        "text": text,
    }


def main():
    dtypes = ["bool", "string", *INTEGERS, *FLOATS * 4, *COMPLEX, *COMPLEX]
    arrays = []
    for i in range(420):
        arrays.append(array_case(dtypes[i % len(dtypes)], shape_of(), options_of()))
    for dtype in ["bool", "string", *INTEGERS, *FLOATS, *COMPLEX]:
        for shape in [(), (0,), (3,), (2, 0, 3), (2, 3), (2, 2, 2)]:
            arrays.append(array_case(dtype, shape, {}))
    scalars = [scalar_case() for _ in range(420)]
    with open("print_golden.jsonl", "w", encoding="ascii") as f:
        for case in arrays + scalars:
            f.write(json.dumps(case) + "\n")


main()
