"""Facts that are wrong are refused with file and line; what is absent stays unknown."""

from datetime import date

import pytest

from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.yaml_text import read_yaml
from plimsoll.rulebook.facts import Facts, read_facts


def facts(text: str) -> Facts:
    source = read_yaml(text.encode(), "f.yaml")
    return read_facts(source.value, source)


def test_nothing_said_is_nothing_known() -> None:
    assert facts("{}") == Facts()
    assert facts("attributes:\nanswers:\nevents:\n") == Facts()


def test_amounts_have_three_forms() -> None:
    read = facts(
        'components: {pretrain: "3e24", rl_update: {point: "10", margin: "0.25"}, merged_base: {low: "1", point: "2", '
        'high: "3"}}\nnot_by_developer: [merged_base]\n'
    )

    assert read.components == {
        Component.PRETRAIN: Estimate.exact(3 * 10**24),
        Component.RL_UPDATE: Estimate(7, 10, 13),
        Component.MERGED_BASE: Estimate(1, 2, 3),
    }
    assert read.not_by_developer == {Component.MERGED_BASE}


def test_a_date_follows_from_its_event_unless_it_is_stated() -> None:
    events = "events: {placed_on_market: 2026-05-01T23:30:00Z, qualified: 2027-10-03}"

    assert facts(events).dates == {"placed_on_market": date(2026, 5, 1), "qualified_on": date(2027, 10, 3)}
    assert facts(f"{events}\nattributes: {{placed_on_market: 2026-05-02}}").dates["placed_on_market"] == date(
        2026, 5, 2
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("5", "facts.type", 1),
        ("[[a]]", "facts.type", 1),
        ("subject: model\nhope: 1", "facts.unknown_key", 2),
        ("subject: ship", "facts.unknown_word", 1),
        ('total: "1"\ncomponents: {pretrain: "1"}', "facts.total_and_components", 1),
        ("complete: true", "facts.nothing_complete", 1),
        ('total: "1"\ncomplete: "yes"', "facts.type", 2),
        ("total: 1", "facts.type", 1),
        ('total: {point: "1", margin: "1"}', "facts.type", 1),
        ('total: {point: "1"}', "facts.type", 1),
        ('total: {low: "2", point: "1", high: "3"}', "estimate.order", 1),
        ('components: {pretrian: "1"}', "facts.unknown_word", 1),
        ("components: [pretrain]", "facts.type", 1),
        ("components: false", "facts.type", 1),
        ("not_by_developer: merged_base", "facts.type", 1),
        ("not_by_developer:", "facts.type", 1),
        ("not_by_developer: [[merged_base]]", "facts.unknown_word", 1),
        ('quantities: {revenue: "1"}', "facts.unknown_word", 1),
        ("quantities: 0", "facts.type", 1),
        ("attributes: []", "facts.type", 1),
        ("attributes: {open_weights: perhaps}", "facts.type", 1),
        ("attributes: {output_modalities: []}", "facts.type", 1),
        ("attributes: {output_modalities: [smell]}", "facts.unknown_word", 1),
        ("attributes: {deployed: soon}", "time.unreadable", 1),
        ('answers: ""', "facts.type", 1),
        ("answers: {q: 1}", "facts.type", 1),
        ("events: {landed: 2026-01-01}", "facts.unknown_word", 1),
        ("events: {deployed: 2026-01-01T09:00:00}", "time.no_zone", 1),
    ],
)
def test_wrong_facts_are_refused_with_their_line(text: str, code: str, line: int) -> None:
    with pytest.raises(PlimsollError) as refusal:
        facts(text)

    assert (refusal.value.code, refusal.value.where.file, refusal.value.where.line) == (code, "f.yaml", line)
