"""Customer records: one for every account, in the form that the filing room reads, and as dirty as real ones."""

from collections import Counter
from pathlib import Path

import pytest

from plimsoll.parties.filing.read import read_filings
from plimsoll.parties.keyed_hash import is_keyed
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.sample.jurisdiction import Sample
from plimsoll.sample.kyc_files import KYC, Records
from plimsoll.sample.plan import Plan, Request, make_plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(Request(seed=2005, customers=1500, days=60))


@pytest.fixture(scope="module")
def records(plan: Plan) -> list[CustomerRecord]:
    made = Records(plan)
    return [record for provider in plan.providers for record in made.of(provider.id)]


def test_every_account_has_one_record_that_can_be_read(sample: Sample, folder: Path) -> None:
    delivery = read_filings([folder / KYC])

    assert delivery.records.num_rows == sample.accounts == sum(count for _, count in sample.truth.kyc)
    assert delivery.rejections == ()
    assert all(file.rejected == 0 for file in delivery.files)


def test_only_a_few_numbers_are_wrong(sample: Sample, folder: Path) -> None:
    delivery = read_filings([folder / KYC])

    codes = Counter(problem.code for found in delivery.problems.values() for problem in found)
    assert sum(codes.values()) < sample.accounts // 10


def test_what_must_not_be_read_is_hashed_or_says_nothing(records: list[CustomerRecord]) -> None:
    values = [v for r in records for v in (*r.phones, *r.payment_instruments, *r.access_networks)]

    assert sum(is_keyed(value) for value in values) > 0.95 * len(values)
    assert {value for value in values if not is_keyed(value)} <= {
        "N/A", "n/a", "none", "-", "unknown", "TBA", "not provided",
    }  # fmt: skip


def test_the_dirt_is_all_there(plan: Plan, records: list[CustomerRecord]) -> None:
    names = {party.id: party.legal_name for party in plan.roster.parties}
    written = [(names[str(record.customer_ref)], record) for record in records]

    assert 0.5 < sum(name == record.legal_name for name, record in written) / len(records) < 0.8
    assert any(record.legal_name == name.upper() for name, record in written)
    assert any(not record.legal_name.isascii() and name in record.aliases for name, record in written)
    assert any(record.legal_name.endswith(("Limited", "Incorporated", "Aktiebolag")) for record in records)
    assert any("," in holder.name for record in records for holder in record.holders)
    assert any(holder.born is None for record in records for holder in record.holders)
    assert any(len(record.addresses) == 2 for record in records)
    assert any("gmail.com" in email for record in records for email in record.emails)
    for field in ("identifiers", "addresses", "emails", "phones", "payment_instruments", "access_networks", "holders"):
        missing = sum(not getattr(record, field) for record in records) / len(records)
        assert 0.01 < missing < 0.35, field


def test_crowds_share_some_things_and_handfuls_others(records: list[CustomerRecord]) -> None:
    phones = Counter(phone for record in records for phone in record.phones if is_keyed(phone))
    persons = Counter((h.name, h.born) for record in records for h in record.holders if h.born)

    assert max(phones.values()) > 60
    assert any(2 < count < 20 for count in phones.values())
    assert sum(count == 1 for count in phones.values()) > 0.6 * len(records) * 0.7
    assert max(persons.values()) > 30


def test_shares_add_up_to_no_more_than_all(records: list[CustomerRecord]) -> None:
    assert all(sum(holder.share_bp or 0 for holder in record.holders) <= 10_000 for record in records)


def test_more_gaps_leave_less(plan: Plan) -> None:
    few = Records(plan)
    many = Records(make_plan(Request(seed=2005, customers=1500, days=60, kyc_gaps=600)))

    def filled(made: Records) -> int:
        return sum(bool(r.phones) + bool(r.holders) + bool(r.identifiers) for r in made.of("orelane"))

    assert filled(many) < filled(few) * 2 // 3
