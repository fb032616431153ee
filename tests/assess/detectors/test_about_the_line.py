"""undeclared-run, under-declared-run and approaching-line: code, severity, figures, and words fit for a letter."""

from datetime import date, timedelta

import pytest
from account_cases import AS_OF, DAY_ONE, LINE, declared, est, held, steady, use

from plimsoll.assess.detectors.approaching_line import approaching_line
from plimsoll.assess.detectors.coverage import NONE, Coverage, shared_runs
from plimsoll.assess.detectors.undeclared_run import undeclared_run
from plimsoll.assess.detectors.under_declared_run import TaggedUse, under_declared_run, under_declared_tag
from plimsoll.assess.evidence import DeclarationEvidence, ForecastEvidence, RuleEvidence
from plimsoll.assess.finding import Code, Severity


def test_an_undeclared_run_names_rule_figures_dates_and_what_would_clear_it() -> None:
    [finding] = undeclared_run(steady(0, 60, LINE // 20), held(), NONE, AS_OF)

    assert (finding.code, finding.severity, finding.subject) == (Code.UNDECLARED_RUN, Severity.HIGH, "aster-cloud/a")
    assert (finding.est_flop, finding.cap_flop, finding.line_flop, finding.covered_flop) == (
        est(3 * LINE), 3 * LINE, LINE, 0,
    )  # fmt: skip
    for words in ("1.2 × 10²⁵", "3 × 10²⁵", "conditional-treaty", "s. 2", "2026-02-20", "No declaration"):
        assert words in finding.explanation
    assert "declaration" in finding.clears


def test_an_account_whose_run_was_declared_for_other_days_is_told_so() -> None:
    coverage = Coverage((declared(LINE, start=300, days=20),))
    [finding] = undeclared_run(steady(0, 60, LINE // 20), held(), coverage, AS_OF)

    assert '"run-1"' in finding.explanation
    assert "do not overlap" in finding.explanation


def test_a_tag_without_a_declaration_is_mentioned() -> None:
    [finding] = undeclared_run(steady(0, 60, LINE // 20, run="run-x"), held(), NONE, AS_OF)

    assert '"run-x"' in finding.explanation


def test_an_under_declared_run_is_not_called_undeclared() -> None:
    account, coverage = steady(0, 60, LINE // 20), Coverage((declared(LINE // 2),))

    assert list(undeclared_run(account, held(), coverage, AS_OF)) == []
    [finding] = under_declared_run([account], held(), coverage, AS_OF)
    assert (finding.code, finding.severity) == (Code.UNDER_DECLARED_RUN, Severity.HIGH)
    assert finding.covered_flop == LINE // 2
    assert any(isinstance(part, DeclarationEvidence) for part in finding.evidence)


def test_two_accounts_cannot_both_use_one_declaration_in_full() -> None:
    run = declared(LINE, accounts=("aster-cloud/a", "aster-cloud/b"))
    both = [steady(0, 60, LINE // 25, account=name, tier="A") for name in ("a", "b")]
    [(group, coverage)] = shared_runs([run])

    assert group == ("aster-cloud/a", "aster-cloud/b")
    for account in both:
        assert list(under_declared_run([account], held(), coverage, AS_OF)) == []
    [finding] = under_declared_run(both, held(), coverage, AS_OF)
    assert finding.subject == "aster-cloud/a + aster-cloud/b"
    assert finding.est_flop == est(48 * LINE // 10)


def _tagged(flop: int, tier: str = "A") -> TaggedUse:
    account = use([(0, flop)], bp=10_000, tier=tier, run="run-1")
    prior = flop * 10_000 if tier == "C" else 0
    evidence = account.evidence(DAY_ONE, AS_OF)
    return TaggedUse("run-1", DAY_ONE, DAY_ONE, flop, flop * 10_000, prior, evidence)


@pytest.mark.parametrize(
    ("used", "tier", "severity"),
    [
        (10**24, "A", None),
        (10**24 + 1, "A", Severity.ASK),
        (13 * 10**23, "C", None),
        (14 * 10**23, "C", Severity.ASK),
        (LINE + 1, "C", Severity.HIGH),
    ],
)
def test_tagged_usage_beyond_its_declaration(used: int, tier: str, severity: Severity | None) -> None:
    found = list(under_declared_tag(_tagged(used, tier), declared(10**24), held()))

    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_the_forecast_names_the_exact_day() -> None:
    # 14 days of 10^23 by estimate; 10^25 is passed on the 101st day of it, which is day 100 counted from zero.
    account = steady(0, 14, 25 * 10**22)
    as_of = DAY_ONE + timedelta(14)

    [finding] = approaching_line(account, held(), NONE, as_of)

    assert (finding.code, finding.severity) == (Code.APPROACHING_LINE, Severity.WATCH)
    [forecast] = [part for part in finding.evidence if isinstance(part, ForecastEvidence)]
    assert forecast.crosses_on == finding.window.crossed_on == DAY_ONE + timedelta(100)
    assert forecast.days_left == 87
    assert finding.est_flop == 14 * 10**23
    assert str(DAY_ONE + timedelta(100)) in finding.title


def test_reaching_the_line_exactly_is_one_day_earlier_where_the_law_says_at_least() -> None:
    account, as_of = steady(0, 14, 25 * 10**22), DAY_ONE + timedelta(14)

    [finding] = approaching_line(account, held(comparator="ge"), NONE, as_of)

    assert finding.window.crossed_on == DAY_ONE + timedelta(99)


def test_nothing_approaches_beyond_the_horizon_or_without_recent_use() -> None:
    account = steady(0, 14, 24 * 10**22)

    assert list(approaching_line(account, held(), NONE, DAY_ONE + timedelta(14))) == []
    assert list(approaching_line(steady(0, 20, 4 * 10**23), held(), NONE, DAY_ONE + timedelta(40))) == []


def test_nothing_approaches_what_a_declaration_covers() -> None:
    account, as_of = steady(0, 14, 25 * 10**22), DAY_ONE + timedelta(14)

    assert list(approaching_line(account, held(), Coverage((declared(2 * LINE),)), as_of)) == []
    assert len(list(approaching_line(account, held(), Coverage((declared(10**24),)), as_of))) == 1


def test_the_rate_of_a_declared_run_is_not_carried_on_beyond_its_end() -> None:
    account, as_of = steady(0, 14, 25 * 10**22), DAY_ONE + timedelta(14)

    for days, found in ((14, 0), (100, 0), (101, 1)):
        coverage = Coverage((declared(10**24, days=days),))
        assert len(list(approaching_line(account, held(), coverage, as_of))) == found


def test_an_account_past_the_line_is_no_longer_approaching_it() -> None:
    account = steady(0, 60, LINE // 20)

    assert list(approaching_line(account, held(), NONE, DAY_ONE + timedelta(60))) == []


def test_days_that_leave_the_longest_window_count_no_more() -> None:
    old = [(day, 2 * 10**24) for day in range(10)]
    recent = [(350 + day, 10**23) for day in range(14)]
    as_of = DAY_ONE + timedelta(364)
    still = use([*old, *recent])

    # 8.56e24 by estimate at the end; the old days drop out faster than the rate brings new use in.
    assert list(approaching_line(still, held(), NONE, as_of)) == []


def test_every_finding_about_the_line_carries_its_rule() -> None:
    [finding] = undeclared_run(steady(0, 60, LINE // 20), held(), NONE, AS_OF)

    [rule] = [part for part in finding.evidence if isinstance(part, RuleEvidence)]
    assert rule.line_flop == LINE
    assert finding.id.startswith("F-")
    assert date(2026, 2, 20) == finding.window.crossed_on
