"""The search for unexplained crossings: exact at the line, shortest window first, and never weaker for more usage."""

from datetime import timedelta

from account_cases import AS_OF, DAY_ONE, LINE, declared, held, steady, use
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.coverage import NONE, Coverage
from plimsoll.assess.detectors.crossing import find_crossing
from plimsoll.assess.detectors.figures import DayUse, by_day
from plimsoll.assess.detectors.windows import Windows
from plimsoll.assess.finding import Severity


def _crossing(account, line=None, coverage=NONE, as_of=AS_OF):
    return find_crossing(by_day([account], as_of), line or held(), coverage, as_of)


def test_exactly_the_line_is_not_past_a_strict_line() -> None:
    at_the_line = use([(0, LINE)], bp=10_000)

    assert _crossing(at_the_line) is None
    assert _crossing(at_the_line, held(comparator="ge")).severity is Severity.HIGH


def test_one_ten_thousandth_of_an_operation_more_is_past_it() -> None:
    days = (DayUse(DAY_ONE, LINE, LINE * 10_000 + 1, 0),)

    assert find_crossing(days, held(), NONE, AS_OF).severity is Severity.HIGH


def test_a_bound_past_the_line_is_a_question_and_an_estimate_a_presumption() -> None:
    assert _crossing(steady(0, 20, LINE // 10)).severity is Severity.ASK
    assert _crossing(steady(0, 30, LINE // 10)).severity is Severity.HIGH


def test_the_shortest_window_that_shows_it_is_reported_with_its_first_day_and_its_peak() -> None:
    crossing = _crossing(steady(0, 60, LINE // 20))

    assert crossing.window.days == 90
    assert crossing.first == DAY_ONE + timedelta(50)
    assert crossing.peak.est_e4 == 60 * LINE // 20 * 4_000


def test_usage_on_the_day_of_the_assessment_does_not_count() -> None:
    account = use([(0, LINE)], bp=10_000)

    assert _crossing(account, held(LINE - 1), as_of=DAY_ONE) is None
    assert _crossing(account, held(LINE - 1), as_of=DAY_ONE + timedelta(1)) is not None


def test_old_days_leave_the_window() -> None:
    days = (DayUse(DAY_ONE, 5, 50, 0), DayUse(DAY_ONE + timedelta(30), 7, 70, 70))
    windows = Windows(days, DAY_ONE + timedelta(32))
    sums = [windows.window(30, number) for number in range(len(windows.est_e4(30)))]

    assert [(s.cap_flop, s.est_e4, s.prior_e4) for s in (sums[0], sums[29], sums[30])] == [
        (5, 50, 0), (5, 50, 0), (7, 70, 70),
    ]  # fmt: skip
    assert len(sums) == 32


def test_a_declaration_explains_usage_up_to_its_high_bound() -> None:
    account = steady(0, 30, LINE // 10, tier="B")
    used = 30 * LINE // 10 * 4 // 10

    assert _crossing(account, coverage=Coverage((declared(used),))) is None
    assert _crossing(account, coverage=Coverage((declared(used - 1),))).severity is Severity.HIGH


def test_a_prior_alone_accuses_nobody_whose_declaration_is_within_its_margin() -> None:
    account = steady(0, 30, LINE // 10, tier="C")
    used = 30 * LINE // 10 * 4 // 10

    assert _crossing(account, coverage=Coverage((declared(used * 8 // 10),))).severity is Severity.ASK
    assert _crossing(account, coverage=Coverage((declared(used * 7 // 10),))).severity is Severity.HIGH


def test_a_declaration_for_other_days_explains_nothing() -> None:
    coverage = Coverage((declared(10**27, start=200, days=30),))

    assert _crossing(steady(0, 30, LINE // 10), coverage=coverage).severity is Severity.HIGH


_DAYS = st.lists(st.tuples(st.integers(0, 330), st.integers(1, LINE)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(_DAYS, _DAYS, st.sampled_from("ABC"), st.integers(0, 3 * LINE), st.integers(0, 300))
def test_more_usage_never_removes_or_weakens_a_crossing(less, more, tier, flop, start) -> None:
    coverage = Coverage((declared(flop, start=start, days=40),))
    line = held(2 * LINE)
    few = use(less, tier="C")
    many = type(few)(few.provider, few.account, few.rows + use(more, tier=tier).rows)

    before, after = _crossing(few, line, coverage), _crossing(many, line, coverage)

    assert (after.severity.rank if after else -1) >= (before.severity.rank if before else -1)
