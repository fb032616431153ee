"""The law as data: load a regime's rulebook, evaluate facts against it, explain the answer, compute the deadlines.

Implements Treaty paper 1.1 and 2 (threshold, calculation, tiers, revision) and today's law (EU AI Act GPAI chapter,
SB 53, RAISE). Start reading at `law.py` (what a rulebook is), then `evaluate.py` and `deadlines.py`. The law itself is
in `library/*.yaml`, and `cases/*.yaml` holds worked cases that a lawyer can read and write.
"""
