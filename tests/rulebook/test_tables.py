"""The compiled evaluator must give the same answers as the Python one, on any facts, for every shipped rulebook."""

from datetime import date

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import Estimate
from plimsoll.rulebook.evaluate import evaluate
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.load import library_ids, library_rulebook, parse_rulebook
from plimsoll.rulebook.tables import evaluate_table, facts_table
from plimsoll.rulebook.vocabulary import ATTRIBUTES, DATES, QUANTITIES

_NEAR_LINES = [10**n + d for n in (21, 23, 24, 25, 26) for d in (-1, 0, 1)]
_amounts = st.one_of(st.sampled_from(_NEAR_LINES), st.integers(0, 10**27), st.integers(0, 10**9))


@st.composite
def _estimates(draw: st.DrawFn, amounts: st.SearchStrategy[int]) -> Estimate:
    low, point, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    if draw(st.booleans()):
        low = high = point
    return Estimate(low, point, draw(st.sampled_from([high, high, high, None])))


_words = {
    name: st.booleans() if not isinstance(values, tuple) else
    st.lists(st.sampled_from(values or ("EU", "US-CA")), max_size=2, unique=True).map(tuple)
    for name, values in ATTRIBUTES.items()
}  # fmt: skip


def _facts(question_ids: list[str], amounts: st.SearchStrategy[int] = _amounts) -> st.SearchStrategy[Facts]:
    estimates = _estimates(amounts)
    divided = st.fixed_dictionaries(
        {"total": st.none(), "components": st.dictionaries(st.sampled_from(list(Component)), estimates, max_size=8)}
    )
    undivided = st.fixed_dictionaries({"total": st.none() | estimates, "components": st.just({})})
    return st.builds(
        lambda amounts, **rest: Facts(**amounts, **rest),
        st.one_of(divided, undivided),
        complete=st.booleans(),
        not_by_developer=st.frozensets(st.sampled_from(list(Component)), max_size=3),
        quantities=st.dictionaries(st.sampled_from(list(QUANTITIES)), estimates, max_size=4),
        attributes=st.fixed_dictionaries({}, optional=_words),
        dates=st.dictionaries(st.sampled_from(list(DATES)), st.dates(date(2023, 1, 1), date(2028, 1, 1)), max_size=3),
        answers=st.dictionaries(st.sampled_from(question_ids), st.booleans(), max_size=4)
        if question_ids
        else st.just({}),
    )


@pytest.mark.parametrize("rulebook_id", library_ids())
@settings(max_examples=6, deadline=None)
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


_ODD = b"""\
format: plimsoll-rulebook/1
id: odd
version: "1"
title: Conditions that no shipped rulebook has
jurisdiction: EU
kind: law
summary: s
cite: c
metrics:
- {id: own@1, title: t, unit: FLOP, include: [pretrain, rl_update], applied_by: developer, cite: c}
- {id: part@1, title: t, unit: FLOP, include: [rl_update, recompute], cite: c}
provisions:
"""
_RELATIVE = (
    '{metric: own@1, op: lt, times: "2/3", of: base_model_compute, fallbacks: '
    '[{when: {attribute: is_modifier, is: true}, value: "1e25"}, '
    '{when: {question: "q?", id: q, decided_by: b}, value: "3e24"}]}'
)
_ODD_CONDITIONS = [
    '{not: {metric: own@1, op: ge, value: "1e25"}}',
    '{metric: part@1, op: le, value: "1e24"}',
    _RELATIVE,
    '{not: {metric: own@1, op: le, times: "7/3", of: largest_run_compute}}',
    "{any: [{not: {provision: odd.p2}}, {all: [{not: {attribute: open_weights, is: true}}, {provision: odd.p0}]}]}",
    '{not: {quantity: parameters, op: ge, value: "100"}}',
]
_EXTREMES = st.one_of(_amounts, st.sampled_from([0, 1, 99, 100, 2 * 10**24, 33 * 10**36, 10**38 - 1]))


def test_negations_relative_lines_and_amounts_at_the_end_of_the_column_are_equal_too() -> None:
    text = _ODD + "".join(
        f"- {{id: odd.p{n}, title: t, subject: model, cite: c, versions: "
        f"[{{valid_from: 2025-01-01, known_from: 2025-01-01, status: in_force, cite: c, when: {when}}}]}}\n"
        for n, when in enumerate(_ODD_CONDITIONS)
    ).encode()  # fmt: skip
    rulebook = parse_rulebook(text, "odd.yaml")
    engine = ibis.duckdb.connect()
    day = date(2026, 1, 1)

    @settings(max_examples=6, deadline=None)
    @given(st.lists(_facts(["q"], _EXTREMES), min_size=20, max_size=40))
    def equal(subjects: list[Facts]) -> None:
        table = ibis.memtable(facts_table(subjects, rulebook))
        rows = engine.to_pyarrow(evaluate_table(table, rulebook, day, day).order_by("row")).to_pylist()
        for facts, row in zip(subjects, rows, strict=True):
            for result in evaluate(facts, rulebook, day, day):
                assert row[result.provision.id] == result.outcome.value, (result.provision.id, facts)
                assert row[f"{result.provision.id}/by_point"] == result.by_point.value, (result.provision.id, facts)

    equal()
