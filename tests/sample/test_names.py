"""Invented names."""

import re

from plimsoll.kernel.ids import parse_id
from plimsoll.sample.names import FORMS, Namer


def test_twenty_thousand_parties_have_names_and_ids_of_their_own() -> None:
    namer = Namer(7)

    names = [namer.name(number, "company") for number in range(20_000)]

    assert len({name.legal for name in names}) == 20_000
    assert len({name.slug for name in names}) == 20_000
    assert all(parse_id(name.slug) for name in names[:500])


def test_a_legal_name_ends_with_the_form_of_its_jurisdiction() -> None:
    name = Namer(7).name(3, "lab")

    assert name.legal.endswith(FORMS[name.jurisdiction])
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z].*", name.legal)


def test_another_seed_gives_other_names() -> None:
    first, second = Namer(1), Namer(2)

    assert [first.name(n, "research") for n in range(5)] != [second.name(n, "research") for n in range(5)]
