"""All detectors together: what one account says of another, and that more usage never makes things better."""

from datetime import timedelta

from account_cases import AS_OF, DAY_ONE, LINE, declared, held, steady, use
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.figures import AccountUse
from plimsoll.assess.detectors.under_declared_run import TaggedUse
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.judge import Judge, ReportsSeen, counts


def _judge(accounts: list[AccountUse], declarations=(), tagged=(), line=None, as_of=AS_OF) -> list[Finding]:
    judge = Judge(line or held(), declarations, tagged, as_of)
    found = [finding for account in accounts for finding in judge.account(account)]
    found += [finding for _, _, finding in judge.together()]
    seen = ReportsSeen(months={"aster-cloud": frozenset((2026, month) for month in range(1, 12))})
    return found + list(judge.rest(seen, ()))


def test_a_declared_run_gives_nothing_and_another_account_is_not_covered_by_it() -> None:
    accounts = [steady(0, 60, LINE // 20, account=name) for name in ("a", "b")]
    found = _judge(accounts, [declared(2 * LINE)])

    assert [(f.code, f.subject) for f in found] == [(Code.UNDECLARED_RUN, "aster-cloud/b")]


def test_accounts_that_share_a_run_are_also_judged_together() -> None:
    run = declared(LINE, accounts=("aster-cloud/a", "aster-cloud/b", "aster-cloud/unused"))
    accounts = [steady(0, 60, LINE // 25, account=name, tier="A") for name in ("a", "b")]
    found = _judge(accounts, [run])

    assert [(f.code, f.subject) for f in found] == [(Code.UNDER_DECLARED_RUN, "aster-cloud/a + aster-cloud/b")]


def test_the_account_and_the_tag_of_its_run_give_one_finding() -> None:
    account = steady(0, 60, LINE // 20, tier="A", run="run-1")
    total = 60 * LINE // 20
    tag = TaggedUse(
        "run-1", DAY_ONE, DAY_ONE + timedelta(59), total, total * 4_000, 0, account.evidence(DAY_ONE, AS_OF)
    )

    assert [f.code for f in _judge([account], [declared(LINE // 2)], [tag])] == [Code.UNDER_DECLARED_RUN]
    [only] = _judge([], [declared(LINE // 2)], [tag])
    assert (only.code, only.severity, only.subject) == (Code.UNDER_DECLARED_RUN, Severity.HIGH, "aster-cloud/a")


def test_a_provider_that_only_a_declaration_names_is_missing() -> None:
    found = _judge([], [declared(LINE, accounts=("nimbus/x",))])

    assert [(f.code, f.subject) for f in found] == [(Code.MISSING_REPORT, "nimbus")]


def test_counts_name_every_severity() -> None:
    found = _judge([steady(0, 60, LINE // 20)])

    assert counts(found) == ((Severity.HIGH, 1), (Severity.ASK, 0), (Severity.WATCH, 0), (Severity.DATA, 0))


_USE = st.lists(st.tuples(st.integers(0, 333), st.integers(1, LINE), st.sampled_from("ABC")), min_size=1, max_size=7)


def _rows(parts) -> tuple:
    return tuple(row for day, cap, tier in parts for row in use([(day, cap)], tier=tier).rows)


@settings(max_examples=60, deadline=None)
@given(_USE, _USE, st.integers(0, 3 * LINE), st.integers(0, 300), st.integers(1, 120))
def test_more_usage_never_removes_a_finding_or_weakens_it(less, more, flop, start, length) -> None:
    runs = [declared(flop, start=start, days=length), declared(flop // 3, start=start // 2, days=30, name="run-2")]
    few = AccountUse("aster-cloud", "a", tuple(sorted(_rows(less), key=lambda row: row.day)))
    many = AccountUse("aster-cloud", "a", tuple(sorted(_rows([*less, *more]), key=lambda row: row.day)))
    line = held(2 * LINE)

    before, after = ([f.severity.rank for f in _judge([u], runs, line=line)] for u in (few, many))

    assert max(after, default=-1) >= max(before, default=-1)
