"""Which records are one legal person: what joins, what never does, and that a new filing changes nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from company_cases import ADDRESS, BARE, BASE, LEI_ONE, LEI_TWO, engine, of, parties, resolved

from plimsoll.compute.engine import connect
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id
from plimsoll.parties.kyc import Address, CustomerRecord, Holder, Identifier, Kind, Role
from plimsoll.parties.records import record_table
from plimsoll.parties.resolution import features
from plimsoll.parties.resolution.decisions import decide
from plimsoll.parties.resolution.resolve import resolve

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def _decided(one: str, other: str, *, same: bool):
    return decide(f"north/{one}", f"north/{other}", same=same, by="A. Officer", because="seen the deed", at=NOW)


def test_a_party_is_named_after_its_smallest_account() -> None:
    found = resolved([of("2"), of("1")])

    assert found.party_of == (content_id("P", "north/1"),) * 2


@pytest.mark.parametrize(
    "changed",
    [
        {"identifiers": ()},
        {"legal_name": "BELAMIRE  ROBOTICS G.m.b.H."},
        {"legal_name": "Belamrie Robotics"},
        {"legal_name": "Robotics Belamire"},
        {"addresses": (Address("3 Vine Road", "Holford", "20095", "DE"),)},
        {"emails": ("belamire77@gmail.com",)},
        {"identifiers": (), "emails": (), "phones": ("N/A",)},
        {"legal_name": "Беламире Роботикс", "aliases": ("Belamire Robotics",)},
        {"identifiers": (), "holders": (Holder("VASKERI, Ilona", Role.OWNER, born="1970-02-03"),), "emails": ()},
    ],
    ids="+".join,
)
def test_dirt_does_not_hide_who_it_is(changed: dict[str, object]) -> None:
    assert parties(BASE, of("2", **changed)) == 1


def test_a_name_alone_joins_nobody_however_rare_it_is() -> None:
    bare = CustomerRecord("north", "1", "Quisanolt Xenographics")

    assert parties(bare, of("2", bare)) == 2


def test_two_companies_of_one_name_at_one_address_stay_apart() -> None:
    assert parties(BARE, of("2", BARE)) == 2


def test_they_stay_apart_behind_one_agent_too() -> None:
    agent = {"phones": ("hk1:" + "a" * 32,)}
    first = of("1", BARE, **agent, holders=(Holder("Ana Kimo", Role.OWNER, born="1980-01-01"),))
    second = of("2", BARE, **agent, holders=(Holder("Samo Silvo", Role.OWNER, born="1961-05-05"),))

    assert parties(first, second) == 2


def test_shared_things_without_a_name_make_no_identity() -> None:
    assert parties(BASE, of("2", legal_name="Corharune Ceramics AG", identifiers=(), incorporated=None)) == 2


def test_what_says_nothing_joins_nobody() -> None:
    empty = {
        "emails": ("N/A",),
        "phones": ("unknown",),
        "payment_instruments": ("-",),
        "identifiers": (Identifier("reg:DE", "N/A"),),
    }

    assert parties(of("1", BARE, **empty), of("2", BARE, **empty)) == 2


@pytest.mark.parametrize("name", ["", " ", "\u202e", "\u0301", "N/A", "🙂", "مجموعة", "a" * 5_000])
def test_odd_names_are_resolved_without_an_error(name: str) -> None:
    assert parties(of("1", BARE, legal_name=name), of("2", BARE, legal_name=name)) == 2


def test_two_valid_numbers_of_one_register_never_meet() -> None:
    assert parties(BASE, of("2", identifiers=(Identifier("reg:DE", "HRB999999"),))) == 2
    assert (
        parties(of("1", identifiers=(Identifier("lei", LEI_ONE),)), of("2", identifiers=(Identifier("lei", LEI_TWO),)))
        == 2
    )


def test_nor_through_a_chain() -> None:
    found = resolved([BASE, of("2", identifiers=()), of("3", identifiers=(Identifier("reg:DE", "HRB999999"),))])

    assert len(set(found.party_of)) == 2
    assert found.party_of[0] != found.party_of[2]
    assert [why for _, why in found.cut] == ["numbers"] * len(found.cut) != []


def test_nor_through_a_record_that_claims_both() -> None:
    other = Identifier("reg:DE", "HRB999999")
    both = of("2", identifiers=(*BASE.identifiers, other))
    found = resolved([BASE, both, of("3", identifiers=(other,))])

    assert found.party_of[0] != found.party_of[2]


def test_a_number_with_a_wrong_check_digit_links_nobody() -> None:
    wrong = (Identifier("lei", LEI_ONE[:-1] + str((int(LEI_ONE[-1]) + 1) % 10)),)

    assert parties(of("1", BARE, identifiers=wrong), of("2", BARE, identifiers=wrong)) == 2


def test_a_mass_of_equal_names_joins_nobody_and_stays_cheap() -> None:
    mass = [of(f"{number}", BARE) for number in range(1_500)]
    found = resolved(mass)

    assert len(set(found.party_of)) == 1_500
    assert found.compared < 10 * 1_500


def test_a_party_with_hundreds_of_accounts_is_found_whole() -> None:
    assert parties(*(of(f"{number}") for number in range(300))) == 1


def test_a_person_is_no_company_of_the_same_name() -> None:
    person = CustomerRecord("north", "1", "Ilona Vaskeri", Kind.PERSON, emails=("ilona@vaskeri.test",))

    assert parties(person, of("2", person, legal_name="Vaskeri, Ilona")) == 1
    assert parties(person, of("2", person, emails=("other@vaskeri.example.net",))) == 2


def test_the_order_of_rows_and_threads_change_nothing() -> None:
    records = _several(60)
    expected = resolved(records)
    Random(3).shuffle(records)
    again = resolve(record_table(records), connect(threads=1))

    assert (again.party_of, again.links, again.cut) == (expected.party_of, expected.links, expected.cut)


@pytest.mark.parametrize("seed", range(4))
def test_a_new_filing_gives_what_starting_over_would(seed: int) -> None:
    random = Random(seed)
    records = _several(120)
    first = random.sample(records, 70)
    # Some accounts file again, changed; some are gone from the second filing.
    second = [record for record in records if record in first or random.random() < 0.8]
    second = [
        of(record.account, record, legal_name=record.legal_name.upper() + " Labs", phones=())
        if random.random() < 0.2
        else record
        for record in random.sample(second, len(second) - 10)
    ]
    known = resolved(first).known
    step = resolve(record_table(second), engine(), known=known)
    whole = resolved(second)

    assert (step.party_of, step.links, step.cut) == (whole.party_of, whole.links, whole.cut)
    assert step.gammas.tolist() == whole.gammas.tolist()
    assert step.known.compared.tolist() == whole.known.compared.tolist()
    assert step.compared < whole.compared


def test_nothing_new_compares_nothing() -> None:
    records = record_table(_several(40))
    known = resolve(records, engine()).known

    assert resolve(records, engine(), known=known).compared == 0


def test_only_new_and_changed_records_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    records = _several(60)
    gone, renamed, moved, unowned, untouched, *new = (record.account for record in records[:7])
    first = [record for record in records if record.account not in new]
    places = (replace(ADDRESS, postcode=None), Address("3 Vine Road", None, "20095", "DE"))
    changed = {
        renamed: {"legal_name": "Corharune Ceramics"},
        moved: {"addresses": places},
        unowned: {"holders": ()},
        untouched: {"reseller": True},
    }
    second = [
        of(record.account, record, **changed.get(record.account, {})) for record in records if record.account != gone
    ]
    known = resolved(first).known
    whole = resolved(second)
    read: list[str] = []
    real = features.compare
    monkeypatch.setattr(
        features, "compare", lambda batch, model: (read.extend(batch["legal_name"].to_pylist()), real(batch, model))[1]
    )

    step = resolve(record_table(second), engine(), known=known)

    names = {record.account: record.legal_name for record in second}
    assert sorted(read) == sorted(names[account] for account in (renamed, moved, unowned, *new))
    assert step.known.features.equals(whole.known.features)
    assert (step.party_of, step.links, step.cut) == (whole.party_of, whole.links, whole.cut)

    read.clear()
    assert resolve(record_table(second), engine(), known=step.known).party_of == whole.party_of
    assert read == []


def test_all_are_read_again_where_reading_is_another() -> None:
    records = record_table(_several(10))
    known = replace(resolve(records, engine()).known, reading="sha256:" + "0" * 64)
    wrong = replace(known, features=known.features.set_column(1, "name", known.features.column("core")))

    assert resolve(records, engine(), known=wrong).known.features.equals(known.features)


def test_no_record_at_all_is_no_party() -> None:
    assert resolved([]).party_of == ()


def test_an_officer_wins_over_the_model_until_revoked() -> None:
    apart = _decided("1", "2", same=False)
    joined = _decided("1", "2", same=True)
    stranger = of("2", legal_name="Corharune Ceramics", identifiers=(Identifier("reg:DE", "HRB999999"),))

    assert parties(BASE, of("2")) == 1
    assert parties(BASE, of("2"), decisions=[apart]) == 2
    assert parties(BASE, stranger) == 2
    assert parties(BASE, stranger, decisions=[joined]) == 1


def test_different_holds_through_a_chain_of_others() -> None:
    found = resolved([BASE, of("2"), of("3")], [_decided("1", "3", same=False)])

    assert found.party_of[0] != found.party_of[2]
    assert len(set(found.party_of)) == 2


def test_what_an_officer_joined_takes_in_no_third_number() -> None:
    second = of("2", identifiers=(Identifier("reg:DE", "HRB999999"),))
    third = of("3", identifiers=(Identifier("reg:DE", "HRB777777"),))
    found = resolved([BASE, second, third], [_decided("1", "2", same=True)])

    assert found.party_of[0] == found.party_of[1] != found.party_of[2]


def test_a_decision_about_an_account_without_a_record_waits() -> None:
    assert parties(BASE, of("2"), decisions=[_decided("1", "99", same=True)]) == 1


def test_contradicting_decisions_are_refused() -> None:
    chain = [_decided("1", "2", same=True), _decided("2", "3", same=True), _decided("1", "3", same=False)]
    with pytest.raises(PlimsollError) as refused:
        parties(BASE, of("2"), of("3"), decisions=chain)

    assert refused.value.code == "decision.contradicts"


def test_an_address_joins_only_with_more() -> None:
    same_day = {"incorporated": date(2020, 5, 4)}

    assert parties(of("1", BARE, **same_day), of("2", BARE, **same_day)) == 1
    assert parties(of("1", BARE, addresses=(ADDRESS,)), of("2", BARE, incorporated=date(2020, 5, 4))) == 2


def _several(count: int) -> list[CustomerRecord]:
    """Companies of one to three records, some with a wrong letter, some sharing an agent."""
    random, found = Random(7), []
    while len(found) < count:
        number = len(found)
        name = "".join(random.choice(("bel", "cor", "dra", "fen", "gal", "mor")) for _ in range(4)).title()
        base = of(
            f"{number}",
            legal_name=f"{name} Robotics",
            identifiers=(Identifier("reg:DE", f"HRB{random.randint(100_000, 999_999)}"),),
            incorporated=date(2000 + random.randint(0, 20), random.randint(1, 12), random.randint(1, 28)),
            emails=(f"office@{name.lower()}.test",),
            phones=(f"hk1:{random.randint(0, 9) if random.random() < 0.5 else number:032x}",),
            payment_instruments=(f"hk1:{number:032x}",),
            holders=(Holder(f"Ana {name}", Role.OWNER, born=f"19{random.randint(50, 99)}-02-03"),),
        )
        found.append(base)
        for more in range(random.choice((0, 1, 1, 2))):
            worse = {"legal_name": base.legal_name.replace("o", "oo", 1), "identifiers": ()}
            found.append(of(f"{number}-{more}", base, **(worse if random.random() < 0.5 else {})))
    return found
