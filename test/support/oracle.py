"""Answers questions about NumPy over standard input and output.

A frame is the length of a JSON header and the length of a block of bytes (two little-endian uint32), the header, the
block. A request holds many calls: "f" is a Python expression for a function, in which np and the helpers below can be
used; "a" and "k" are its arguments; "to" says which dtypes of the result become which; "scale" is an expression for a
function of the same arguments that gives the magnitudes to which rounding errors refer.
"""

import json
import struct
import sys

out = sys.stdout.buffer
inp = sys.stdin.buffer


def send(header, block=b""):
    text = json.dumps(header).encode()
    out.write(struct.pack("<II", len(text), len(block)) + text + block)
    out.flush()


try:
    import numpy as np
except ImportError as error:
    send({"missing": f"NumPy cannot be imported: {error}"})
    sys.exit()
if np.lib.NumpyVersion(np.__version__) < "2.1.0":
    send({"missing": f"NumPy {np.__version__} is older than 2.1"})
    sys.exit()

import warnings

np.seterr(all="ignore")
warnings.simplefilter("ignore")

WIDER = {
    "float16": np.float64,
    "float32": np.float64,
    "float64": np.longdouble,
    "complex64": np.complex128,
    "complex128": np.clongdouble,
}


class Call:
    """What is known of the call in progress."""

    narrow = None


def bfloat16_bits(x):
    """The nearest bfloat16, ties to even, of float32 or float64."""
    x = np.asarray(x)
    single = x.astype(np.float32)
    bits = single.view(np.uint32).astype(np.uint64)
    # Rounding to odd first, so that the second rounding sees what the first one cut off.
    inexact = (single.astype(x.dtype) != x) & np.isfinite(x)
    away = np.abs(single.astype(np.float64)) > np.abs(x)
    bits = np.where(inexact & away, bits - 1, bits)
    bits = np.where(inexact, bits | 1, bits)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    quiet = (bits >> 16) | 0x40
    return np.where(np.isnan(x), quiet, rounded).astype(np.uint16)


def bfloat16_values(x):
    """Elements whose nearest bfloat16 is that of the elements of x, in a float that encode narrows."""
    if x.dtype.kind == "c":
        x = x.real
    if x.dtype.kind == "f":
        return x
    # Rounding to odd: what float64 cannot hold is marked in its last bit.
    def number(value):
        excess = max(0, abs(value).bit_length() - 53)
        top = abs(value) >> excess
        odd = top if top << excess == abs(value) else top | 1
        return float(odd << excess) * (-1 if value < 0 else 1)

    return np.array([number(int(v)) for v in x.ravel()], np.float64).reshape(x.shape)


def from_bfloat16(bits):
    return np.asarray(bits.astype(np.uint32) << 16).view(np.float32)


def wide(function):
    """The function computed in a wider float and rounded once: what is right, rather than what NumPy's kernels give."""

    def call(*args, **options):
        dtype = next(a.dtype for a in args if isinstance(a, np.ndarray))
        wider = WIDER.get(dtype.name)
        if wider is None:
            return function(*args, **options)
        direct = function(*args, **options)
        args = [a.astype(wider) if isinstance(a, np.ndarray) and a.dtype == dtype else a for a in args]
        result = narrowed(function(*args, **options), wider, dtype)
        return signed(result, direct) if np.iscomplexobj(result) else result

    return call


def signed(result, direct):
    """Zeros that only rounding made have the sign that NumPy gives."""
    if not isinstance(result, np.ndarray):
        return result
    result = result.copy()
    direct = np.asarray(direct)
    for part, own in ((result.real, direct.real), (result.imag, direct.imag)):
        part[...] = np.where((part == 0) & (own == 0), own, part)
    return result


def narrowed(result, wider, dtype):
    if isinstance(result, tuple | list):
        return type(result)(narrowed(x, wider, dtype) for x in result)
    result = np.asarray(result)
    if Call.narrow == "bfloat16":
        return result
    if result.dtype == wider:
        return result.astype(dtype)
    # Real results of complex functions.
    if np.dtype(wider).kind == "c" and result.dtype.kind == "f":
        return result.astype(np.empty(0, dtype).real.dtype)
    return result


def floating(function):
    """Real functions of integers and bool: those of float64."""

    def call(*args, **options):
        args = [a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype.kind in "biu" else a for a in args]
        return function(*args, **options)

    return call


def magnitudes(function):
    """The function of the absolute values, in float64."""

    def call(*args, **options):
        return function(*(magnitude(a) if isinstance(a, np.ndarray) else a for a in args), **options)

    return call


def product(a, b):
    """NumPy's product; complex ones without the fused instructions that only some machines have."""
    if "T" in (a.dtype.kind, b.dtype.kind):
        raise TypeError("a string times a large number takes forever")
    if a.dtype.kind != "c" or a.dtype != b.dtype:
        return np.multiply(a, b)
    result = np.empty(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    result.real = a.real * b.real - a.imag * b.imag
    result.imag = a.real * b.imag + a.imag * b.real
    return result


def cumprod(x, axis=None):
    """Running products, complex ones without fused instructions."""
    if x.dtype.kind != "c":
        return np.cumprod(x, axis=axis)
    lines = np.moveaxis(np.array(x.reshape(-1) if axis is None else x), axis or 0, 0)
    for i in range(1, len(lines)):
        lines[i] = product(lines[i - 1], lines[i])
    return np.moveaxis(lines, 0, axis or 0)


def magnitude(x):
    if x.dtype.kind not in "biufc":
        return x
    return np.abs(x if x.dtype.kind in "fc" else x.astype(np.float64)).astype(np.float64)


def accumulating(function):
    """Sums of float16 are accumulated in float32."""

    def call(x, **options):
        if x.dtype == np.float16:
            return function(x.astype(np.float32), **options).astype(x.dtype)
        return function(x, **options)

    return call


def like(x, value):
    """A scalar of the dtype of an array, as a weak scalar becomes it."""
    return np.asarray(value).astype(x.dtype)


def log1p(x):
    """Complex log1p without cancellation, which NumPy does not avoid near 0."""
    result = np.log1p(x)
    if not np.iscomplexobj(x):
        return result
    small = np.asarray(np.hypot(x.real, x.imag) < 0.5)
    result = np.array(result)
    real = np.log1p(x.real * (2 + x.real) + x.imag * x.imag) / 2
    result.real[small] = np.asarray(real)[small]
    return result


def cast(x, dtype):
    """astype; what NumPy leaves open, NaN and what is out of range to integers, saturates."""
    if dtype == "bfloat16":
        return bfloat16_values(x)
    dtype = np.dtype(dtype)
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        x = x.real
    if x.dtype.kind != "f" or dtype.kind not in "iu":
        return x.astype(dtype)
    info = np.iinfo(dtype)
    whole = np.trunc(x.astype(np.longdouble))
    low, high = np.longdouble(info.min), np.longdouble(info.max)
    result = np.where(np.isnan(whole), 0, np.clip(whole, low, high))
    return np.array([int(v) for v in result.ravel()], dtype=dtype).reshape(x.shape)


def rounded(x, decimals):
    """np.round; integers that no longer fit, which NumPy leaves open, saturate."""
    if x.dtype.kind in "iu" and decimals < 0:
        return cast(np.round(x.astype(np.float64), decimals), x.dtype)
    return np.round(x, decimals)


def clip(x, min=None, max=None):
    """np.clip; complex numbers by maximum and minimum, from which NumPy's clip differs for NaN."""
    low, high = (b if b is None or isinstance(b, np.ndarray) else like(x, b) for b in (min, max))
    if x.dtype.kind != "c":
        return np.clip(x, low, high)
    raised = x if low is None else np.maximum(x, low)
    return raised if high is None else np.minimum(raised, high)


def einsum(subscripts, *operands):
    """np.einsum, but for mistakes that make it touch foreign memory before, or instead of, raising an error."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    for labels, x in zip(inputs.split(","), operands):
        before, dots, after = labels.partition("...")
        if len(before + after) > x.ndim or (not dots and len(before) < x.ndim):
            raise ValueError("labels and axes differ in number")
        lengths = {}
        for axis, label in [*enumerate(before), *((i - len(after), label) for i, label in enumerate(after))]:
            if lengths.setdefault(label, x.shape[axis]) != x.shape[axis]:
                raise ValueError("a diagonal of unequal lengths")
    kept = output.replace("...", "")
    if arrow and (len(set(kept)) < len(kept) or not set(kept) <= set(inputs)):
        raise ValueError("a label of the output is repeated or new")
    if all(x.size for x in operands):
        return np.einsum(subscripts, *operands)
    # Its loops run once over nothing, too: a length that no other axis has stands for 0.
    alike = [np.zeros([n or 7 for n in x.shape], np.int8) for x in operands]
    shape = [0 if n == 7 else n for n in np.einsum(subscripts, *alike).shape]
    return np.zeros(shape, operands[0].dtype)


def getitem(x, index):
    return x[tuple(index)]


UPDATES = {
    "set": lambda old, new: new,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": product,
    "min": np.minimum,
    "max": np.maximum,
}


def updated(x, index, value, mode):
    """A changed copy; repeated indices accumulate (float16 in float32), the last one counts for "set"."""
    if value.dtype != x.dtype:
        raise TypeError("dtypes differ")
    places = np.asarray(np.arange(x.size).reshape(x.shape)[tuple(index)])
    while value.ndim > places.ndim and value.shape[0] == 1:
        value = value.reshape(value.shape[1:])
    value = np.broadcast_to(value, places.shape)
    flat = x.flatten()
    if mode != "set" and x.dtype == np.float16:
        flat, value = flat.astype(np.float32), value.astype(np.float32)
    # Not ufunc.at, which crashes for some indices.
    for place, new in zip(places.ravel(), value.ravel()):
        flat[place] = UPDATES[mode](flat[place], new)
    return flat.astype(x.dtype).reshape(x.shape)


def tensor_text(x, **options):
    """array_repr with our word, brackets and dtype names."""
    body = np.array2string(x, separator=", ", prefix="tensor(", suffix=")", **options)
    name = "string" if x.dtype.kind == "T" else x.dtype.name
    hidden = (x.size == 0 and x.ndim > 1) or x.size > 1000
    extra = (f"shape={list(x.shape)}, " if hidden else "") + f"dtype={name})"
    text = f"tensor({body},"
    last = len(text) - (text.rfind("\n") + 1)
    return {"value": text + ("\n" + " " * 7 if last + len(extra) + 1 > 75 else " ") + extra}


def decode(value, block):
    if isinstance(value, list):
        return [decode(x, block) for x in value]
    if not isinstance(value, dict):
        return value
    (kind, content), = value.items()
    if kind == "array":
        dtype, shape, offset = content
        count = int(np.prod(shape, dtype=np.int64))
        raw = np.uint16 if dtype == "bfloat16" else np.dtype(dtype)
        flat = np.frombuffer(block, raw, count, offset).reshape(shape)
        return from_bfloat16(flat) if dtype == "bfloat16" else flat.copy()
    if kind == "strings":
        items, shape = content
        return np.array(items, dtype=np.dtypes.StringDType()).reshape(shape)
    if kind == "int":
        return int(content)
    if kind == "float":
        return float(content)
    if kind == "complex":
        return complex(*(float(x) for x in content))
    if kind == "tuple":
        return tuple(decode(x, block) for x in content)
    if kind == "slice":
        return slice(*content)
    if kind == "ellipsis":
        return Ellipsis
    if kind == "dtype":
        return np.dtype(content)
    if kind == "options":
        return {name: decode(x, block) for name, x in content.items()}
    raise AssertionError(f"unknown argument {kind}")


def encode(value, to, parts):
    if isinstance(value, tuple | list):
        return {"list": [encode(x, to, parts) for x in value]}
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        return {"strings": [[value], []]}
    if value is None or isinstance(value, bool | int):
        return {"value": value}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return {"value": repr(value)}
    value = np.asarray(value)
    name = value.dtype.name
    if value.dtype.kind in "TU":
        return {"strings": [[str(x) for x in value.ravel()], list(value.shape)]}
    shape = list(value.shape)
    if Call.narrow == "bfloat16" and value.dtype.kind == "f":
        name, value = "bfloat16", bfloat16_bits(value)
    elif name in to:
        name = to[name]
        value = value.astype(name)
    data = np.ascontiguousarray(value).tobytes()
    at = sum(len(part) for part in parts)
    parts.append(data + b"\0" * (-len(data) % 16))
    return {"array": [name, shape, at, len(data)]}


FUNCTIONS = {}


def function(text):
    if text not in FUNCTIONS:
        FUNCTIONS[text] = eval(text, globals())
    return FUNCTIONS[text]


def answer(call, block, parts):
    Call.narrow = call.get("narrow")
    mark = len(parts)
    try:
        args = decode(call["a"], block)
        options = {name: decode(x, block) for name, x in call.get("k", {}).items()}
        result = encode(function(call["f"])(*args, **options), call.get("to", {}), parts)
        if "scale" in call:
            Call.narrow = None
            size = np.asarray(function(call["scale"])(*args, **options))
            result["scale"] = encode(size.astype(np.float64), {}, parts)
        return result
    except Exception as error:
        del parts[mark:]
        return {"error": type(error).__name__, "message": str(error)}


def main():
    send({"numpy": np.__version__})
    while True:
        lengths = inp.read(8)
        if len(lengths) < 8:
            return
        text, size = struct.unpack("<II", lengths)
        calls = json.loads(inp.read(text))
        block = inp.read(size)
        parts = []
        results = [answer(call, block, parts) for call in calls]
        send(results, b"".join(parts))


main()
