"""Lets the tests of this folder import `specimens.py` and `page_reader.py`, which stand beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
