"""The sample jurisdiction: invented providers and customers, their usage, and planted cases whose truth is known.

It feeds the demonstration, the tests of `assess`, and the benchmarks. Start reading at `situations.py` (what is planted
and which finding each case must give), then `plan.py` (who uses what, when) and `jurisdiction.py` (writing it all).
Every name is invented; no real company or person is meant.
"""
