from datetime import date

import pytest
from control_cases import LEI, customer, director, graph, hashed, members, only, owner

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id
from plimsoll.parties.attributes import attribute_table
from plimsoll.parties.components import components, components_by_splink
from plimsoll.parties.control import control_graph
from plimsoll.parties.control_group import Tie
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.kyc import Address, Downstream, Holder, Identifier, Kind, Role
from plimsoll.parties.records import record_table


@pytest.mark.parametrize(
    ("tie", "fields"),
    [
        (Tie.PAYMENT, {"payment_instruments": (hashed("1"),)}),
        (Tie.PHONE, {"phones": (hashed("2"),)}),
        (Tie.NETWORK, {"access_networks": (hashed("3"),)}),
        (Tie.OWNERSHIP, {"holders": (owner(),)}),
        (Tie.OWNER, {"holders": (owner(percent=10),)}),
        (Tie.OWNER, {"holders": (owner(percent=None),)}),
        (Tie.DIRECTOR, {"holders": (director(),)}),
        (Tie.VOTES, {"holders": (Holder("Ilse Brandt", Role.VOTER, born="1970-03-02", share_bp=3_000),)}),
        (Tie.ON_BEHALF, {"holders": (Holder("Ilse Brandt", Role.ON_BEHALF, born="1970-03-02"),)}),
    ],
)
def test_one_shared_thing_ties_two_parties(tie: Tie, fields: dict[str, object]) -> None:
    group = only(graph([customer(1, **fields), customer(2, **fields), customer(3)]))

    assert group.accounts == ("p/a1", "p/a2")
    assert [shared.tie for link in group.links for shared in link.shared] == [tie]
    assert group.weakest is not None
    assert group.weakest.links == group.links
    assert group.together[0].since is None


@pytest.mark.parametrize(
    "fields",
    [
        {"addresses": (Address("1 Mill Street", "Holhaven", "53769", "IE"),), "legal_name": "Nordlys AI Ltd"},
        {"emails": ("a@nordlys.example.org",)},
        {"holders": (owner(born=None),)},
        {"holders": (director(born="1970"),)},
        {"holders": (Holder("Global Holdings", Role.OWNER, Kind.COMPANY, share_bp=10_000),)},
        {"phones": ("", "N/A"), "payment_instruments": ("",), "holders": (owner("N/A"), director("unknown"))},
    ],
)
def test_what_many_have_by_chance_ties_nobody(fields: dict[str, object]) -> None:
    assert graph([customer(1, **fields), customer(2, **fields)]).groups == ()


def test_two_rare_weak_things_tie_together() -> None:
    fields = {"addresses": (Address("1 Mill Street", "Holhaven", "53769", "IE"),), "holders": (owner(born=None),)}
    group = only(graph([customer(1, **fields), customer(2, **fields), customer(3)]))

    assert [shared.tie for link in group.links for shared in link.shared] == [Tie.SEVERAL]


def test_a_value_of_many_is_a_hub_that_links_nobody_and_is_reported_with_its_accounts() -> None:
    found = graph([customer(n, phones=(hashed("9"),)) for n in range(26)])

    assert found.groups == ()
    (hub,) = found.hubs
    assert (hub.tie, hub.parties, len(hub.accounts)) == (Tie.PHONE, 26, 26)
    assert only(graph([customer(n, phones=(hashed("9"),)) for n in range(25)])).weakest is not None


def test_an_evader_inside_several_hubs_is_shown_as_uncovered_and_three_hubs_at_once_give_him_away() -> None:
    """Two hubs overlap by chance all the time; the same two shells in three unrelated hubs do not."""
    noise = [customer(f"p{n}", phones=(hashed("a"),)) for n in range(27)]
    noise += [customer(f"n{n}", access_networks=(hashed("b"),)) for n in range(27)]
    noise += [customer(f"c{n}", payment_instruments=(hashed("c"),)) for n in range(27)]
    hidden = {"phones": (hashed("a"),), "access_networks": (hashed("b"),)}
    two = graph([*noise, customer("e1", **hidden), customer("e2", **hidden)])
    deeper = {**hidden, "payment_instruments": (hashed("c"),)}
    three = graph([*noise, customer("e1", **deeper), customer("e2", **deeper)])

    assert members(two) == []
    assert all("p/ae1" in hub.accounts for hub in two.hubs if hub.tie is not Tie.PAYMENT)
    assert members(three) == [("ae1", "ae2")]
    assert only(three).links[0].shared[0].tie is Tie.SEVERAL


def test_one_agent_seen_twice_is_not_two_pieces_of_evidence() -> None:
    address = Address("1 Agent Row", "Holhaven", "53769", "IE")
    clients = [
        customer(n, phones=(hashed("a"),), addresses=(address,), emails=("x@agent.example.org",)) for n in range(60)
    ]

    assert graph(clients).groups == ()


def test_a_true_owner_of_thousands_is_one_group_and_a_nominee_director_is_a_hub() -> None:
    owned = graph([customer(n, holders=(owner(),)) for n in range(3_000)])
    served = graph([customer(n, holders=(director(),)) for n in range(3_000)])

    group = only(owned)
    assert len(group.parties) == 3_000
    assert len(group.links) == 2_999
    assert group.weakest is not None
    assert len(group.weakest.apart) == 1
    assert served.groups == ()
    assert served.hubs[0].parties == 3_000


def test_a_mass_of_identical_names_joins_nobody() -> None:
    found = graph(
        [customer(n, legal_name="Atlas Trading", holders=(owner("Wei Wang", 100, None),)) for n in range(2_000)]
    )

    assert found.groups == ()
    assert found.hubs[0].parties == 2_000


def test_one_name_and_birth_date_with_two_numbers_is_two_persons() -> None:
    def holder(number: str) -> Holder:
        return owner(identifiers=(Identifier("tax:XX", number),))

    found = graph([customer(1, holders=(holder("A1234"),)), customer(2, holders=(holder("B5678"),))])

    assert found.groups == ()


def test_a_name_in_another_script_and_order_is_one_person() -> None:
    disguised = owner("Brandt, I\u200blse \u202e")
    assert len(only(graph([customer(1, holders=(owner(),)), customer(2, holders=(disguised,))])).parties) == 2


def test_an_owner_that_is_a_customer_is_tied_to_what_it_owns_not_to_a_namesake() -> None:
    parent = customer(1, identifiers=(Identifier("lei", LEI),))
    mother = Holder("Whatever", Role.OWNER, Kind.COMPANY, identifiers=(Identifier("lei", LEI),), share_bp=5_100)
    child = customer(2, holders=(mother,))
    namesakes = [customer(n, legal_name="Twin Ltd", jurisdiction="IE") for n in (3, 4)]
    of_twin = customer(5, holders=(Holder("Twin Limited", Role.OWNER, Kind.COMPANY, "IE", share_bp=9_000),))

    assert members(graph([parent, child, *namesakes, of_twin])) == [("a1", "a2")]


def test_small_shares_through_own_companies_add_up_to_control() -> None:
    between = [
        customer(n, identifiers=(Identifier("reg:IE", f"10000{n}"),), holders=(owner(percent=100),)) for n in (1, 2, 3)
    ]
    slices = tuple(
        owner(f"c{n}", 9, None, kind=Kind.COMPANY, identifiers=(Identifier("reg:IE", f"10000{n}"),)) for n in (1, 2, 3)
    )
    group = only(graph([*between, customer(4, holders=slices)]))

    assert group.accounts == ("p/a1", "p/a2", "p/a3", "p/a4")


def test_owners_in_a_circle_are_coded_problems_of_the_parties() -> None:
    def number(n: int) -> tuple[Identifier, ...]:
        return (Identifier("reg:IE", f"10000{n}"),)

    def held_by(n: int, share: int) -> Holder:
        return Holder(
            f"Company {n}", Role.OWNER, Kind.COMPANY, identifiers=number(n), share_bp=share, share_max_bp=share
        )

    closed = graph([
        customer(1, identifiers=number(1), holders=(held_by(2, 10_000),)),
        customer(2, identifiers=number(2), holders=(held_by(1, 10_000),)),
    ])  # fmt: skip
    itself = graph([customer(1, identifiers=number(1), holders=(held_by(1, 10_000),))])

    assert {problem.code for each in closed.problems.values() for problem in each} == {"ownership.cycle"}
    assert members(closed) == [("a1", "a2")]
    assert {problem.code for each in itself.problems.values() for problem in each} == {"ownership.cycle"}
    assert itself.groups == ()


def test_a_resellers_card_does_not_join_the_customers_it_names() -> None:
    card = {"payment_instruments": (hashed("7"),)}
    buyers = [customer(n, jurisdiction="IE", **card) for n in range(1, 6)]
    named = tuple(Downstream(f"Company {n}", "IE") for n in range(1, 6))
    seller = customer(9, reseller=True, downstream=named, **card)
    blind = customer(9, reseller=True, **card)

    assert graph([*buyers, seller]).groups == ()
    assert graph([*buyers, seller]).hubs[0].parties == 6
    assert len(only(graph([*buyers, blind])).parties) == 6


def test_a_resellers_card_that_its_own_record_lacks_is_known_by_list_and_payer_together() -> None:
    paid = {"payment_instruments": (hashed("7"),), "payer": "Company 9", "jurisdiction": "IE"}
    buyers = [customer(n, **paid) for n in range(1, 6)]
    named = tuple(Downstream(f"Company {n}", "IE") for n in range(1, 6))
    seller = customer(9, reseller=True, downstream=named)
    drawn = graph([*buyers, seller])

    assert drawn.groups == ()
    assert [(hub.tie, hub.parties) for hub in drawn.hubs] == [(Tie.PAYMENT, 5)], "what is used behind it is shown"


def test_neither_the_payers_name_nor_the_resellers_list_alone_lets_anybody_go() -> None:
    card = {"payment_instruments": (hashed("7"),), "jurisdiction": "IE"}
    named = tuple(Downstream(f"Company {n}", "IE") for n in range(1, 6))
    strangers = customer(9, reseller=True, downstream=tuple(Downstream(f"Company {n}", "IE") for n in range(50, 60)))

    only_named = graph([*(customer(n, **card) for n in range(1, 6)), customer(9, reseller=True, downstream=named)])
    only_payer = graph([*(customer(n, payer="Company 9", **card) for n in range(1, 6)), strangers])
    no_list = graph([*(customer(n, payer="Company 9", **card) for n in range(1, 6)), customer(9, reseller=True)])

    assert [len(only(drawn).parties) for drawn in (only_named, only_payer, no_list)] == [5, 5, 5]


def test_who_pays_like_a_resellers_customers_is_let_go_as_far_as_the_list_has_names_left() -> None:
    paid = {"payment_instruments": (hashed("7"),), "payer": "Company 9", "jurisdiction": "IE"}
    buyers = [customer(n, **paid) for n in range(1, 8)]
    matched = tuple(Downstream(f"Company {n}", "IE") for n in range(1, 6))
    spelt_otherwise = (Downstream("Firma Sechs", "IE"), Downstream("Firma Sieben", "IE"))

    assert graph([*buyers, customer(9, reseller=True, downstream=(*matched, *spelt_otherwise))]).groups == ()
    stays = graph([*buyers, customer(9, reseller=True, downstream=(*matched, spelt_otherwise[0]))])
    assert len(only(stays).parties) == 2


def test_the_weakest_link_is_what_holds_the_halves_together() -> None:
    left = {"phones": (hashed("1"),), "payment_instruments": (hashed("2"),)}
    right = {"phones": (hashed("3"),), "payment_instruments": (hashed("4"),)}
    bridge = {"access_networks": (hashed("5"),)}
    group = only(
        graph(
            [customer(1, **left), customer(2, **left, **bridge), customer(3, **right, **bridge), customer(4, **right)]
        )
    )

    assert group.weakest is not None
    assert len(group.weakest.apart) == 2
    assert [shared.tie for link in group.weakest.links for shared in link.shared] == [Tie.NETWORK]
    assert set(group.weakest.links) <= set(group.links)


def test_a_merger_counts_from_its_day_and_what_was_one_before_counts_throughout() -> None:
    card = {"payment_instruments": (hashed("1"),)}
    before = [customer(1, **card), customer(2, holders=(owner(),), **card)]
    after = customer(3, holders=(owner(since=date(2026, 7, 1)),))
    group = only(graph([*before, after]))

    assert [(each.accounts, each.since, each.until) for each in group.together] == [
        (("p/a1", "p/a2"), None, None),
        (("p/a1", "p/a2", "p/a3"), date(2026, 7, 1), None),
    ]
    assert any(link.since == date(2026, 7, 1) for link in group.links)


def test_who_held_a_company_after_another_had_left_is_not_tied_to_it() -> None:
    first = customer(1, holders=(owner(until=date(2020, 1, 1)),))
    second = customer(2, holders=(owner(since=date(2020, 1, 1)),))

    assert graph([first, second]).groups == ()


def test_several_accounts_of_one_party_are_a_group_without_links() -> None:
    table = record_table([customer(1), customer(2)])
    group = only(control_graph(["P-1", "P-1"], table, attribute_table(table)))

    assert (group.links, group.weakest) == ((), None)
    assert group.together[0].accounts == ("p/a1", "p/a2")


def test_the_order_of_records_and_the_way_to_components_do_not_matter() -> None:
    from splink import DuckDBAPI

    records = [
        customer(n, phones=(hashed(str(n // 3 % 10)),), holders=(owner(f"Name {n % 7}", 30),)) for n in range(40)
    ]
    table = record_table(records)
    parties = [content_id("P", subject) for subject in table["subject"].to_pylist()]
    database = DuckDBAPI()
    by_splink = control_graph(
        parties, table, attribute_table(table), cluster=lambda size, edges: components_by_splink(size, edges, database)
    )

    assert graph(records) == graph(records[::-1]) == by_splink


def test_splink_and_rustworkx_find_the_same_components() -> None:
    from splink import DuckDBAPI

    edges = [(n, (n * 7 + 3) % 500) for n in range(0, 500, 3)]

    assert components(500, edges) == components_by_splink(500, edges, DuckDBAPI())
    assert components(5, []) == components_by_splink(5, [], DuckDBAPI()) == []


def test_records_and_parties_must_agree() -> None:
    table = record_table([customer(1)])

    with pytest.raises(PlimsollError) as caught:
        control_graph([], table, attribute_table(table))
    assert caught.value.code == "control.unequal"


@pytest.mark.parametrize(
    "wrong", [{"share_bp": 0}, {"hub_cap": 1}, {"population": 1}, {"longest_epochs": 1}, {"minor_bp": -1}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(PlimsollError):
        ControlSettings(**wrong)  # type: ignore[arg-type]


def test_two_bearers_of_a_very_common_name_may_share_a_birthday() -> None:
    bearers = [
        customer(n, holders=(owner("Wei Wang", 100, f"19{50 + n % 40}-0{1 + n % 9}-{10 + n % 19}"),)) for n in range(70)
    ]
    twins = [customer(f"t{n}", holders=(owner("Wei Wang", 100, "1991-05-05"),)) for n in (1, 2)]

    assert graph([*bearers, *twins]).groups == ()
    assert len(only(graph(twins)).parties) == 2


def test_no_single_record_makes_a_name_and_birth_date_doubtful_for_others() -> None:
    """Otherwise an evader cuts the ties of his own shells with one invented record."""
    shells = [customer(n, holders=(owner(),)) for n in (1, 2)]
    many_births = [owner(percent=1, born=f"19{50 + n // 12}-{1 + n % 12:02d}-11") for n in range(100)]
    two_numbers = [owner(percent=1, identifiers=(Identifier("tax:XX", number),)) for number in ("A1234", "B5678")]
    both = owner(percent=1, identifiers=(Identifier("tax:XX", "A1234"), Identifier("tax:XX", "B5678")))

    for holders in (many_births, two_numbers, [both]):
        found = graph([*shells, customer("sham", holders=tuple(holders))])
        assert any({"p/a1", "p/a2"} <= set(group.accounts) for group in found.groups)


def test_a_line_with_two_numbers_of_one_kind_joins_no_two_holders() -> None:
    """Otherwise one invented line makes two owners one, and all that they own one group."""

    def company(*numbers: str) -> tuple[Holder, ...]:
        return (
            owner(
                "Any Holding", kind=Kind.COMPANY, born=None, identifiers=tuple(Identifier("reg:XX", n) for n in numbers)
            ),
        )

    records = [customer(n, holders=company("4711" if n < 3 else "8155")) for n in range(1, 5)]

    assert members(graph([*records, customer("sham", holders=company("4711", "8155"))])) == [("a1", "a2"), ("a3", "a4")]


def test_whoever_claims_the_number_of_a_parent_does_not_hide_the_parent() -> None:
    number = (Identifier("lei", LEI),)
    parent = customer("parent", legal_name="Quillon Holding Ltd", identifiers=number)
    child = customer("child", holders=(owner("Quillon Holding", born=None, kind=Kind.COMPANY, identifiers=number),))
    sham = customer("sham", legal_name="Marlow Bakery Ltd", identifiers=number)

    assert members(graph([parent, child, sham])) == [("achild", "aparent")]


def test_an_owner_that_is_a_customer_by_name_only_is_a_hub_when_many_name_it() -> None:
    named = (owner("Northwind Trading", born=None, kind=Kind.COMPANY, country="GB"),)
    owned = [customer(n, holders=named) for n in range(60)]
    found = graph([*owned, customer("bearer", legal_name="Northwind Trading Ltd", jurisdiction="GB")])

    assert found.groups == ()
    assert found.hubs[0].parties == 61


def test_invented_directors_do_not_hide_what_two_share_in_three_hubs() -> None:
    fields = {"phones": (hashed("1"),), "payment_instruments": (hashed("2"),), "access_networks": (hashed("3"),)}
    crowd = [customer(f"{name}{n}", **{name: value}) for name, value in fields.items() for n in range(28)]
    padded = []
    for n in (1, 2):
        decoys = tuple(director(f"Decoy {chr(97 + k)}{n}x", None) for k in range(9))
        padded += [customer(f"s{n}", **fields, holders=decoys), customer(f"z{n}", holders=decoys)]

    assert any({"p/as1", "p/as2"} <= set(group.accounts) for group in graph([*crowd, *padded]).groups)
