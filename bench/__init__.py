"""Benchmarks: Plimsoll against named baselines, on the same data, in the same run. Start reading at `run.py`."""
