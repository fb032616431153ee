"""Which line of a rulebook usage is held against."""

from datetime import date

import pytest

from plimsoll.assess.line_choice import choose_line
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import Flop
from plimsoll.rulebook.load import library_rulebook

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("rulebook", "line", "status"),
    [
        ("conditional-treaty", 10**25, "proposed"),
        ("eu-gpai", 10**23, "in_force"),
        ("us-ca-sb53", 10**26, "in_force"),
        ("miotti-wasil", 10**21, "proposed"),
        ("taisc", 10**23, "proposed"),
        ("trager", 10**24, "proposed"),
        ("us-ny-raise", 10**26, "enacted"),
    ],
)
def test_the_lowest_live_line_for_a_model_or_a_run(rulebook: str, line: int, status: str) -> None:
    rule = choose_line(library_rulebook(rulebook), DAY)

    assert (rule.line_flop, rule.status, rule.id) == (line, status, rulebook)
    assert rule.digest.startswith("sha256:")


def test_of_two_lines_at_one_amount_the_rulebooks_first_is_taken() -> None:
    assert choose_line(library_rulebook("taisc"), DAY).provision == "taisc.threshold"


@pytest.mark.parametrize(
    ("rulebook", "alone"), [("conditional-treaty", True), ("taisc", True), ("eo-14110", False), ("eu-gpai", False)]
)
def test_a_provision_that_asks_for_more_than_compute_is_marked(rulebook: str, alone: bool) -> None:
    assert choose_line(library_rulebook(rulebook), DAY).compute_alone is alone


def test_a_dead_law_can_still_be_asked_what_it_would_have_found() -> None:
    assert choose_line(library_rulebook("us-ca-sb1047"), DAY).status == "vetoed"


def test_the_placeholder_is_marked_until_the_authority_sets_the_line() -> None:
    treaty = library_rulebook("conditional-treaty")

    assert choose_line(treaty, DAY).placeholder
    own = choose_line(treaty.with_line(Flop(10**24)), DAY)
    assert not own.placeholder
    assert (own.line_flop, own.parameters) == (10**24, (("line", str(10**24)),))
    assert own.digest != choose_line(treaty, DAY).digest


def test_usage_older_than_the_rulebook_is_held_against_its_first_text() -> None:
    rule = choose_line(library_rulebook("conditional-treaty"), date(2024, 10, 1))

    assert (rule.line_flop, rule.law_date) == (10**25, date(2025, 3, 18))
    assert choose_line(library_rulebook("conditional-treaty"), DAY).law_date == DAY


def test_a_rulebook_without_a_number_is_refused() -> None:
    with pytest.raises(PlimsollError) as caught:
        choose_line(library_rulebook("heim-koessler"), DAY)
    assert caught.value.code == "assess.no_line"
