"""What is taken out of a record, and what is said about it."""

from dataclasses import replace
from datetime import date

import pytest

from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.keyed_hash import is_keyed, keyed
from plimsoll.parties.kyc import Address, CustomerRecord, Holder, Identifier, Kind, Role
from plimsoll.parties.vetting import Vetting

_BARE = CustomerRecord("nimbus", "a", "Quillon Data Ltd")


def _codes(record: CustomerRecord) -> list[str]:
    return [each.code for each in Vetting(None).vet(record)[1]]


def test_a_good_record_stays_as_it_is() -> None:
    vetting = Vetting(None)

    assert vetting.vet(EXAMPLE) == (EXAMPLE, [])
    assert (vetting.counted.nothing, vetting.counted.hashed) == (0, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"legal_name": ""}, "name.missing"),
        ({"legal_name": "N/A"}, "name.missing"),
        ({"legal_name": "☆☆☆☆☆ Ltd"}, "name.says_nothing"),
        ({"legal_name": "Quil\u200blon Data Ltd"}, "name.disguised"),
        ({"legal_name": "Quillon D\u0430ta Ltd"}, "name.disguised"),
        ({"opened": date(2026, 2, 1), "closed": date(2026, 1, 1)}, "account.closed_before_opened"),
        ({"opened": date(2020, 1, 1), "incorporated": date(2021, 1, 1)}, "account.opened_before_founding"),
        ({"opened": date(2027, 1, 1), "filed_on": date(2026, 1, 1)}, "date.in_future"),
        ({"identifiers": (Identifier("lei", "7ZW8QJWVPR4P1J1KQY46"),)}, "lei.check_digit"),
        ({"jurisdiction": "Atlantis"}, "country.unknown"),
        ({"emails": ("not an address",)}, "email.unreadable"),
        ({"phones": ("12",)}, "phone.unreadable"),
        ({"payment_instruments": ("**** **** **** 4242",)}, "payment.unreadable"),
        ({"payment_instruments": ("4111 1111 1111 1111",)}, "payment.unreadable"),
        ({"access_networks": ("192.168.1.1",)}, "network.unreadable"),
        ({"access_networks": ("8.0.0.0/4",)}, "network.unreadable"),
        ({"access_networks": ("8.0.0.0/15",)}, "network.unreadable"),
        ({"holders": (Holder("A B", Role.OWNER, since=date(2020, 1, 1), until=date(2019, 1, 1)),)}, "holder.backwards"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], code: str) -> None:
    assert _codes(replace(_BARE, **change)) == [code]  # type: ignore[arg-type]


def test_owners_of_more_than_the_whole_at_one_time_contradict_each_other() -> None:
    sixty = {"share_bp": 6_000, "share_max_bp": 6_000}
    first, second = Holder("A B", Role.OWNER, **sixty), Holder("C D", Role.OWNER, **sixty)
    sold = replace(first, until=date(2024, 1, 1)), replace(second, since=date(2024, 1, 1))

    assert _codes(replace(_BARE, holders=(first, second))) == ["share.more_than_whole"]
    assert _codes(replace(_BARE, holders=sold)) == []
    assert _codes(replace(_BARE, holders=(first, replace(second, role=Role.VOTER)))) == []


def test_what_stands_for_nothing_is_left_out_and_counted() -> None:
    vetting = Vetting(None)
    empty = replace(
        _BARE,
        aliases=("N/A",),
        phones=("unknown", "000000"),
        payment_instruments=("-",),
        emails=("none",),
        identifiers=(Identifier("lei", "N/A"),),
        holders=(Holder("Unknown", Role.OWNER),),
        payer="n/a",
    )

    vetted, problems = vetting.vet(empty)

    assert (vetted, problems) == (_BARE, [])
    assert vetting.counted.nothing == 8


def test_plain_values_are_hashed_in_one_spelling_with_the_key_that_is_given() -> None:
    one = replace(
        _BARE, jurisdiction="GB", phones=("020 7946 0958",), payment_instruments=("de89 3704 0044 0532 0130 00",)
    )
    two = replace(
        _BARE, jurisdiction="US", phones=("+44 20 7946-0958",), payment_instruments=("DE89370400440532013000",)
    )

    hashed = [Vetting(bytes(32)).vet(each)[0] for each in (one, two)]

    assert hashed[0].phones == hashed[1].phones
    assert hashed[0].payment_instruments == hashed[1].payment_instruments
    assert is_keyed(hashed[0].phones[0])
    assert hashed[0].phones != Vetting(None).vet(one)[0].phones


def test_a_network_no_wider_than_a_16_is_kept() -> None:
    assert _codes(replace(_BARE, access_networks=("8.8.0.0/16", "2a00::/12"))) == []


def test_wallets_keep_their_case_and_ipv6_addresses_stand_for_their_network() -> None:
    def hashed(**change: tuple[str, ...]) -> CustomerRecord:
        return Vetting(None).vet(replace(_BARE, **change))[0]  # type: ignore[arg-type]

    upper, lower = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1BoatSLRHtKNngkdXEeobR76b53LETtpyt"
    assert hashed(payment_instruments=(upper,)) != hashed(payment_instruments=(lower,))
    assert hashed(access_networks=("2a00:1450:4001:82a::200e",)) == hashed(access_networks=("2a00:1450:4001:82a::/64",))


def test_countries_are_brought_to_their_codes() -> None:
    filed = replace(
        _BARE, jurisdiction="United Kingdom", addresses=(Address("1 Main Street", "Bonn", "53111", "Deutschland"),)
    )

    vetted, _ = Vetting(None).vet(filed)

    assert vetted.jurisdiction == "GB"
    assert vetted.addresses[0].country == "DE"


def test_a_company_holder_with_a_wrong_number_keeps_its_name_and_loses_the_number() -> None:
    holder = Holder("Pell BV", Role.OWNER, Kind.COMPANY, identifiers=(Identifier("lei", "7ZW8QJWVPR4P1J1KQY46"),))

    vetted, problems = Vetting(None).vet(replace(_BARE, holders=(holder,)))

    assert vetted.holders == (replace(holder, identifiers=()),)
    assert [each.code for each in problems] == ["lei.check_digit"]


@pytest.mark.parametrize("word", ["PENDING", "APPLIED FOR", "NOT REGISTERED", "EXEMPT", "XXXX1"])
def test_a_word_where_a_number_is_due_is_no_number(word: str) -> None:
    """Whoever writes the same word is not the same company, nor the same owner."""
    holder = Holder("A B", Role.OWNER, identifiers=(Identifier("reg:US", word),))
    vetted, problems = Vetting(None).vet(replace(_BARE, holders=(holder,), identifiers=holder.identifiers))

    assert (vetted.identifiers, vetted.holders[0].identifiers) == ((), ())
    assert {each.code for each in problems} <= {"register.unreadable"}


@pytest.mark.parametrize("word", ["INVOICE", "Bank transfer", "CREDITCARD", "Pending"])
def test_how_somebody_pays_is_no_payment_instrument(word: str) -> None:
    assert _codes(replace(_BARE, payment_instruments=(word,))) == ["payment.unreadable"]


def test_the_hash_of_what_stands_for_nothing_stands_for_nothing() -> None:
    key = b"k" * 32
    empty = (*(keyed(key, "phone", word) for word in ("", "N/A", "unknown")), "hk1:" + "0" * 32)
    kept = keyed(key, "phone", "+442079460001")
    vetting = Vetting(key)
    vetted, problems = vetting.vet(replace(_BARE, phones=(*empty, kept)))

    assert (vetted.phones, problems, vetting.counted.nothing) == ((kept,), [], 4)


def test_a_holder_of_the_future_holds_since_always() -> None:
    """Otherwise a day in the far future takes an owner out of every group."""
    record = replace(_BARE, filed_on=date(2026, 4, 1), holders=(Holder("A B", Role.OWNER, since=date(2199, 1, 1)),))
    vetted, problems = Vetting(None).vet(record)

    assert vetted.holders[0].since is None
    assert [each.code for each in problems] == ["date.in_future"]
