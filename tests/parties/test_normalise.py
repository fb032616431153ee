"""One spelling for many, and nothing for what says nothing."""

import pytest

from plimsoll.parties.normalise import (
    address_key,
    email_domain,
    is_placeholder,
    mailbox,
    name_key,
    name_tokens,
    person_key,
    phone_key,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller & Söhne GmbH", "muller sohne"),
        ("MULLER AND SOHNE", "muller sohne"),
        ("Acme Sp. z o.o.", "acme"),
        ("S.A.R.L. Dupont", "dupont"),
        ("A & B Co., Ltd.", "a b"),
        ("ООО Ромашка", "romashka"),
        ("株式会社ソニア", "sonia"),
        ("Ａｃｍｅ Ltd", "acme"),
        ("\u202eAcme\u202c Ltd", "acme"),
        ("A\u200bc\u200dme\ufeff Ltd", "acme"),
        ("\u0410cm\u0435 Ltd", "acme"),
        ("Ac\u0301\u0327me Ltd", "acme"),
        ("شركة النور", "lnwr"),
    ],
)
def test_one_company_has_one_key_however_it_is_written(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    "name", ["", " ", "★★★", "⭐", "...", "N/A", "Ltd", "The Company Limited", "\u202e\u200b", "不明", "Unknown GmbH"]
)
def test_a_name_that_says_nothing_has_no_key(name: str) -> None:
    assert name_key(name) == ""


def test_the_key_of_any_text_is_ascii_and_keeps_when_keyed_again() -> None:
    for text in (
        "Zürich Œuvre ﬁn Ltd",
        "مرحبا بالعالم",
        "ＦＵＬＬ　ＷＩＤＴＨ",
        "İstanbul A.Ş.",
        "a" * 5_000,
        "\ud800broken",
    ):
        assert name_key(text).isascii()
        assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "N/A", "n.a.", "N / A", "none", "NULL", "-", "--", "", "?", "unknown", "Ünknown", "000000", "0-0", "1111111",
        "1234567890", "987654321", "xxx", "TEST", "t.b.d.", "Ｎ／Ａ", "\u200bunknown\u200b", "неизвестно", "없음",
    ],
)  # fmt: skip
def test_what_stands_for_nothing_is_known_in_many_spellings(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["3M", "7", "AA", "Testa SpA", "Nana", "Zero Zero Seven", "10010", "Anonim Sirketi"])
def test_what_says_something_is_kept(text: str) -> None:
    assert not is_placeholder(text)


def test_a_person_is_one_whatever_the_order_and_title() -> None:
    assert (
        person_key("Dr. Anna Müller", "1970-03-01")
        == person_key("MÜLLER, Anna", "1970-03-01")
        == "anna muller|1970-03-01"
    )
    assert person_key("Anna Müller") != person_key("Anna Müller", "1970-03-01")
    assert person_key("N/A", "1970-03-01") == ""


def test_a_title_is_dropped_only_where_two_words_remain_because_some_are_names() -> None:
    assert len({person_key(f"Jack {name}") for name in ("Ma", "Ba", "Ing", "Lord")}) == 4
    assert person_key("Dr Ma") != person_key("Dr Ba")
    assert person_key("Dr. Jack Berenfeld, MBA") == person_key("Jack Berenfeld")


def test_a_place_is_one_whatever_the_order_and_abbreviation() -> None:
    one = address_key("Hauptstraße 12", "Berlin", "10115", "DE")

    assert one == address_key("12 Hauptstr.", "BERLIN", "10115", "DE") == "de|10115|12 haupt str"
    assert address_key("12 Main Street", "Ely", None, "GB") == address_key("12, Main St", "Ely", "N/A", "GB")
    assert address_key(None, "Berlin", "10115", "DE") == ""
    assert address_key("N/A", "Berlin", "10115", "DE") == ""
    assert address_key("12", "Berlin", "10115", "DE") == ""


def test_telephones_are_brought_to_their_international_form() -> None:
    assert {
        phone_key(text, "44")
        for text in ("+44 (0)20 7946 0958", "0044 20 79460958", "020 7946 0958", "tel:+442079460958")
    } == {"+442079460958"}
    assert phone_key("٠٢٠٧٩٤٦٠٩٥٨", "44") == "+442079460958"
    assert [phone_key(text) for text in ("N/A", "000000", "123", "+44 0000000", "1" * 30)] == [""] * 5


def test_mail_tells_its_domain_only_where_the_domain_tells_its_owner() -> None:
    assert email_domain("Anna@Muller.EXAMPLE") == "muller.example"
    assert email_domain("anna@gmail.com") is None
    assert (mailbox("anna@qq.com"), mailbox("unknown@qq.com")) == ("anna@qq.com", "")
    assert mailbox("a.n.n.a+cloud@googlemail.com") == mailbox("anna@gmail.com")
    assert [
        mailbox(text) for text in ("", "N/A", "no at sign", "a@b", "x@example.com", "@muller.example", "a@test.com")
    ] == [""] * 7
    assert mailbox("info@münchen.example") == "info@xn--mnchen-3ya.example"


def test_tokens_keep_the_order_of_the_name() -> None:
    assert name_tokens("Blue Harbour Compute Holdings Ltd") == ("blue", "harbour", "compute")


def test_marks_that_are_sounds_tell_two_names_apart_and_accents_do_not() -> None:
    for one, other in (("ダイキン", "タイキン"), ("กิน", "กัน"), ("राम", "रूम")):
        assert name_key(one) != name_key(other)
        assert name_key(one).isascii()
    assert name_key("A\u0e34c\u3099me\u0301") == name_key("Acme")
    assert name_key("\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd") == name_key("\u05e9\u05dc\u05d5\u05dd")
    assert name_key("ﾀﾞｲｷﾝ") == name_key("ダイキン")
