"""Screening of parties against sanctions and high-risk lists in FollowTheMoney form.

Start at `screen.py`. Numbers are compared here (`lists.py`); names by nomenklatura, which needs an environment of its
own (`names.py`, `worker.py`).
"""
