"""Who is one holder: no single line joins two owners or parts one, whatever numbers it states."""

import pytest
from control_cases import LEI, customer, graph, members, only, owner

from plimsoll.kernel.ids import content_id
from plimsoll.parties.kyc import Holder, Identifier, Kind


def _holding(name: str, *numbers: tuple[str, str]) -> tuple[Holder, ...]:
    return (owner(name, born=None, kind=Kind.COMPANY, identifiers=tuple(Identifier(*each) for each in numbers)),)


_VICTIM, _EVIL = ("lei", LEI), ("reg:GB", "08412973")
_TWO_OWNERS = [
    *(customer(n, holders=_holding("Victim Holding", _VICTIM)) for n in (1, 2)),
    *(customer(n, holders=_holding("Evil Holding", _EVIL)) for n in (3, 4)),
]


@pytest.mark.parametrize("name", ["Whatever", "Victim Holding", "Evil Holding"])
def test_one_line_with_the_numbers_of_two_owners_makes_them_not_one(name: str) -> None:
    for numbers in ((_VICTIM, _EVIL), (_EVIL, _VICTIM)):
        found = members(graph([*_TWO_OWNERS, customer("sham", holders=_holding(name, *numbers))]))
        assert not any({"a1", "a3"} <= set(group) for group in found)
        if name != "Whatever":
            assert (("a1", "a2", "asham") if name == "Victim Holding" else ("a3", "a4", "asham")) in found


def test_two_parties_join_two_numbers_and_so_does_a_line_that_bears_the_name_of_both_and_the_record_is_shown() -> None:
    twice = [customer(n, holders=_holding("Whatever", _VICTIM, _EVIL)) for n in ("x", "y")]
    same_name = [
        *(customer(n, holders=_holding("Halden Holding", number)) for n, number in ((1, _VICTIM), (3, _EVIL))),
        customer("x", holders=_holding("Halden Holding AG", _VICTIM, _EVIL)),
    ]

    assert members(graph([*_TWO_OWNERS, *twice])) == [("a1", "a2", "a3", "a4", "ax", "ay")]
    group = only(graph(same_name))
    assert len(group.parties) == 3
    [shown] = {shared.shown for link in group.links for shared in link.shared}
    assert shown.endswith(f"; lei {LEI} and reg:GB 08412973 are one by the record of p/ax")


def test_a_name_and_birth_date_stands_with_the_number_of_another_only_by_the_word_of_two() -> None:
    """One invented line would tie the bearer of a name to somebody else's number."""
    named = [customer(n, holders=(owner(),)) for n in (1, 2)]
    numbered = [
        customer(n, holders=(owner("Odo Falk", 60, None, identifiers=(Identifier("tax:XX", "A1234"),)),))
        for n in (3, 4)
    ]
    sham = customer("sham", holders=(owner(identifiers=(Identifier("tax:XX", "A1234"),)),))

    assert not any({"a1", "a3"} <= set(group) for group in members(graph([*named, *numbered, sham])))


def test_a_number_under_a_shorter_name_still_joins_the_name_and_birth_date_that_stand_with_it() -> None:
    number = (Identifier("tax:XX", "A1234"),)
    short, full, bare = owner("I. Brandt", born=None, identifiers=number), owner(identifiers=number), owner()
    found = graph([customer(n, holders=(each,)) for n, each in enumerate((short, full, bare))])

    assert members(found) == [("a0", "a1", "a2")]


def test_two_shams_with_a_number_each_do_not_cut_what_a_name_and_birth_date_tie() -> None:
    shells = [customer(n, holders=(owner(),)) for n in (1, 2, 3)]
    shams = [
        customer(name, holders=(owner(identifiers=(Identifier("tax:XX", number),)),))
        for name, number in (("x", "A1234"), ("y", "B5678"))
    ]
    found = graph([*shells, *shams])

    assert members(found) == [("a1", "a2", "a3")]
    assert {problem.code for those in found.problems.values() for problem in those} == {"holder.two_numbers"}
    assert set(found.problems) == {content_id("P", f"p/a{name}") for name in "xy"}
    many = graph([*shams, *(customer(n, holders=(owner(),)) for n in range(26))])
    assert many.groups == ()
    assert many.hubs[0].parties == 26, "it is evidence, so it has the cap"
    assert graph(shams).problems == {}, "who always stands with his number contradicts nobody"
