"""The compiled evaluator must give the same answers as the Python one, on any facts, for every shipped rulebook."""

from datetime import date

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import Estimate
from plimsoll.rulebook.evaluate import evaluate
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.load import library_ids, library_rulebook
from plimsoll.rulebook.tables import evaluate_table, facts_table
from plimsoll.rulebook.vocabulary import ATTRIBUTES, DATES, QUANTITIES

_NEAR_LINES = [10**n + d for n in (21, 23, 24, 25, 26) for d in (-1, 0, 1)]
_amounts = st.one_of(st.sampled_from(_NEAR_LINES), st.integers(0, 10**27), st.integers(0, 10**9))


@st.composite
def _estimates(draw: st.DrawFn) -> Estimate:
    low, point, high = sorted(draw(st.tuples(_amounts, _amounts, _amounts)))
    if draw(st.booleans()):
        low = high = point
    return Estimate(low, point, draw(st.sampled_from([high, high, high, None])))


_words = {
    name: st.booleans() if not isinstance(values, tuple) else
    st.lists(st.sampled_from(values or ("EU", "US-CA")), max_size=2, unique=True).map(tuple)
    for name, values in ATTRIBUTES.items()
}  # fmt: skip


def _facts(question_ids: list[str]) -> st.SearchStrategy[Facts]:
    divided = st.fixed_dictionaries(
        {"total": st.none(), "components": st.dictionaries(st.sampled_from(list(Component)), _estimates(), max_size=8)}
    )
    undivided = st.fixed_dictionaries({"total": st.none() | _estimates(), "components": st.just({})})
    return st.builds(
        lambda amounts, **rest: Facts(**amounts, **rest),
        st.one_of(divided, undivided),
        complete=st.booleans(),
        not_by_developer=st.frozensets(st.sampled_from(list(Component)), max_size=3),
        quantities=st.dictionaries(st.sampled_from(list(QUANTITIES)), _estimates(), max_size=4),
        attributes=st.fixed_dictionaries({}, optional=_words),
        dates=st.dictionaries(st.sampled_from(list(DATES)), st.dates(date(2023, 1, 1), date(2028, 1, 1)), max_size=3),
        answers=st.dictionaries(st.sampled_from(question_ids), st.booleans(), max_size=4)
        if question_ids
        else st.just({}),
    )


@pytest.mark.parametrize("rulebook_id", library_ids())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), day=st.sampled_from([date(2024, 6, 1), date(2026, 2, 1), date(2026, 11, 21), date(2028, 3, 1)]))
def test_the_compiled_evaluator_equals_the_python_one(rulebook_id: str, data: st.DataObject, day: date) -> None:
    rulebook = library_rulebook(rulebook_id)
    subjects = data.draw(st.lists(_facts(sorted(rulebook.questions())), min_size=20, max_size=40))

    table = ibis.memtable(facts_table(subjects, rulebook))
    rows = ibis.duckdb.connect().to_pyarrow(evaluate_table(table, rulebook, day, day).order_by("row")).to_pylist()

    for facts, row in zip(subjects, rows, strict=True):
        for result in evaluate(facts, rulebook, day, day):
            assert row[result.provision.id] == result.outcome.value, (result.provision.id, facts)
            assert row[f"{result.provision.id}/by_point"] == result.by_point.value, (result.provision.id, facts)
