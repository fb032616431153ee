"""What a finding says would clear it, taken at its word: declared as written, the finding is gone."""

import re
from dataclasses import replace
from datetime import date, timedelta

from account_cases import DAY_ONE, LINE, declared, held, steady, use
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.approaching_line import approaching_line
from plimsoll.assess.detectors.coverage import NONE, Coverage
from plimsoll.assess.detectors.figures import AccountUse
from plimsoll.assess.detectors.undeclared_run import undeclared_run
from plimsoll.assess.detectors.under_declared_run import TaggedUse, under_declared_run, under_declared_tag
from plimsoll.kernel.flop import parse_flop

AS_OF = DAY_ONE + timedelta(400)
_DECLARE = re.compile(
    r"from (?P<start>\d{4}-\d{2}-\d{2}) up to (?P<end>\d{4}-\d{2}-\d{2}) that covers (?P<flop>[^;]+? FLOP)"
)
_MORE = re.compile(r"covers (?P<flop>[^;]+? FLOP) more from (?P<start>[-\d]+) up to (?P<end>[-\d]+)")
_BY = re.compile(r"covers (?P<flop>[^;]+? FLOP) (?:or )?more, enough for the present rate until (?P<end>[-\d]+)")
_USE = st.lists(st.tuples(st.integers(0, 399), st.integers(LINE // 2, LINE)), min_size=2, max_size=8)


def _declared_as(found: re.Match[str], start: date | None = None):
    first = start or date.fromisoformat(found["start"])
    last = date.fromisoformat(found["end"])
    return replace(declared(parse_flop(found["flop"]), name="remedy"), start=first, end=last)


def _account(parts) -> AccountUse:
    return use(parts, tier="C")


@settings(max_examples=80, deadline=None)
@given(_USE)
def test_an_undeclared_run_is_cleared_by_the_declaration_that_it_asks_for(parts) -> None:
    account, line = _account(parts), held(LINE // 2)
    found = list(undeclared_run(account, line, NONE, AS_OF))
    assume(found)

    coverage = Coverage((_declared_as(_DECLARE.search(found[0].clears)),))
    assert list(undeclared_run(account, line, coverage, AS_OF)) == []
    assert list(under_declared_run([account], line, coverage, AS_OF)) == []


@settings(max_examples=80, deadline=None)
@given(_USE, st.integers(1, LINE // 2), st.integers(0, 60), st.integers(200, 400))
def test_an_under_declared_run_is_cleared_by_the_further_declaration(parts, flop, start, days) -> None:
    account, line = _account(parts), held(LINE // 2)
    first = declared(flop, start=start, days=days)
    found = list(under_declared_run([account], line, Coverage((first,)), AS_OF))
    assume(found)

    coverage = Coverage((first, _declared_as(_MORE.search(found[0].clears))))
    assert list(under_declared_run([account], line, coverage, AS_OF)) == []
    assert list(undeclared_run(account, line, coverage, AS_OF)) == []


@settings(max_examples=80, deadline=None)
@given(st.integers(20, 27), st.integers(22 * 10**22, 9 * 10**23), st.integers(0, LINE))
def test_an_account_that_approaches_is_cleared_by_the_declaration(days, per_day, flop) -> None:
    account, as_of = steady(0, days, per_day), DAY_ONE + timedelta(days)
    before = (declared(flop, days=days, name="earlier"),) if flop % 2 else ()
    found = list(approaching_line(account, held(), Coverage(before), as_of))
    assume(found)

    remedy = _declared_as(_BY.search(found[0].clears), as_of)
    assert list(approaching_line(account, held(), Coverage((*before, remedy)), as_of)) == []


def test_the_tag_of_a_run_is_cleared_by_the_amended_declaration() -> None:
    used = 123_456_789 * 10**16 + 1
    account = use([(0, used)], bp=10_000, tier="A", run="run-1")
    tagged = TaggedUse("run-1", DAY_ONE, DAY_ONE, used, used * 10_000, 0, account.evidence(DAY_ONE, AS_OF))
    [finding] = under_declared_tag(tagged, declared(10**20), held())
    amount = re.search(r"covers ([^;]+? FLOP)", finding.clears)[1]

    assert list(under_declared_tag(tagged, declared(parse_flop(amount)), held())) == []


def test_what_the_shortest_window_holds_is_not_all_that_must_be_declared() -> None:
    account = steady(0, 120, LINE // 10)
    [finding] = undeclared_run(account, held(), NONE, AS_OF)

    assert finding.window.days == 30
    assert finding.est_flop < parse_flop(_DECLARE.search(finding.clears)["flop"]) == 48 * 10**24
