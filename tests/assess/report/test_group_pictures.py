"""The pictures of findings about several accounts: readable, bounded, and the same every time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from group_specimens import BEGIN, behind, hours, link, member, split_finding, subject
from page_reader import Outline

from plimsoll.assess.assessment import HourSeries
from plimsoll.assess.party_evidence import SamePartyEvidence, StepEvidence
from plimsoll.assess.report.evidence import evidence_tables
from plimsoll.assess.report.group_graph import MOST_PARTIES, group_graph
from plimsoll.assess.report.hours_chart import HOURS, hours_chart, stretch
from plimsoll.assess.report.load_line import Caption
from plimsoll.assess.report.page import render

CAPTION = Caption("k", "title", "description")


def test_the_page_with_parties_is_well_formed_and_says_what_hides_behind_a_hub() -> None:
    page = render(behind())
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    outline = Outline(page)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "uncovered" in page
    assert "3 accounts of 415 used accelerators without a record" in page


def test_every_tie_is_named_and_the_weakest_is_marked_once() -> None:
    page = render(behind())
    for tie in ("phone", "payment", "owner", "network", "director"):
        assert f">{tie}</text>" in page
    assert page.count('class="tie weakest"') == 1
    assert page.count(">weakest link</text>") == 1


def test_a_party_with_several_accounts_is_one_row() -> None:
    one, other = member(1), member(2)
    twin = type(other)(other.subject, one.party, one.legal_name, other.cap_flop, other.est_flop, 0)
    picture = group_graph(CAPTION, [one, twin], []).html
    assert picture.count("<circle") == 1
    assert subject(1) in picture
    assert subject(2) in picture


def test_a_huge_group_shows_the_weakest_link_and_says_how_many_it_leaves_out() -> None:
    members = [member(number) for number in range(200)]
    links = [link(at, at + 1, "phone", "x", 900, weakest=at == 3) for at in range(199)]
    picture = group_graph(CAPTION, members, links).html
    assert picture.count("<circle") == MOST_PARTIES
    assert f"and {200 - MOST_PARTIES} more parties" in picture
    assert subject(3) in picture
    assert subject(4) in picture
    assert len(picture) < 30_000


def test_the_picture_does_not_depend_on_the_order_of_the_evidence() -> None:
    finding = split_finding()
    members = [item for item in finding.evidence if type(item).__name__ == "MemberEvidence"]
    links = [item for item in finding.evidence if type(item).__name__ == "LinkEvidence"]
    assert group_graph(CAPTION, members, links) == group_graph(CAPTION, members[::-1], links[::-1])


def test_the_strips_show_the_ten_days_with_most_common_moments() -> None:
    accounts = [hours(number) for number in range(3)]
    moments = [BEGIN + timedelta(hours=at) for at in (0, 700, 705, 760)]
    first = stretch(accounts, moments)
    assert sum(first <= moment < first + timedelta(hours=HOURS) for moment in moments) == 3
    assert first.hour == 0


def test_without_moments_the_strips_begin_where_use_begins() -> None:
    idle = HourSeries("a/b", BEGIN, (0,) * 50 + (5,) * 50, "hour")
    assert stretch([idle], []) == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_account_that_was_never_used_and_one_that_reports_by_day_are_drawn() -> None:
    picture = hours_chart(CAPTION, [HourSeries("a/b", BEGIN, (0,) * 9, "hour"), hours(1, grain="day")], []).html
    assert "reported by day" in picture
    assert picture.count('class="area"') == 2


@pytest.mark.parametrize("amount", [-5, 0, 10**40])
def test_no_amount_leaves_the_strip(amount: int) -> None:
    picture = hours_chart(CAPTION, [HourSeries("a/b", BEGIN, (amount, 7), "hour")] * 2, []).html
    heights = [
        int(step.split("H")[0]) for step in picture.split('d="M0 ')[1].split('"')[0].split("V")[1:] if "H" in step
    ]
    assert all(4 <= height <= 96 for height in heights)


def test_a_party_without_use_that_joins_two_others_is_drawn() -> None:
    finding = split_finding(2, links=(link(0, 77, "phone", "x", 900, weakest=True), link(1, 77, "payment", "y", 950)))
    members = [item for item in finding.evidence if type(item).__name__ == "MemberEvidence"]
    links = [item for item in finding.evidence if type(item).__name__ == "LinkEvidence"]
    picture = group_graph(CAPTION, members, links).html
    assert picture.count("<circle") == 3
    assert f"P-{77:016x}, no use in these days" in picture
    assert picture.count('class="tie') == 2


def test_the_weakest_link_between_the_records_of_one_person_is_laid_out_with_what_agrees() -> None:
    steps = (StepEvidence("name", "the same", "Halden <AG>", "", 900),)
    linked = SamePartyEvidence("P-1", "p/a", "q/a", 2_450, steps, None)
    decided = SamePartyEvidence("P-1", "p/a", "q/b", None, (), "D-1")
    page = str(evidence_tables([linked, decided]))

    for words in ("name: the same (<bdi>Halden &lt;AG&gt;</bdi>, <bdi>–</bdi>)", "24.5 bits", "officer", "D-1"):
        assert words in page, words
