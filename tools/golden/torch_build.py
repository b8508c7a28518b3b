"""Which PyTorch writes golden files: PyPI's wheel that requirements.txt names with its SHA-256. pip checks that what it installs is
that wheel:

    python3.11 -m venv VENV
    VENV/bin/pip install --no-deps --require-hashes -r tools/golden/requirements.txt
    VENV/bin/pip install -r <(sed 's/ .*//' tools/golden/requirements.txt)      what they need beside themselves (3 GB)
    VENV/bin/python tools/golden/cells.py torch                                 and so on
"""

import pathlib
import re
import sys

import torch

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def torch_build():
    """What a golden file says of its PyTorch. Exits where it is another than the wheel of requirements.txt."""
    version, digest = re.search(r"^torch==(\S+) --hash=sha256:([0-9a-f]{64})$", REQUIREMENTS.read_text(), re.M).groups()
    found = torch.__version__.split("+")[0]
    if found != version:
        sys.exit(f"this is PyTorch {torch.__version__}; golden files are made by {version} of PyPI: see tools/golden/torch_build.py")
    return {"torch": torch.__version__, "wheel": digest}
