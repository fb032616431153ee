"""What `check` says about a declaration under the shipped law, and which of its figures contradict each other."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.assess.check import as_json, check, contradictions
from plimsoll.assess.declarations import Declaration, parse_declarations
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.canonical import canonical_bytes
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import Flop
from plimsoll.rulebook.load import library_rulebook

DAY = date(2026, 11, 21)


def _declaration(total: str, more: str = "") -> Declaration:
    text = f"id: m\nkind: model\nname: Aster\ndeveloper: d\ncompute: {{total: {total}}}\n{more}"
    [declaration] = parse_declarations(text.encode(), "m.yaml")
    return declaration


def _answers(declaration: Declaration, rulebook: str, line: int | None = None) -> dict:
    book = library_rulebook(rulebook)
    book = book if line is None else book.with_line(Flop(line))
    results = as_json(check(declaration, [book], DAY, DAY))["results"]
    return {result["provision"]: result for result in results}


@pytest.mark.parametrize(
    ("amount", "result", "flip_at"),
    [
        (10**25 - 1, "false", 10**25 + 1),
        (10**25, "false", 10**25 + 1),
        (10**25 + 1, "true", 10**25),
    ],
)
def test_the_treatys_line_to_the_last_operation(amount: int, result: str, flip_at: int) -> None:
    answer = _answers(_declaration(f'"{amount}"'), "conditional-treaty")["conditional-treaty.threshold"]

    assert (answer["result"], answer["line"], answer["flip_at"]) == (result, str(10**25), str(flip_at))
    assert answer["estimate"] == dict.fromkeys(("low", "point", "high"), str(amount))


def test_a_margin_across_the_line_is_unknown_and_the_duty_follows_the_point() -> None:
    declaration = _declaration('{point: "1.1e25", margin: "0.3"}', "events: {line_met: 2026-03-01T09:00:00Z}\n")
    answer = _answers(declaration, "eu-gpai")["eu-gpai.systemic_risk"]

    assert answer["result"] == "unknown"
    assert any(duty["due"] is not None for duty in answer["obligations"])


def test_the_authority_may_set_the_treatys_line() -> None:
    answers = _answers(_declaration('"2e24"'), "conditional-treaty", 10**24)

    assert answers["conditional-treaty.threshold"]["result"] == "true"


def test_a_law_to_come_shows_its_line_but_gives_no_answer() -> None:
    answer = _answers(_declaration('"2e26"'), "us-ny-raise")["us-ny-raise.frontier_model"]

    assert (answer["result"], answer["status"], answer["line"]) == ("not_in_force", "enacted", str(10**26))
    assert (answer["estimate"], answer["flip_at"]) == (None, None)


def test_nothing_declared_is_unknown_and_says_where_it_would_become_true() -> None:
    [declaration] = parse_declarations(b"id: m\nkind: model\ndeveloper: d\n", "m.yaml")
    answer = _answers(declaration, "conditional-treaty")["conditional-treaty.threshold"]

    assert (answer["result"], answer["estimate"], answer["flip_at"]) == ("unknown", None, str(10**25 + 1))


def test_the_answer_has_exactly_the_promised_keys_and_no_float() -> None:
    value = as_json(check(_declaration('"3e25"'), [library_rulebook("eu-gpai")], DAY, DAY))

    assert list(value) == ["subject", "as_of", "known", "results"]
    assert list(value["results"][0]) == [
        "regime", "provision", "status", "result", "metric", "estimate", "line", "flip_at", "explanation",
        "obligations",
    ]  # fmt: skip
    duties = [duty for result in value["results"] for duty in result["obligations"]]
    assert {tuple(duty) for duty in duties} == {("id", "what", "recipient", "clock", "due", "citation")}
    assert canonical_bytes(value) == canonical_bytes(
        as_json(check(_declaration('"3e25"'), [library_rulebook("eu-gpai")], DAY, DAY))
    )


def test_an_answer_to_a_question_that_the_law_does_not_ask_is_refused() -> None:
    declaration = _declaration('"3e25"', "answers: {eu-gpai.designatd: true, us-xx.other: true}\n")
    books = [library_rulebook("conditional-treaty"), library_rulebook("eu-gpai")]

    check(declaration, books[:1], DAY, DAY)
    with pytest.raises(PlimsollError) as refused:
        check(declaration, books, DAY, DAY)
    assert refused.value.code == "check.unknown_question"
    assert "eu-gpai.designated" in refused.value.fix


def test_the_day_of_an_event_is_known_where_only_the_event_is_declared() -> None:
    early = "events: {line_met: 2025-03-03T09:00:00Z, placed_on_market: 2025-08-01T08:00:00Z}\n"
    duties = _answers(_declaration('"2e25"', early), "eu-gpai")["eu-gpai.systemic_risk"]["obligations"]

    assert {duty["id"]: duty["due"] for duty in duties}["eu-gpai.notify"] == "2027-08-02T22:00:00Z"


def test_duties_come_binding_first_then_by_due_instant() -> None:
    declaration = _declaration('"2e26"', "events: {line_met: 2026-03-01T09:00:00Z, placed_on_market: 2026-05-01}\n")
    books = [library_rulebook("conditional-treaty"), library_rulebook("eu-gpai")]
    duties = check(declaration, books, DAY, DAY).duties

    assert [duty.binding for duty in duties] == sorted((duty.binding for duty in duties), reverse=True)
    dated = [duty.due for duty in duties if duty.binding and duty.due is not None]
    assert dated
    assert dated == sorted(dated)
    assert dated[0].tzinfo == UTC
    assert datetime(2026, 1, 1, tzinfo=UTC) < dated[0]


HARDWARE = "hardware: [{provider: p, chip: h100-sxm, count: 1000, from: 2026-01-01, to: 2026-01-31}]\n"
BOUND = 1000 * 30 * 86_400 * 10**9 * load_catalogue().get("h100-sxm").training_peak[1]


def test_more_compute_than_the_hardware_can_do_is_a_contradiction() -> None:
    assert _declaration('"1"', HARDWARE).hardware_bound == BOUND
    assert list(contradictions(_declaration(f'"{BOUND}"', HARDWARE))) == []
    [sentence] = contradictions(_declaration(f'"{3 * BOUND}"', HARDWARE))
    assert "300 %" in sentence


def test_hardware_utilisation_and_compute_must_agree_within_thirty_percent() -> None:
    forty = HARDWARE + 'utilisation: {value: "0.4", kind: mfu}\n'

    assert list(contradictions(_declaration(f'"{BOUND * 4 // 10}"', forty))) == []
    [sentence] = contradictions(_declaration(f'"{BOUND * 6 // 10}"', forty))
    assert "30 %" in sentence


def test_two_methods_too_far_apart_are_a_contradiction() -> None:
    two = (
        '[{method: architecture, architecture: dense, parameters: "405e9", tokens: "15.6e12"}, '
        '{method: hardware, periods: [{chip: h100-sxm, count: 16384, hours: "4000", utilisation: "0.4", '
        "utilisation_kind: mfu}]}]"
    )
    [sentence] = contradictions(_declaration(two))

    assert "disagree" in sentence


def test_compute_that_was_done_elsewhere_is_not_held_against_the_hardware() -> None:
    text = (
        f"id: m\nkind: model\ndeveloper: d\ncompute: {{components: {{merged_base: '{3 * BOUND}', pretrain: '1e20'}}}}\n"
    )
    [declaration] = parse_declarations((text + HARDWARE).encode(), "m.yaml")

    assert list(contradictions(declaration)) == []
