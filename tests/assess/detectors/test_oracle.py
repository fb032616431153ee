"""The detectors against the plainest program that does the same: every window added up on its own, day by day."""

from datetime import date, timedelta
from fractions import Fraction

from account_cases import DAY_ONE, LINE, declared, held, use
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.figures import AccountUse
from plimsoll.assess.finding import Code, Severity
from plimsoll.assess.judge import Judge

_SHARE = {"A": 2_500, "B": 3_500, "C": 4_000}
_ABOUT_THE_LINE = (Code.UNDECLARED_RUN, Code.UNDER_DECLARED_RUN)
_USE = st.lists(
    st.tuples(st.integers(0, 380), st.integers(-(LINE // 4), LINE), st.sampled_from("ABC")), min_size=1, max_size=8
)


def _plainly(parts, runs, line: int, as_of: date) -> int:
    """The rank of the strongest finding: 3 past the line and beyond what was declared, 2 perhaps, -1 none."""
    rank = -1
    days = (as_of - DAY_ONE).days
    for length in (30, 90, 180, 365):
        for last in range(days):
            inside = [part for part in parts if last - length < part[0] <= last]
            bound = sum(cap for _, cap, _ in inside)
            estimate = sum(Fraction(cap * _SHARE[tier], 10_000) for _, cap, tier in inside)
            assumed = sum(Fraction(cap * _SHARE[tier], 10_000) for _, cap, tier in inside if tier == "C")
            start, end = DAY_ONE + timedelta(last - length + 1), DAY_ONE + timedelta(last + 1)
            covered = sum(run.covered_flop for run in runs if run.start < end and start < run.end)
            if max(bound, estimate) <= line or (covered and estimate <= covered):
                continue
            presumed = estimate > line and estimate - assumed + assumed / Fraction(13, 10) > covered
            rank = max(rank, 3 if presumed else 2)
    return rank


@settings(max_examples=30, deadline=None)
@example([(0, 10**25, "C")], [])
@given(_USE, st.lists(st.tuples(st.integers(0, LINE), st.integers(0, 300), st.integers(1, 200)), max_size=2))
def test_every_account_gets_what_the_plain_program_gives_it(parts, declarations) -> None:
    as_of, line = DAY_ONE + timedelta(390), LINE // 2
    runs = [
        declared(flop, start=start, days=days, name=f"run-{n}") for n, (flop, start, days) in enumerate(declarations)
    ]
    rows = [row for day, cap, tier in parts for row in use([(day, cap)], bp=_SHARE[tier], tier=tier).rows]
    account = AccountUse("aster-cloud", "a", tuple(sorted(rows, key=lambda row: row.day)))

    judge = Judge(held(line), runs, (), as_of)
    found = [f for f in judge.account(account) if f.code in _ABOUT_THE_LINE]
    below = [each.finding for each in judge.below.findings()]

    expected = _plainly(parts, runs, line, as_of)
    if below and expected == Severity.ASK.rank:
        found += below  # an account that stays just below the line is asked once, and that finding names its bound too
    assert max((f.severity.rank for f in found), default=-1) == expected
    assert len(found) <= 1
