#!/usr/bin/env python3
"""Writes src/features/golden/sound.json: sounds, settings of features.sound, and what python_speech_features, librosa and NumPy make of them.

    python3 -m venv venv
    venv/bin/pip install numpy==2.4.6 scipy==1.17.1 librosa==0.11.0
    venv/bin/pip install --no-deps python_speech_features==0.6
    venv/bin/python tools/golden/sound.py
    npx prettier --write src/features/golden

Numbers are drawn by Python's own `random`. Not run in continuous integration: the committed file is what the tests compare with.
"""

import json
import math
import pathlib
import random

import librosa
import numpy as np
from python_speech_features import delta, fbank, mfcc

FILE = pathlib.Path(__file__).resolve().parents[2] / "src" / "features" / "golden" / "sound.json"
RATE = 16000


def digits(values):
    return [float(f"{x:.12g}") for x in np.ravel(values)]


def chirp(rng, samples, loudness):
    return [
        round(loudness * (math.sin(1e-4 * i * i) + 0.3 * math.sin(0.05 * i) + rng.uniform(-0.2, 0.2)))
        for i in range(samples)
    ]


def frames(x, window, hop, shape):
    """Windows of x, the last filled up with zeros."""
    count = 1 if len(x) <= window else 1 + math.ceil((len(x) - window) / hop)
    padded = np.concatenate([x, np.zeros(count * hop + window)])
    return np.array([padded[t * hop : t * hop + window] * shape for t in range(count)])


def librosa_mel(x, shape, filters, lowest, highest, transform):
    power = np.abs(np.fft.rfft(frames(x, 400, 160, shape), transform)) ** 2 / transform
    bank = librosa.filters.mel(
        sr=RATE, n_fft=transform, n_mels=filters, fmin=lowest, fmax=highest, htk=True, norm=None, dtype=np.float64
    )
    return power @ bank.T


def pcen(energies, gain, bias, power, time, eps, hop):
    """librosa's, its smoothing begun as if the first frame had always been."""
    weight = (math.sqrt(1 + 4 * (time / hop) ** 2) - 1) / (2 * (time / hop) ** 2)
    start = (1 - weight) * energies[0]
    return librosa.pcen(
        energies.T, sr=1000, hop_length=hop, gain=gain, bias=bias, power=power, time_constant=time / 1000, eps=eps,
        zi=start[:, None],
    ).T


def main():
    rng = random.Random(7)
    cases = []

    def case(name, options, sound, features):
        cases.append({"name": name, "options": options, "sound": sound, "features": digits(features)})

    sound = chirp(rng, 1500, 9000)
    x = np.array(sound, float)
    case(
        "python_speech_features: 40 filters, Hamming, pre-emphasis, 20 ms each 8 ms, 60 to 7600 Hz",
        {"filters": 40, "shape": "hamming", "preEmphasis": 0.97, "window": 20, "hop": 8, "lowest": 60, "highest": 7600},
        sound,
        np.log(fbank(x, RATE, 0.02, 0.008, 40, 512, 60, 7600, 0.97, np.hamming)[0]),
    )
    cepstra = mfcc(x, RATE, 0.025, 0.01, 13, 26, 512, 0, None, 0.97, 22, False)
    options = {"kind": "mfcc", "filters": 26, "preEmphasis": 0.97}
    case("python_speech_features: MFCC", options, sound, cepstra)
    slopes = delta(cepstra, 2)
    case(
        "python_speech_features: MFCC with slopes and their slopes",
        {**options, "deltas": 2},
        sound,
        np.hstack([cepstra, slopes, delta(slopes, 2)]),
    )
    short = chirp(rng, 500, 3000)
    y = np.array(short, float)
    few = mfcc(y, RATE, 0.025, 0.01, 20, 40, 1024, 0, None, 0, 0, False)
    case(
        "python_speech_features: two frames of 20 coefficients without lifter, with slopes, transform 1024",
        {"kind": "mfcc", "filters": 40, "transform": 1024, "mfcc": {"coefficients": 20, "lifter": 0}, "deltas": 1},
        short,
        np.hstack([few, delta(few, 2)]),
    )
    hann = np.hanning(400)
    quiet = [0] * 600 + chirp(rng, 900, 2)
    case(
        "librosa: 40 filters with corners at their frequencies, Hann, floor 1",
        {"filters": 40, "corners": "hertz", "shape": "hann", "lowest": 20, "highest": 7600, "floor": 1},
        quiet,
        np.log(np.maximum(1, librosa_mel(np.array(quiet, float), hann, 40, 20, 7600, 512))),
    )
    case(
        "librosa: 24 filters with corners at their frequencies, Kaldi's window",
        {"filters": 24, "corners": "hertz", "shape": "povey"},
        sound,
        np.log(librosa_mel(x, hann**0.85, 24, 0, 8000, 512)),
    )
    energies, _ = fbank(x, RATE, 0.025, 0.01, 32, 512, 0, None, 0)
    case("librosa: PCEN", {"kind": "pcen"}, sound, pcen(energies, 0.98, 2, 0.5, 400, 1e-6, 10))
    case(
        "librosa: PCEN with other settings",
        {"kind": "pcen", "pcen": {"gain": 0.8, "bias": 10, "power": 0.25, "time": 60, "eps": 0.1}},
        sound,
        pcen(energies, 0.8, 10, 0.25, 60, 0.1, 10),
    )
    FILE.write_text(json.dumps(cases))


if __name__ == "__main__":
    main()
