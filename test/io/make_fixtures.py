"""Writes ../data/npy: small files of NumPy and what is in them. Needs NumPy >= 2.4.

The file bfloat16.npy is written as NumPy writes arrays of ml_dtypes.bfloat16,
whose type code is "<V2"; ml_dtypes itself is not needed.
"""

import io
import json
import pathlib
import warnings
import zipfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "npy"
DTYPES = ["bool", *[f"{u}int{b}" for b in (8, 16, 32, 64) for u in ("", "u")]]
DTYPES += ["float16", "float32", "float64", "complex64", "complex128"]
WORDS = [["", "a"], ["héé", "漢字 \U0001f600"], ["x\ty", "end"]]
expected = {}


def note(name, array, dtype=None):
    """Records shape, dtype and little-endian C-order elements of a file."""
    entry = {"dtype": dtype or array.dtype.name, "shape": list(array.shape)}
    if array.dtype.kind in "US":
        entry["dtype"] = "string"
        text = array if array.dtype.kind == "U" else np.char.decode(array, "utf-8")
        entry["strings"] = text.ravel().tolist()
    else:
        little = array.astype(array.dtype.newbyteorder("<"))
        entry["hex"] = little.tobytes("C").hex()
    expected[name] = entry


def write(name, array):
    np.save(FOLDER / name, array)
    note(name, array)


def values(dtype, shape):
    rng = np.random.default_rng(len(expected))
    n = int(np.prod(shape))
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool).reshape(shape)
    raw = rng.integers(0, 256, n * np.dtype(dtype).itemsize, dtype=np.uint8)
    if np.dtype(dtype).kind in "fc":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            real = np.nan_to_num(raw.view(dtype).copy(), nan=1, posinf=2, neginf=-2)
        return real.astype(dtype).reshape(shape)
    return raw.view(dtype).reshape(shape)


def with_header(version, text):
    """A file with a hand-written header of any version."""
    size = 2 if version == 1 else 4
    body = text.encode("utf-8" if version == 3 else "latin1")
    return b"\x93NUMPY" + bytes([version, 0]) + len(body).to_bytes(size, "little") + body


class Stream(io.RawIOBase):
    """A file without positions: sizes of zip entries have to follow their contents."""

    content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def entry(name):
    info = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
    info.compress_type = zipfile.ZIP_STORED if name.endswith("/") else zipfile.ZIP_DEFLATED
    return info


def main():
    FOLDER.mkdir(exist_ok=True)
    for dtype in DTYPES:
        write(f"{dtype}.npy", values(dtype, (2, 3)))
        write(f"{dtype}_fortran.npy", np.asfortranarray(values(dtype, (3, 2, 2))))
        if np.dtype(dtype).itemsize > 1:
            write(f"{dtype}_big.npy", values(dtype, (3,)).astype(np.dtype(dtype).newbyteorder(">")))
    big = np.dtype("complex64").newbyteorder(">")
    write("complex64_big_fortran.npy", np.asfortranarray(values("complex64", (2, 3)).astype(big)))
    write("rank0.npy", values("float64", ()))
    write("empty.npy", np.zeros((0,), "f4"))
    write("empty_rank3.npy", np.zeros((2, 0, 3), "i2"))
    write("rank5.npy", np.asfortranarray(values("int16", (2, 1, 3, 2, 2))))
    write("long_axis.npy", values("uint8", (1000,)))

    # Headers on both sides of the next multiple of 64, one character apart.
    write("header128.npy", np.zeros((0,) + (1,) * 12 + (10,), "u1"))
    write("header192.npy", np.zeros((0,) + (1,) * 12 + (100,), "u1"))

    words = np.array(WORDS)
    write("string.npy", words)
    write("string_big.npy", words.astype(words.dtype.newbyteorder(">")))
    write("string_fortran.npy", np.asfortranarray(words))
    write("bytes.npy", np.char.encode(words, "utf-8"))

    data = np.array([0x3F80, 0x4020, 0xC000, 0x7F80], "<u2").reshape(2, 2)
    buffer = io.BytesIO()
    np.save(buffer, data)
    (FOLDER / "bfloat16.npy").write_bytes(buffer.getvalue().replace(b"'<u2'", b"'<V2'"))
    note("bfloat16.npy", data, "bfloat16")

    array = values("int32", (2, 2))
    for version in (1, 2, 3):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, version=(version, 0))
        (FOLDER / f"version{version}.npy").write_bytes(buffer.getvalue())
        note(f"version{version}.npy", array)
    header = '{"shape":(2L,2L),\n"descr":"<i4","fortran_order":False}'
    (FOLDER / "python2.npy").write_bytes(with_header(1, header) + array.tobytes())
    note("python2.npy", array)

    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": words, "näme": np.int8(3)}
    np.savez(FOLDER / "stored.npz", **arrays)
    np.savez_compressed(FOLDER / "deflated.npz", **arrays)
    stream = Stream()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = b"a comment"
        archive.writestr(entry("folder/"), b"")
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(entry(f"folder/{name}.npy"), buffer.getvalue())
    (FOLDER / "streamed.npz").write_bytes(stream.content)
    with open(FOLDER / "expected.json", "w", encoding="utf-8") as f:
        json.dump(expected, f, indent=2, ensure_ascii=False)
        f.write("\n")


main()
