"""`split-run`: together past the line and none alone, to the last operation, whatever is declared and whenever."""

from datetime import date, timedelta

import pytest
from account_cases import DAY_ONE, LINE, declared, held, steady, use
from group_cases import GROUP, finding_of, split_of
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.figures import AccountUse
from plimsoll.assess.detectors.group_use import Measure
from plimsoll.assess.evidence import FigureEvidence
from plimsoll.assess.finding import Code, Severity
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence

UNIT = LINE // 100
"""A hundredth of the line by estimate is a bound of two and a half such."""
BOUND = UNIT * 5 // 2


def hundredths(parts: int, account: str, *, first: int = 0, days: int = 10, **more) -> AccountUse:
    """An account that uses so many hundredths of the line, by estimate, spread over some days."""
    return steady(first, days, parts * BOUND // days, account=account, **more)


def test_together_exactly_at_the_line_is_not_past_it_and_one_operation_more_is() -> None:
    at = [use([(0, 50 * BOUND)], account="a"), use([(5, 50 * BOUND)], account="b")]
    past = [at[0], use([(5, 50 * BOUND + 1)], account="b")]

    assert split_of(at) is None
    found = split_of(past)
    assert found is not None
    assert (found.severity, found.window.days, found.window.crossed_on) == (
        Severity.HIGH, 30, DAY_ONE + timedelta(5),
    )  # fmt: skip
    assert split_of(at, line=held(comparator="ge")) is not None


@pytest.mark.parametrize(("gap", "days"), [(20, 30), (80, 90), (170, 180), (300, 365)])
def test_the_shortest_window_that_shows_it_is_named(gap: int, days: int) -> None:
    accounts = [hundredths(60, "a"), hundredths(60, "b", first=gap, days=5)]
    found = split_of(accounts)

    assert found is not None
    assert found.window.days == days


def test_use_further_apart_than_a_year_is_not_added_up() -> None:
    accounts = [use([(0, 60 * BOUND)], account="a"), use([(365, 60 * BOUND)], account="b")]

    assert split_of(accounts) is None


def test_an_account_past_the_line_alone_is_judged_alone() -> None:
    crossing = hundredths(110, "a")

    assert split_of([crossing, hundredths(30, "b"), hundredths(40, "c")]) is None


def test_the_others_are_still_judged_together_without_it() -> None:
    accounts = [hundredths(110, "a"), hundredths(60, "b"), hundredths(50, "c")]
    found = split_of(accounts)

    assert found is not None
    assert found.apart == ("aster-cloud/a",)
    assert found.est_flop == 110 * UNIT
    finding = finding_of(found, accounts)
    assert finding.title.startswith("2 accounts of")
    assert '"aster-cloud/a", past the line alone, is judged alone' in finding.explanation


@pytest.mark.parametrize("own", [60, 99, 100, 101, 130, 250])
@pytest.mark.parametrize("tier", ["A", "C"])
def test_an_account_whose_declarations_explain_it_is_counted_below_the_line_and_beyond_it(own: int, tier: str) -> None:
    accounts = [hundredths(own, "a", tier=tier), hundredths(95, "b", tier=tier)]
    found = split_of(accounts, [declared(own * UNIT)])

    assert found is not None
    assert (found.severity, found.apart, found.est_flop) == (Severity.HIGH, (), (own + 95) * UNIT)
    alone = "None of them is past the line by itself" if own <= 100 else "None of them is beyond its own declarations"
    assert alone in finding_of(found, accounts).explanation


def test_an_account_with_a_finding_of_its_own_is_left_out_although_something_was_declared_for_it() -> None:
    accounts = [hundredths(150, "a", tier="A"), hundredths(40, "b", tier="A")]

    assert split_of(accounts, [declared(149 * UNIT)]) is None
    found = split_of([*accounts, hundredths(61, "c", tier="A")], [declared(149 * UNIT)])
    assert found is not None
    assert found.apart == ("aster-cloud/a",)


def test_a_declared_run_past_the_line_and_a_little_beside_it_within_the_margin_of_a_prior_is_no_split() -> None:
    accounts = [hundredths(200, "a"), hundredths(40, "b")]

    assert split_of(accounts, [declared(200 * UNIT)]) is None
    assert split_of(accounts, [declared(180 * UNIT)]) is not None


@pytest.mark.parametrize(("declares", "apart"), [(50, ()), (40, ("aster-cloud/a",))])
def test_by_the_weaker_measure_only_an_account_that_is_asked_about_is_left_out(declares: int, apart) -> None:
    """Labelled inference: 120 hundredths as training, 45 by estimate; declared for 50 it is not asked about."""
    accounts = [hundredths(parts, name, bp=1_500) for name, parts in (("a", 120), ("b", 60), ("c", 70))]
    found = split_of(accounts, [declared(declares * UNIT)])

    assert found is not None
    assert (found.severity, found.apart) == (Severity.ASK, apart)


def test_an_account_that_needs_longer_to_pass_the_line_alone_is_judged_alone_all_the_same() -> None:
    """Over thirty days it takes two accounts, over ninety the first one alone: that is the first one's finding."""
    accounts = [steady(0, 60, 200 * BOUND // 60, account="a"), use([(9, 30 * BOUND)], account="b")]

    assert split_of([steady(0, 24, 80 * BOUND // 24, account="a"), accounts[1]]) is not None
    assert split_of(accounts) is None


def test_an_account_that_passed_the_line_in_other_days_hides_nothing_now() -> None:
    """Only the windows in which it is past the line by itself are its own."""
    old = use([(0, 110 * BOUND), (330, 30 * BOUND)], account="a", tier="A")
    accounts = [old, use([(330, 40 * BOUND)], account="b"), use([(331, 40 * BOUND)], account="c")]
    found = split_of(accounts)

    assert found is not None
    assert found.window.days == 30
    assert found.apart == ()


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([], True),
        ([declared(120 * UNIT)], False),
        ([declared(92 * UNIT)], True),
        ([declared(93 * UNIT)], False),
        ([declared(60 * UNIT), declared(60 * UNIT, accounts=("aster-cloud/b",), name="run-2")], False),
        ([declared(120 * UNIT, start=100)], True),
        ([declared(120 * UNIT, accounts=("aster-cloud/z",))], True),
    ],
)
def test_declarations_of_any_member_cover_all_within_the_margin_of_a_prior(runs, found: bool) -> None:
    """120 by prior may be 120/1.3 = 92.3 in truth: what declares 92 surely falls short, what declares 93 may not."""
    accounts = [hundredths(60, "a"), hundredths(60, "b")]

    assert (split_of(accounts, runs) is not None) is found


def test_one_run_that_names_both_counts_once() -> None:
    both = declared(80 * UNIT, accounts=("aster-cloud/a", "aster-cloud/b"))
    accounts = [hundredths(60, "a", tier="A"), hundredths(60, "b", tier="A")]
    found = split_of(accounts, [both, declared(30 * UNIT, name="run-2")])

    assert found is not None
    assert found.covered_flop == 110 * UNIT
    finding = finding_of(found, accounts)
    assert finding.covered_flop == 110 * UNIT
    assert "More was used than that." in finding.explanation
    assert finding.clears.startswith("A declaration of the run on these accounts from 2026-01-01 up to 2026-01-11")
    covered = {e.subject: e.covered_flop for e in finding.evidence if isinstance(e, MemberEvidence)}
    assert covered == {"aster-cloud/a": 110 * UNIT, "aster-cloud/b": 80 * UNIT}


def test_a_run_larger_than_the_account_that_it_names_covers_no_run_on_the_others() -> None:
    """Whether that account is past the line alone or small: an innocent's declaration hides nobody."""
    others = [hundredths(60, "b"), hundredths(50, "c")]

    for mine in (110, 10):
        accounts = [hundredths(mine, "a"), *others]
        found = split_of(accounts, [declared(900 * UNIT)])
        assert found is not None, mine
        assert found.covered_flop == mine * UNIT


def test_a_run_larger_than_the_account_that_it_names_covers_what_would_not_be_a_run_without_it() -> None:
    accounts = [hundredths(60, "a"), hundredths(60, "b"), hundredths(40, "c")]

    assert split_of(accounts, [declared(220 * UNIT)]) is None


def test_after_a_merger_only_its_days_count() -> None:
    merged = DAY_ONE + timedelta(20)
    accounts = [hundredths(60, "a", first=0), hundredths(60, "b", first=20)]

    assert split_of(accounts) is not None
    assert split_of(accounts, since=merged) is None
    after = [hundredths(60, "a", first=15), hundredths(60, "b", first=20)]
    assert split_of(after, since=merged) is None, "half of the first account's use lies before the merger"
    late = [hundredths(60, "a", first=20), hundredths(60, "b", first=25)]
    assert split_of(late, since=merged) is not None


def test_after_a_sale_its_days_count_no_more() -> None:
    accounts = [hundredths(60, "a"), hundredths(60, "b", first=20)]

    assert split_of(accounts, until=DAY_ONE + timedelta(20)) is None
    assert split_of(accounts, until=DAY_ONE + timedelta(30)) is not None


def test_what_is_labelled_inference_is_asked_about_if_it_would_cross_as_training() -> None:
    labelled = [steady(0, 10, 60 * BOUND // 10, account=name, bp=1_500) for name in ("a", "b")]
    found = split_of(labelled)

    assert found is not None
    assert (found.measure, found.severity) == (Measure.ALL_TRAINING, Severity.ASK)
    assert found.train_flop == 120 * UNIT
    assert found.est_flop == 45 * UNIT
    finding = finding_of(found, labelled)
    [figure] = [e for e in finding.evidence if isinstance(e, FigureEvidence)]
    assert (figure.value, figure.limit) == (str(120 * UNIT), str(LINE))
    assert (finding.est_flop, finding.title) == (
        45 * UNIT, f"2 accounts of the control group {GROUP} may have passed the line together over 30 days",
    )  # fmt: skip
    assert "x_TensorActive" in finding.clears


def test_measured_idleness_is_not_taken_as_training() -> None:
    measured = [steady(0, 10, 60 * BOUND // 10, account=name, bp=1_500, tier="A") for name in ("a", "b")]

    assert split_of(measured) is None


def test_by_the_weaker_measure_too_an_account_that_crosses_alone_is_judged_alone() -> None:
    labelled = [steady(0, 10, parts * BOUND // 10, account=name, bp=1_500) for name, parts in (("a", 110), ("b", 60))]

    assert split_of(labelled) is None


def test_the_bound_alone_asks_nothing_of_a_group() -> None:
    """Two accounts whose bounds pass the line together are an everyday sight."""
    assert split_of([hundredths(40, "a"), hundredths(40, "b")]) is None


def test_corrections_are_netted_before_anything_is_compared() -> None:
    first = use([(5, 60 * BOUND)], account="a")

    assert split_of([first, use([(5, 60 * BOUND), (5, -30 * BOUND)], account="b")]) is None
    late = split_of([first, use([(5, 60 * BOUND), (9, -30 * BOUND)], account="b")])
    assert late is not None, "until the correction the line was passed, as far as anybody knew"


def test_the_finding_shows_every_member_the_links_and_the_weakest() -> None:
    accounts = [hundredths(50, "a"), hundredths(40, "b"), hundredths(30, "c")]
    split = split_of(accounts)
    assert split is not None
    finding = finding_of(split, accounts)

    assert (finding.code, finding.subject, finding.severity) == (Code.SPLIT_RUN, GROUP, Severity.HIGH)
    assert finding.est_flop == 120 * UNIT
    assert finding.cap_flop == 120 * BOUND
    members = [e for e in finding.evidence if isinstance(e, MemberEvidence)]
    assert [member.subject for member in members] == ["aster-cloud/a", "aster-cloud/b", "aster-cloud/c"]
    assert sum(member.est_flop for member in members) == finding.est_flop
    links = [e for e in finding.evidence if isinstance(e, LinkEvidence)]
    assert [link.weakest for link in links] == [True, False]
    assert links[0].shared[0].tie == "payment"
    for words in ("3 accounts of 3 parties", "largest, aster-cloud/a", "weakest link is between", "(16.0 bits", "s. 2"):
        assert words in finding.explanation, words


def test_what_clears_it_is_meant_literally() -> None:
    accounts = [hundredths(60, "a", tier="A"), hundredths(60, "b", first=40, tier="A")]
    split = split_of(accounts)
    assert split is not None
    remedy = split.remedy
    run = declared(
        remedy.flop, start=(remedy.start - DAY_ONE).days, days=(remedy.end - remedy.start).days
    )  # fmt: skip

    assert split_of(accounts, [run]) is None


SHARES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 99)), min_size=2, max_size=6
)  # fmt: skip


@given(SHARES, st.integers(0, 5), st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_more_use_of_a_member_that_stays_under_the_line_never_frees_the_group(shares, which: int, more: int) -> None:
    def accounts(extra: int) -> list[AccountUse]:
        return [
            use([(day, (parts + (extra if number == which % len(shares) else 0)) * BOUND)], account=f"a{number}")
            for number, (day, parts) in enumerate(shares)
        ]

    before, after = split_of(accounts(0)), split_of(accounts(more))
    if before is not None and shares[which % len(shares)][1] + more <= 100:
        assert after is not None
        assert after.severity.rank >= before.severity.rank


@given(SHARES)
@settings(max_examples=30, deadline=None)
def test_a_group_of_accounts_under_the_line_is_found_exactly_when_a_year_holds_more_than_the_line(shares) -> None:
    """Against plain addition: every stretch of 365 days, since longer windows hold at least what shorter ones do."""
    accounts = [use([(day, parts * BOUND)], account=f"a{n}") for n, (day, parts) in enumerate(shares)]
    most = max(
        sum(parts for day, parts in shares if last - 365 < day <= last) for last in range(334)
    )  # fmt: skip

    assert (split_of(accounts) is not None) == (most > 100)


def test_a_group_of_one_party_says_so() -> None:
    accounts = [hundredths(60, "a"), hundredths(60, "b")]
    split = split_of(accounts, since=date(2026, 1, 1))
    assert split is not None
    assert "They count together since 2026-01-01." in finding_of(split, accounts).explanation
