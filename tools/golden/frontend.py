#!/usr/bin/env python3
"""Writes src/features/golden/integer-sound.json: frames of integer features, computed from docs/frontend.md by Python's own whole numbers
alone, one equation after the other and without a thought for speed.

    python3 tools/golden/frontend.py
    npx prettier --write src/features/golden

Not run in continuous integration: the committed file is what the tests compare with.
"""

import json
import math
import pathlib
import random

OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "features" / "golden" / "integer-sound.json"


def nearest(x):
    return math.floor(x + 0.5)


def bits(values):
    most = 0
    for v in values:
        while not -(2**most) <= v < 2**most:
            most += 1
    return most


def rs(v, s):
    return (v + (2 ** (s - 1) if s > 0 else 0)) >> s


def rs_complex(z, s):
    return rs(z[0], s), rs(z[1], s)


def add(*zs):
    return sum(z[0] for z in zs), sum(z[1] for z in zs)


def minus(z):
    return -z[0], -z[1]


def times(a, b):
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


J = (0, 1)


def corners(o):
    mel = lambda f: 2595 * math.log10(1 + f / 700)
    low, high = mel(o["lowest"]), mel(o["highest"])
    hertz = [700 * (10 ** ((low + (high - low) * i / (o["filters"] + 1)) / 2595) - 1) for i in range(o["filters"] + 2)]
    if o["corners"] == "bins":
        return [math.floor((o["transform"] + 1) * f / o["rate"]) for f in hertz]
    return [o["transform"] * f / o["rate"] for f in hertz]


def window_shape(name, length):
    hann = [0.5 - 0.5 * math.cos(2 * math.pi * i / (length - 1)) for i in range(length)]
    return {
        "rectangular": None,
        "hann": hann,
        "hamming": [0.54 - 0.46 * math.cos(2 * math.pi * i / (length - 1)) for i in range(length)],
        "povey": [h**0.85 for h in hann],
    }[name]


def transform(u, n, sine):
    """The stages of section 2: M complex values, and their exponent."""
    m = n // 2
    width = m.bit_length() - 1
    z = [None] * m
    for i in range(m):
        z[int(format(i, f"0{width}b")[::-1], 2) if width else 0] = (u[2 * i], u[2 * i + 1])
    cosine = lambda j: sine[(j + n // 4) % n]
    parts = lambda: [part for value in z for part in value]
    power_of_four = width % 2 == 0
    e = 0
    s = max(0, bits(parts()) - (12 if power_of_four else 13))
    e += s
    if power_of_four:
        for i in range(0, m, 4):
            a, c, b, d = z[i : i + 4]
            z[i] = rs_complex(add(a, c, b, d), s)
            z[i + 1] = rs_complex(add(a, minus(c), minus(times(J, add(b, minus(d))))), s)
            z[i + 2] = rs_complex(add(a, c, minus(b), minus(d)), s)
            z[i + 3] = rs_complex(add(a, minus(c), times(J, add(b, minus(d)))), s)
    else:
        for i in range(0, m, 2):
            a, b = z[i : i + 2]
            z[i], z[i + 1] = rs_complex(add(a, b), s), rs_complex(add(a, minus(b)), s)
    q = 4 if power_of_four else 2
    while q < m:
        s = 14 + bits(parts()) - 12
        e += s - 14
        for group in range(0, m, 4 * q):
            for k in range(q):
                w = lambda i: (cosine(i * k * n // (4 * q)), -sine[i * k * n // (4 * q)])
                at = group + k
                a = (z[at][0] << 14, z[at][1] << 14)
                c, b, d = times(z[at + q], w(2)), times(z[at + 2 * q], w(1)), times(z[at + 3 * q], w(3))
                z[at] = rs_complex(add(a, c, b, d), s)
                z[at + q] = rs_complex(add(a, minus(c), minus(times(J, add(b, minus(d))))), s)
                z[at + 2 * q] = rs_complex(add(a, c, minus(b), minus(d)), s)
                z[at + 3 * q] = rs_complex(add(a, minus(c), times(J, add(b, minus(d)))), s)
        q *= 4
    return z, e, bits(parts())


def power(z, b, n, sine):
    """Section 3: P of the bins below N / 2."""
    m = n // 2
    s = 14 + b - 13
    p = [0] * m
    square = lambda re, im: rs(re, s) ** 2 + rs(im, s) ** 2
    p[0] = rs((z[0][0] + z[0][1]) << 15, s) ** 2
    for k in range(1, n // 4 + 1):
        c, d = sine[(k + n // 4) % n], sine[k]
        y = z[m - k]
        a = ((z[k][0] + y[0]) << 14, (z[k][1] - y[1]) << 14)
        g, h = z[k][0] - y[0], z[k][1] + y[1]
        t = (h * c - g * d, -(g * c + h * d))
        p[m - k] = square(a[0] - t[0], a[1] - t[1])
        p[k] = square(a[0] + t[0], a[1] + t[1])
    return p


def level(energy, logs):
    lo, hi = energy
    hi += lo >> 16
    shift = 0
    if hi >= 65536:
        value, shift = hi, 16
    else:
        value = max(256, (hi << 16) + (lo & 65535))
    top = value.bit_length() - 1
    f = ((value - (1 << top)) << 31) >> top
    i, r = f >> 26, (f >> 10) & 65535
    return 1024 * (top + shift) + ((logs[i] + (((logs[i + 1] - logs[i]) * r) >> 16) + 16) >> 5)


def frames(x, o):
    w, h = nearest(o["window"] * o["rate"] / 1000), nearest(o["hop"] * o["rate"] / 1000)
    n = o["transform"]
    count = o["filters"]
    sine = [nearest(2**14 * math.sin(2 * math.pi * j / n)) if j <= n // 4 else 0 for j in range(n)]
    for j in range(n // 4 + 1, n):
        sine[j] = sine[n // 2 - j] if j <= n // 2 else -sine[j - n // 2]
    logs = [nearest(2**15 * math.log2(1 + i / 32)) for i in range(33)]
    shape = window_shape(o["shape"], w)
    emphasis = min(32735, nearest(2**15 * o["preEmphasis"]))
    corner = corners(o)
    edge = [min(n // 2, math.ceil(c)) for c in corner]
    floor = nearest(1024 * math.log2(o["floor"]))
    total = 1 if len(x) <= w else 1 + math.ceil((len(x) - w) / h)
    x = x + [0] * w
    out = []
    for t in range(total):
        at = lambda i: x[t * h + i] if t * h + i >= 0 else 0
        v = [(at(i) << 15) - emphasis * at(i - 1) for i in range(w)]
        p = max(1, bits(v) - 15)
        u = [min(32767, rs(value, p)) for value in v]
        if shape:
            u = [rs(value * nearest(2**15 * factor), 15) for value, factor in zip(u, shape)]
        if not any(u):
            levels = [floor] * count
        else:
            z, e, b = transform(u + [0] * (n - w), n, sine)
            spectrum = power(z, b, n, sine)
            e += b - 13 + p - 15
            pieces = []
            for r in range(count + 1):
                low, high = corner[r], corner[r + 1]
                own = range(edge[r], edge[r + 1])
                rise = [min(255, nearest(256 * (i - low) / (high - low))) for i in own]
                halves = [(spectrum[i] & 65535, spectrum[i] >> 16) for i in own]
                s = [sum(half[k] for half in halves) for k in (0, 1)]
                rising = [sum(half[k] * weight for half, weight in zip(halves, rise)) for k in (0, 1)]
                pieces.append((s, rising))
            levels = []
            for f in range(count):
                energy = [pieces[f][1][k] + 256 * pieces[f + 1][0][k] - pieces[f + 1][1][k] for k in (0, 1)]
                levels.append(max(floor, level(energy, logs) + 1024 * (2 * e - 10 - (n.bit_length() - 1))))
        clamp = lambda value: max(-32768, min(32767, value))
        if "coefficients" not in o:
            out.append([clamp(rs(22713 * value, 25 - o["unit"])) for value in levels])
            continue
        y = [clamp(rs(22713 * value, 17)) for value in levels]
        d = []
        for c in range(o["coefficients"]):
            lift = 1 + o["lifter"] / 2 * math.sin(math.pi * c / o["lifter"])
            scale = math.sqrt((1 if c == 0 else 2) / count) * lift
            d.append([scale * math.cos(math.pi * c * (2 * f + 1) / (2 * count)) for f in range(count)])
        m = 14
        while max(sum(abs(entry) for entry in row) for row in d) * 2 ** (m + 15) > 2**30:
            m -= 1
        out.append(
            [clamp(rs(sum(nearest(2**m * e2) * y2 for e2, y2 in zip(row, y)), m + 8 - o["unit"])) for row in d]
        )
    return out


def sounds(rate):
    draw = random.Random(7)
    normal = lambda: draw.gauss(0, 1)
    samples = rate // 20
    speech = [
        nearest(3000 * math.sin(0.2 * i) * math.sin(0.01 * i) + 400 * math.sin(1.3 * i) + 40 * normal())
        for i in range(samples)
    ]
    return {
        "voice": speech,
        "quiet": [nearest(value / 300) for value in speech],
        "loud": [32767 if value > 0 else -32768 for value in speech],
        "noise": [draw.randrange(-32768, 32768) for _ in range(samples)],
        "click": [1 if i == samples // 2 else 0 for i in range(samples)],
    }


PAPER = dict(
    rate=16000, window=25, hop=10, shape="rectangular", preEmphasis=0, transform=512, filters=32, lowest=0, highest=8000,
    corners="bins", floor=2.0**-52, unit=8,
)
CASES = {
    "paper": PAPER,
    "hann, pre-emphasis, corners in hertz": {
        **PAPER, "shape": "hann", "preEmphasis": 0.97, "corners": "hertz", "filters": 40, "lowest": 20, "highest": 7600, "unit": 9, "floor": 1.0,
    },
    "8 kHz": {**PAPER, "rate": 8000, "transform": 256, "filters": 16, "highest": 4000, "shape": "povey"},
    "mfcc": {**PAPER, "shape": "hamming", "transform": 1024, "filters": 26, "coefficients": 13, "lifter": 22, "unit": 6},
}

if __name__ == "__main__":
    made = []
    for name, settings in CASES.items():
        for sound, x in sounds(settings["rate"]).items():
            made.append({"settings": name, "options": settings, "sound": sound, "samples": x, "frames": frames(x, settings)})
    OUT.write_text(json.dumps(made))
