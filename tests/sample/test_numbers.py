"""Official numbers of invented companies: what python-stdnum calls valid, and what our own reading calls right."""

import pytest
from stdnum import lei as stdnum_lei

from plimsoll.parties.identifiers import checked
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.names import FORMS
from plimsoll.sample.numbers import lei, numbers_of


def test_every_lei_has_its_check_digits() -> None:
    draw = Draw(key_of(7, "lei"))

    found = [lei(draw) for _ in range(300)]

    assert all(stdnum_lei.is_valid(number) and len(number) == 20 for number in found)
    assert len(set(found)) == 300


@pytest.mark.parametrize("country", sorted(FORMS))
def test_every_country_has_numbers_that_our_reading_takes_as_they_are(country: str) -> None:
    draw = Draw(key_of(7, country))

    for _ in range(60):
        numbers = numbers_of(draw, country)
        assert numbers
        assert [checked(number.scheme, number.value) for number in numbers] == list(numbers)
