"""Which lines of holders are looked at."""

from plimsoll.parties.holder_lines import Line, telling_lines
from plimsoll.parties.kyc import CustomerRecord, Holder, Identifier, Kind, Role
from plimsoll.parties.records import record_table


def _customer(account: str, *holders: Holder) -> CustomerRecord:
    return CustomerRecord("nimbus", account, f"Customer {account}", holders=holders)


def _nobody(_line: Line) -> None:
    return None


ANNA = Holder("Anna Müller", Role.OWNER, born="1970-05-01")
BELA = Holder("Bela Kovarik", Role.DIRECTOR)


def test_a_person_whom_one_party_names_alone_is_left_out() -> None:
    table = record_table([_customer("1", ANNA, BELA), _customer("2", BELA), _customer("3", BELA)])

    assert [line.bare_name for line in telling_lines(table, [0, 1, 2], _nobody)] == ["bela kovarik"] * 3
    assert telling_lines(table, [0, 0, 0], _nobody) == []


def test_companies_and_whoever_has_a_number_stay_with_all_of_their_name() -> None:
    numbered = Holder("ANNA MULLER", Role.DIRECTOR, identifiers=(Identifier("tax:DE", "36574261809"),))
    company = Holder("Lumen BV", Role.OWNER, kind=Kind.COMPANY)
    table = record_table([_customer("1", ANNA, company), _customer("2", BELA), _customer("3", numbered)])

    found = telling_lines(table, [0, 1, 0], _nobody)

    assert [(line.record, line.bare_name) for line in found] == [(0, "anna muller"), (0, "lumen"), (2, "anna muller")]


def test_the_holders_of_a_customer_that_holds_others_stay() -> None:
    above = Holder("Customer 1", Role.OWNER, kind=Kind.COMPANY)
    table = record_table([_customer("1", ANNA), _customer("2", above, BELA)])

    found = telling_lines(table, [0, 1], lambda line: (0, None) if line.name == "Customer 1" else None)

    assert [line.name for line in found] == ["Anna Müller", "Customer 1"]


def test_no_holder_is_no_line() -> None:
    assert telling_lines(record_table([_customer("1")]), [0], _nobody) == []
    assert telling_lines(record_table([]), [], _nobody) == []
