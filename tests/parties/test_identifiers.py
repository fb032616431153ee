"""Official numbers: one spelling, and nothing wrong may link."""

import pytest

from plimsoll.parties.identifiers import REGISTERS, TAXES, checked
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Identifier


@pytest.mark.parametrize(
    ("scheme", "value", "kept"),
    [
        ("lei", "7ZW8QJWVPR4P1J1KQY45", Identifier("lei", "7ZW8QJWVPR4P1J1KQY45")),
        ("LEI", "7zw8 qjwv pr4p 1j1k qy45", Identifier("lei", "7ZW8QJWVPR4P1J1KQY45")),
        ("reg:gb", "445790", Identifier("reg:GB", "00445790")),
        ("reg:UK", "SC 123456", Identifier("reg:GB", "SC123456")),
        ("reg:FR", "732 829 320", Identifier("reg:FR", "732829320")),
        ("tax:DE", "DE 136 695 976", Identifier("tax:DE", "136695976")),
        ("tax:DE", "136695976", Identifier("tax:DE", "136695976")),
        ("reg:DE", "Amtsgericht München HRB 12345", Identifier("reg:DE", "AMTSGERICHTMUNCHENHRB12345")),
        ("reg:XX", "ab-12", Identifier("reg:XX", "AB12")),
    ],
)
def test_a_number_is_kept_in_its_compact_form(scheme: str, value: str, kept: Identifier) -> None:
    assert checked(scheme, value) == kept


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("lei", "7ZW8QJWVPR4P1J1KQY46", "lei.check_digit"),
        ("lei", "123", "lei.unreadable"),
        ("reg:FR", "732829321", "register.check_digit"),
        ("tax:DE", "136695977", "tax.check_digit"),
        ("reg:GB", "8812345671", "register.unreadable"),
        ("reg:GB", "00000000", None),
        ("passport", "X123", "identifier.unknown_scheme"),
        ("reg:FR", "N/A", None),
        ("lei", "0000000000", None),
    ],
)
def test_a_wrong_number_is_a_problem_and_an_empty_one_is_nothing(scheme: str, value: str, code: str | None) -> None:
    answer = checked(scheme, value)

    assert (answer.code if isinstance(answer, KycProblem) else answer) == code


def test_every_country_that_is_named_can_be_checked() -> None:
    for kind, table in (("reg", REGISTERS), ("tax", TAXES)):
        for country in table:
            answer = checked(f"{kind}:{country}", "17Q")
            assert isinstance(answer, KycProblem), f"{kind}:{country} takes anything"
