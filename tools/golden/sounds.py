#!/usr/bin/env python3
"""Writes src/data/sound/golden: short sounds that other programs packed, with what other programs unpack of them.

    apt-get install flac ffmpeg opus-tools vorbis-tools lame
    python3 tools/golden/sounds.py
    npx prettier --write src/data/sound/golden

FLAC files are packed by `flac`, which unpacks them too; MP3 by `lame` and unpacked by `ffmpeg`, Ogg Vorbis by
`oggenc` and `oggdec`, Ogg Opus by `opusenc` and `opusdec`. Sounds are made of Python's own `random`, whose numbers no version changes. Not run in continuous integration: the committed files are what
the tests compare with.
"""

import base64
import json
import math
import pathlib
import random
import struct
import subprocess
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "src" / "data" / "sound" / "golden"


def run(*command, data=None):
    return subprocess.run([str(part) for part in command], input=data, check=True, capture_output=True).stdout


def voice(rng, rate, seconds, bits=16, channels=1):
    """Partials with a slow envelope and a little noise: [samples][channels], whole numbers of that depth."""
    top = 2 ** (bits - 1) - 1
    phases = [[rng.uniform(0, 2 * math.pi) for _ in range(6)] for _ in range(channels)]
    frames = []
    for t in range(int(rate * seconds)):
        envelope = 0.5 - 0.5 * math.cos(2 * math.pi * t / (rate * seconds))
        shared = rng.gauss(0, 0.01)
        frame = []
        for c in range(channels):
            tone = sum(math.sin(2 * math.pi * 180 * (k + 1) * t / rate + phases[c][k]) / (k + 2) for k in range(6))
            frame.append(round(top * max(-1, min(1, 0.4 * envelope * tone + shared))))
        frames.append(frame)
    return frames


def raw(frames, width):
    """Little-endian signed numbers."""
    return b"".join(value.to_bytes(width, "little", signed=True) for frame in frames for value in frame)


def wav(frames, rate, bits):
    width = bits // 8
    data = raw(frames, width) if bits > 8 else bytes(value + 128 for frame in frames for value in frame)
    channels = len(frames[0])
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * width, channels * width, bits)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(data)) + data


def flac_files(rng, expected):
    steps = [0, 40, -25, 0, 0, 0]
    sounds = {
        "predicted": (16000, 16, voice(rng, 16000, 0.1), ["-8", "-b", "512"]),
        "fixed": (16000, 16, voice(rng, 16000, 0.06), ["-l", "0", "-b", "192"]),
        "stereo": (44100, 16, voice(rng, 44100, 0.03, channels=2), ["-8", "-b", "576"]),
        "side": (44100, 16, [[v, v // 2 + 3] for (v,) in voice(rng, 44100, 0.03)], ["-8", "-m", "-b", "256"]),
        "deep": (48000, 24, voice(rng, 48000, 0.03, bits=24), ["-8", "-b", "4096"]),
        "widest": (48000, 32, voice(rng, 48000, 0.02, bits=32), ["-8", "-b", "256"]),
        "shallow": (8000, 8, voice(rng, 8000, 0.1, bits=8), ["-5", "-b", "256"]),
        "wasted": (16000, 16, [[v // 16 * 16] for (v,) in voice(rng, 16000, 0.05)], ["-8", "-b", "256"]),
        "noise": (16000, 16, [[rng.randint(-32768, 32767)] for _ in range(700)], ["-8", "-b", "256"]),
        "constant": (16000, 16, [[-3]] * 600 + [[32767]] * 600, ["-8", "-b", "600"]),
        "bursts": (16000, 16, [[steps[i % 6] if i < 300 else rng.randint(-30000, 30000)] for i in range(1024)], ["-8", "-b", "512"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (rate, bits, frames, options) in sounds.items():
            source = pathlib.Path(folder) / "a.wav"
            source.write_bytes(wav(frames, rate, bits))
            target = GOLDEN / f"{name}.flac"
            run("flac", "-f", "-s", "--lax", "--no-seektable", "--no-padding", *options, "-o", target, source)
            unpacked = run("flac", "-d", "-s", "-c", "--force-raw-format", "--endian=little", "--sign=signed", target)
            assert unpacked == raw(frames, bits // 8), name
            expected[target.name] = {
                "rate": rate,
                "channels": len(frames[0]),
                "bits": bits,
                "samples": base64.b64encode(unpacked).decode(),
            }


def lossy_files(rng, expected):
    cases = {
        "mono.mp3": (16000, 1, ["lame", "--quiet", "-b", "48", "IN", "OUT"]),
        "stereo.mp3": (44100, 2, ["lame", "--quiet", "-V", "4", "IN", "OUT"]),
        "mono.ogg": (16000, 1, ["oggenc", "-Q", "-q", "4", "-s", "7", "-o", "OUT", "IN"]),
        "stereo.ogg": (44100, 2, ["oggenc", "-Q", "-q", "3", "-s", "7", "-o", "OUT", "IN"]),
        "mono.opus": (16000, 1, ["opusenc", "--quiet", "--serial", "7", "--bitrate", "24", "IN", "OUT"]),
        "stereo.opus": (48000, 2, ["opusenc", "--quiet", "--serial", "7", "--bitrate", "48", "IN", "OUT"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (rate, channels, command) in cases.items():
            source = pathlib.Path(folder) / "a.wav"
            source.write_bytes(wav(voice(rng, rate, 0.3, channels=channels), rate, 16))
            target = GOLDEN / name
            run(*[{"IN": source, "OUT": target}.get(part, part) for part in command])
            raw_file = pathlib.Path(folder) / "a.raw"
            at = 48000 if name.endswith(".opus") else rate
            if name.endswith(".ogg"):
                run("oggdec", "-Q", "-R", "-o", raw_file, target)
            elif name.endswith(".opus"):
                run("opusdec", "--quiet", "--no-dither", "--rate", at, target, pathlib.Path(folder) / "b.wav")
                run("ffmpeg", "-v", "error", "-y", "-i", pathlib.Path(folder) / "b.wav", "-f", "s16le", raw_file)
            else:
                run("ffmpeg", "-v", "error", "-y", "-i", target, "-f", "s16le", raw_file)
            unpacked = raw_file.read_bytes()
            expected[name] = {"rate": at, "channels": channels, "bits": 16, "samples": base64.b64encode(unpacked).decode()}


def main():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    rng = random.Random(8)
    expected = {}
    flac_files(rng, expected)
    lossy_files(rng, expected)
    (GOLDEN / "sounds.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
