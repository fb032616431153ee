"""What declarations explain of several accounts' use: as much as fits, and none twice."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.detectors.explained import explained


def test_no_declaration_explains_more_than_its_accounts_used() -> None:
    assert explained([(30, frozenset("x"))], {"x": 1, "a": 9, "b": 9}) == 1


def test_no_declaration_explains_twice() -> None:
    assert explained([(30, frozenset("ab"))], {"a": 20, "b": 20}) == 30


def test_a_small_run_of_two_accounts_does_not_stretch_a_large_one_of_the_first() -> None:
    assert explained([(900, frozenset("x")), (1, frozenset("xa"))], {"x": 10, "a": 500}) == 11


def test_a_run_makes_room_for_another_that_can_go_nowhere_else() -> None:
    assert explained([(10, frozenset("ab")), (10, frozenset("a"))], {"a": 10, "b": 10}) == 20


RUNS = st.lists(st.tuples(st.integers(0, 9), st.frozensets(st.sampled_from("abcd"), min_size=1)), max_size=4)


@settings(max_examples=200)
@given(RUNS, st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9)))
def test_it_is_the_least_cut(runs: list[tuple[int, frozenset[str]]], used: dict[str, int]) -> None:
    """Flow and cut agree. A cut: some declarations, and all use of the accounts that the others name."""
    cuts = []
    for chosen in product((False, True), repeat=len(runs)):
        named = {a for (_, accounts), taken in zip(runs, chosen, strict=True) if taken for a in accounts}
        outside = sum(flop for (flop, _), taken in zip(runs, chosen, strict=True) if not taken)
        cuts.append(outside + sum(amount for account, amount in used.items() if account in named))
    assert explained(runs, used) == min(cuts)
