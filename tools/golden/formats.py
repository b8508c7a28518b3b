#!/usr/bin/env python3
"""Writes src/data/formats/golden and src/features/golden: files made by NumPy, PyArrow, SciPy and Python's wave, with what they
hold as JSON, and sounds with what python_speech_features and SciPy make of them.

    python3 -m venv venv
    venv/bin/pip install numpy==2.4.6 scipy==1.17.1 pyarrow==26.0.1 python_speech_features==0.6
    venv/bin/python tools/golden/formats.py
    npx prettier --write src/data/formats/golden src/features/golden

Numbers are drawn by Python's own `random`, whose numbers no version changes. Not run in continuous integration: the committed
files are what the tests compare with.
"""

import json
import math
import pathlib
import random
import struct
import wave

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from python_speech_features import logfbank
from scipy.io import wavfile
from scipy.signal import resample_poly

ROOT = pathlib.Path(__file__).resolve().parents[2] / "src"
FORMATS = ROOT / "data" / "formats" / "golden"
FEATURES = ROOT / "features" / "golden"


def plain(array):
    """An array as JSON: C order, numbers as float64 or as they are."""
    flat = np.ascontiguousarray(array).ravel()
    if flat.dtype.kind == "S":
        return [text.decode("latin-1") for text in flat]
    if flat.dtype.kind == "f":
        return [float(x) if math.isfinite(x) else str(float(x)) for x in flat]
    return [int(x) if flat.dtype.kind in "iub" else str(x) for x in flat]


def facts(array):
    return {"shape": list(array.shape), "dtype": array.dtype.str, "data": plain(array)}


def numpy_files(rng):
    reals = np.array([[rng.uniform(-100, 100) for _ in range(3)] for _ in range(4)])
    halves = np.array([0.0, -0.0, 1.0, -2.5, 65504.0, 2.0**-24, 2.0**-14, 1 / 3, math.inf, -math.inf, math.nan])
    arrays = {}
    for order in "<>":
        for kind in ("f2", "f4", "f8"):
            arrays[f"real{kind}{'le' if order == '<' else 'be'}"] = reals.astype(order + kind)
        for kind in ("i2", "i4", "i8", "u2", "u4", "u8"):
            signed = kind[0] == "i"
            top = min(2 ** (8 * int(kind[1]) - signed) - 1, 2**53 - 1)
            ends = [-top - signed if top < 2**50 else -top, -1, 0, 1, top] if signed else [0, 1, top // 2, top]
            arrays[f"whole{kind}{'le' if order == '<' else 'be'}"] = np.array(ends).astype(order + kind)
        arrays[f"halves{'le' if order == '<' else 'be'}"] = halves.astype(order + "f2")
        arrays[f"texts{'le' if order == '<' else 'be'}"] = np.array(["walk", "", "läuft", "\U0001f3c3"]).astype(order + "U5")
    arrays["i1"] = np.array([-128, -1, 0, 127], np.int8)
    arrays["u1"] = np.array([0, 1, 255], np.uint8)
    arrays["bool"] = np.array([[True, False], [False, True]])
    arrays["bytes"] = np.array([b"one", b"three"])
    arrays["scalar"] = np.array(7, np.int32)
    arrays["fortran2"] = np.asfortranarray(np.arange(12, dtype=np.int16).reshape(3, 4))
    arrays["fortran3"] = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    np.savez(FORMATS / "stored.npz", **arrays)
    np.savez_compressed(FORMATS / "deflated.npz", **arrays)
    for version in (1, 2, 3):
        with open(FORMATS / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, reals, (version, 0))
    np.save(FORMATS / "objects.npy", np.array([[1, 2], [3]], dtype=object))
    np.save(FORMATS / "records.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))
    np.save(FORMATS / "complex.npy", np.array([1 + 2j]))
    (FORMATS / "numpy.json").write_text(json.dumps({"reals": facts(reals), "arrays": {k: facts(v) for k, v in arrays.items()}}))


def parquet_files(rng):
    rows = 30
    start = 1_700_000_000_000_000
    columns = {
        "time": pa.array([start + 20_000 * i for i in range(rows)], pa.timestamp("us")),
        "ax": pa.array([rng.uniform(-1, 1) for _ in range(rows)], pa.float32()),
        "ay": pa.array([None if i == 7 else rng.uniform(-1, 1) for i in range(rows)], pa.float64()),
        "count": pa.array([rng.randrange(-1000, 1000) for _ in range(rows)], pa.int16()),
        "large": pa.array([rng.randrange(2**40) for _ in range(rows)], pa.int64()),
        "flag": pa.array([rng.random() < 0.5 for _ in range(rows)]),
        "label": pa.array([None if i % 10 == 9 else ("walk", "run")[i // 10 % 2] for i in range(rows)]),
        "person": pa.array([f"p{i // 15 + 1}" for i in range(rows)]).dictionary_encode(),
    }
    table = pa.table(columns)
    for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
        pq.write_table(table, FORMATS / f"{codec}.parquet", compression=codec, row_group_size=16)
    pq.write_table(table.select(["time", "ax"]), FORMATS / "pages2.parquet", data_page_version="2.0", compression="zstd")
    encodings = {"ax": "BYTE_STREAM_SPLIT", "count": "DELTA_BINARY_PACKED", "large": "DELTA_BINARY_PACKED", "flag": "RLE"}
    for name, texts in (("deltas1", "DELTA_LENGTH_BYTE_ARRAY"), ("deltas2", "DELTA_BYTE_ARRAY")):
        pq.write_table(
            table.set_column(7, "person", table["person"].cast(pa.string())),
            FORMATS / f"{name}.parquet",
            data_page_version=f"{name[-1]}.0",
            use_dictionary=False,
            column_encoding={**encodings, "label": texts, "person": texts},
        )
    pq.write_table(pa.table({"x": pa.array([[1, 2], [3]])}), FORMATS / "lists.parquet")
    expected = {name: table[name].to_pylist() for name in table.column_names if name != "time"}
    expected["time"] = [(start + 20_000 * i) / 1e6 for i in range(rows)]
    (FORMATS / "parquet.json").write_text(json.dumps(expected))


def wav_files(rng):
    """Each file's samples [frames][channels] as counts of 16 bits."""
    frames = 25
    expected = {}

    def whole(bits, channels):
        top = 2 ** (bits - 1)
        values = [-top, top - 1, 0] + [rng.randrange(-top, top) for _ in range(frames * channels - 3)]
        return np.array(values).reshape(frames, channels)

    def packed(values, bits):
        size = bits // 8
        offset = 128 if bits == 8 else 0
        return b"".join((int(v) + offset).to_bytes(size, "little", signed=bits != 8) for v in values.ravel())

    for bits in (8, 16, 24, 32):
        for channels in (1, 2):
            values = whole(bits, channels)
            name = f"pcm{bits}x{channels}.wav"
            with wave.open(str(FORMATS / name), "wb") as file:
                file.setnchannels(channels)
                file.setsampwidth(bits // 8)
                file.setframerate(16000)
                file.writeframes(packed(values, bits))
            expected[name] = {"rate": 16000, "samples": (values / 2.0 ** (bits - 16)).tolist()}
    for dtype in ("float32", "float64"):
        values = np.array([rng.uniform(-1, 1) for _ in range(frames)], dtype)
        wavfile.write(FORMATS / f"{dtype}.wav", 44100, values)
        expected[f"{dtype}.wav"] = {"rate": 44100, "samples": (values.astype(float) * 32768)[:, None].tolist()}
    # WAVE_FORMAT_EXTENSIBLE with 24 bits, a chunk of odd length before the data and one after them.
    values = whole(24, 1)
    data = packed(values, 24)
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    form = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 22050, 22050 * 3, 3, 24, 22, 24, 4) + guid
    chunks = [(b"fmt ", form), (b"LIST", b"odd"), (b"data", data), (b"junk", b"abcd")]
    body = b"WAVE" + b"".join(k + struct.pack("<I", len(v)) + v + b"\0" * (len(v) % 2) for k, v in chunks)
    (FORMATS / "extensible.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    expected["extensible.wav"] = {"rate": 22050, "samples": (values / 256).tolist()}
    (FORMATS / "wav.json").write_text(json.dumps(expected))


def digits(values):
    return [float(f"{x:.12g}") for x in np.ravel(values)]


def sounds(rng):
    def sound(samples, loudness):
        return [
            round(loudness * (math.sin(1e-4 * i * i) + 0.3 * math.sin(0.05 * i) + rng.uniform(-0.2, 0.2)))
            for i in range(samples)
        ]

    cases = {"long": sound(1500, 9000), "short": sound(300, 200), "exact": sound(560, 5000), "silent": [0] * 400}
    return {
        name: {"sound": x, "features": digits(logfbank(np.array(x, float), 16000, 0.025, 0.01, 32, 512, 0, None, 0))}
        for name, x in cases.items()
    }


def resampled(rng):
    """The filter of src/features/resample.ts with NumPy's sinc and Kaiser window, applied by SciPy."""
    result = []
    for source, up, down in ((8000, 2, 1), (48000, 1, 3), (44100, 160, 441), (22050, 320, 441)):
        x = [rng.randrange(-20000, 20000) for _ in range(150)]
        lower = max(up, down)
        k = np.arange(-16 * lower, 16 * lower + 1)
        cutoff = 0.92 / lower
        taps = cutoff * np.sinc(cutoff * k) * np.kaiser(len(k), 8)
        result.append({"from": source, "to": 16000, "sound": x, "resampled": digits(resample_poly(np.array(x, float), up, down, window=taps))})
    return result


def main():
    FORMATS.mkdir(parents=True, exist_ok=True)
    FEATURES.mkdir(parents=True, exist_ok=True)
    numpy_files(random.Random(1))
    parquet_files(random.Random(2))
    wav_files(random.Random(3))
    (FEATURES / "log-mel.json").write_text(json.dumps(sounds(random.Random(4))))
    (FEATURES / "resample.json").write_text(json.dumps(resampled(random.Random(5))))


if __name__ == "__main__":
    main()
