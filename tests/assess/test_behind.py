"""Who is behind the usage, on the engine: groups, unknown accounts, contradictions and hubs, by small sums by hand."""

from datetime import timedelta

import pytest
from party_cases import (
    BOUND,
    DAY_ONE,
    UNIT,
    behind,
    daily_table,
    declaration,
    group_of,
    known,
    named_table,
    record,
)

from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.party_evidence import KycEvidence, MemberEvidence
from plimsoll.assess.record_checks import invoiced_by, same_name
from plimsoll.compute.engine import connect
from plimsoll.parties.control_group import Hub, Tie, Together
from plimsoll.parties.known import KycFile, KycProblem


@pytest.fixture(scope="module")
def engine():
    return connect(threads=1)


def _findings(inquiry, matters=()) -> list[Finding]:
    return [found.finding for found in inquiry.findings(matters)]


def _of(findings: list[Finding], code: Code) -> list[Finding]:
    return [finding for finding in findings if finding.code is code]


def test_a_group_over_two_providers_is_added_up_and_an_unlinked_account_is_not(engine) -> None:
    daily = daily_table(
        engine, [("p/a", 0, 50 * BOUND), ("q/b", 3, 40 * BOUND), ("q/c", 5, 20 * BOUND), ("q/d", 5, 90 * BOUND)]
    )
    subjects = ["p/a", "q/b", "q/c", "q/d"]
    parties = known(map(record, subjects), [group_of("G-1", "p/a", "q/b", "q/c")])
    [found] = behind(daily, parties).findings(())

    finding = found.finding
    assert (finding.code, finding.severity, finding.subject) == (Code.SPLIT_RUN, Severity.HIGH, "G-1")
    assert (finding.est_flop, finding.cap_flop) == (110 * UNIT, 110 * BOUND)
    assert finding.window.crossed_on == DAY_ONE + timedelta(5)
    members = [(e.subject, e.est_flop) for e in finding.evidence if isinstance(e, MemberEvidence)]
    assert members == [("p/a", 50 * UNIT), ("q/b", 40 * UNIT), ("q/c", 20 * UNIT)]
    series = found.series
    assert (series.subject, series.provider, series.window_days) == ("G-1", "p + q", finding.window.days)
    peak = next(p for p in series.points if p.day == finding.window.end - timedelta(1))
    assert (peak.cap_window, peak.est_window) == (finding.cap_flop, finding.est_flop)


@pytest.mark.parametrize(("more", "found"), [(0, 0), (1, 1)])
def test_the_line_is_exact_for_a_group_too(engine, more: int, found: int) -> None:
    daily = daily_table(engine, [("p/a", 0, 50 * BOUND), ("p/b", 0, 50 * BOUND + more)])
    parties = known(map(record, ["p/a", "p/b"]), [group_of("G-1", "p/a", "p/b")])

    assert len(_findings(behind(daily, parties))) == found


def test_each_stretch_of_time_counts_its_own_accounts_and_the_strongest_is_the_finding(engine) -> None:
    daily = daily_table(
        engine, [("p/a", 0, 60 * BOUND), ("p/b", 10, 60 * BOUND), ("p/a", 40, 60 * BOUND), ("p/b", 41, 70 * BOUND)]
    )
    merged = DAY_ONE + timedelta(20)
    parts = (Together(("p/a",), until=merged), Together(("p/b",), until=merged), Together(("p/a", "p/b"), since=merged))
    parties = known(map(record, ["p/a", "p/b"]), [group_of("G-1", "p/a", "p/b", together=parts)])
    daily_before = daily_table(engine, [("p/a", 0, 60 * BOUND), ("p/b", 10, 60 * BOUND)])

    assert _findings(behind(daily_before, parties)) == []
    assert _findings(behind(daily, parties)) == [], "over 90 days each of them is past the line alone"
    small = daily_table(engine, [("p/a", 0, 40 * BOUND), ("p/a", 40, 50 * BOUND), ("p/b", 41, 70 * BOUND)])
    [finding] = _findings(behind(small, parties))
    assert finding.est_flop == 120 * UNIT
    assert "They count together since 2026-01-21." in finding.explanation


def test_use_that_stands_in_a_sellers_report_too_is_counted_once(engine) -> None:
    daily = daily_table(engine, [("host/r", 0, 60 * BOUND), ("seller/c", 0, 60 * BOUND)])
    parties = known(map(record, ["host/r", "seller/c"]), [group_of("G-1", "host/r", "seller/c")])

    assert len(_findings(behind(daily, parties))) == 1
    assert _findings(behind(daily, parties, left_out=["host/r"])) == []


def test_accounts_that_share_a_run_and_have_a_finding_together_are_one_matter(engine) -> None:
    daily = daily_table(engine, [("p/a", 0, 60 * BOUND), ("p/b", 0, 60 * BOUND)])
    parties = known(map(record, ["p/a", "p/b"]), [group_of("G-1", "p/a", "p/b")])
    inquiry = behind(daily, parties)

    assert _findings(inquiry, [frozenset(["p/a", "p/b", "p/c"])]) == []
    assert len(_findings(inquiry, [frozenset(["p/a"])])) == 1


def test_a_large_group_needs_one_row_per_day_and_shows_all_its_members(engine) -> None:
    subjects = [f"p/{number:05}" for number in range(1_200)]
    daily = daily_table(engine, [(subject, 7, 10**22) for subject in subjects])
    parties = known(map(record, subjects), [group_of("G-1", *subjects)])
    inquiry = behind(daily, parties)
    [(_, use)] = inquiry.groups.use(1)

    assert len(use.rows) == 1
    assert use.rows[0].cap_flop == 1_200 * 10**22
    daily = daily_table(engine, [(subject, 7, 10**23) for subject in subjects])
    [finding] = _findings(behind(daily, parties))
    assert sum(isinstance(e, MemberEvidence) for e in finding.evidence) == 1_200


def test_a_large_unknown_account_is_asked_about_and_the_small_ones_are_counted(engine) -> None:
    """Large is a twentieth of the line by bound within a year: 5 hundredths."""
    rows = [("p/large", 0, 3 * UNIT), ("p/large", 364, 2 * UNIT), ("p/spread", 0, 3 * UNIT),
            ("p/spread", 365, 2 * UNIT), ("p/small", 0, UNIT), ("p/known", 0, 9 * UNIT)]  # fmt: skip
    found = _findings(behind(daily_table(engine, rows), known([record("p/known"), record("p/Large")])))

    [asked] = [f for f in found if f.severity is Severity.ASK]
    assert (asked.code, asked.subject, asked.cap_flop) == (Code.UNKNOWN_CUSTOMER, "p/large", 5 * UNIT)
    assert '"p/Large", which differs only in spelling' in asked.explanation
    [counted] = [f for f in _of(found, Code.UNKNOWN_CUSTOMER) if f.severity is Severity.DATA]
    assert (counted.subject, counted.cap_flop) == ("p", 11 * UNIT)
    assert "3 accounts of the 4 that used accelerators there have none. 1 account of them is large" in (
        counted.explanation
    )


def test_a_provider_without_any_record_is_told_so_once(engine) -> None:
    rows = [("p/a", 0, UNIT), ("p/b", 0, UNIT), ("q/c", 0, UNIT)]
    found = _findings(behind(daily_table(engine, rows), known([record("q/c")])))

    [finding] = found
    assert (finding.subject, finding.severity) == ("p", Severity.DATA)
    assert finding.title == "p filed no know-your-customer records"


def test_records_that_name_everybody_give_nothing(engine) -> None:
    daily = daily_table(engine, [("p/a", 0, 40 * BOUND), ("p/b", 0, 40 * BOUND)])

    assert _findings(behind(daily, known([record("p/a"), record("p/b"), record("p/unused")]))) == []


@pytest.mark.parametrize(
    ("opened", "closed", "code"),
    [
        (10, None, "kyc.used_before_opening"),
        (6, None, None),
        (None, 5, None),
        (None, 4, "kyc.used_after_closing"),
    ],
)
def test_use_outside_the_life_of_an_account_contradicts_its_record(engine, opened, closed, code) -> None:
    """The only use is on day 5; a day early or late may be the time zone."""
    days = {
        "opened": None if opened is None else DAY_ONE + timedelta(opened),
        "closed": None if closed is None else DAY_ONE + timedelta(closed),
    }
    found = _findings(behind(daily_table(engine, [("p/a", 5, UNIT)]), known([record("p/a", **days)])))

    assert [e.code for f in found for e in f.evidence if isinstance(e, KycEvidence)] == ([code] if code else [])
    assert all((f.code, f.severity, f.subject) == (Code.KYC_CONTRADICTION, Severity.DATA, "p") for f in found)


def test_corrections_after_closing_are_no_use(engine) -> None:
    daily = daily_table(engine, [("p/a", 1, UNIT), ("p/a", 9, -UNIT // 2)])

    assert _findings(behind(daily, known([record("p/a", closed=DAY_ONE + timedelta(5))]))) == []


def test_a_large_account_that_contradicts_its_record_is_asked_about_by_itself(engine) -> None:
    daily = daily_table(engine, [("p/a", 5, 5 * UNIT), ("p/b", 5, UNIT)])
    closed = DAY_ONE + timedelta(2)
    found = _findings(behind(daily, known([record("p/a", closed=closed), record("p/b", closed=closed)])))

    assert [(f.severity, f.subject) for f in found] == [(Severity.ASK, "p/a"), (Severity.DATA, "p")]
    assert " p/a was closed on 2026-01-03 by its record" in found[0].explanation


def test_slips_of_the_pen_are_counted_per_provider_unless_the_account_is_past_the_line(engine) -> None:
    wrong = (KycProblem("lei.check_digit", "the LEI 5493001KJTIIGC8Y1R13 has a wrong check digit."),)
    records = [record("p/a", problems=wrong), record("p/b", problems=wrong), record("p/c")]
    daily = daily_table(engine, [("p/a", 5, 90 * BOUND), ("p/b", 5, UNIT), ("p/c", 5, UNIT)])
    [finding] = _findings(behind(daily, known(records)))

    assert (finding.severity, finding.subject) == (Severity.DATA, "p")
    assert "lei.check_digit 2" in finding.explanation
    past = daily_table(engine, [("p/a", 5, 101 * BOUND), ("p/b", 5, UNIT), ("p/c", 5, UNIT)])
    assert [f.severity for f in _findings(behind(past, known(records)))] == [Severity.ASK, Severity.DATA]


def test_usage_that_names_another_customer_than_the_record(engine) -> None:
    daily = daily_table(engine, [("p/a", 5, 6 * UNIT), ("p/b", 5, UNIT), ("p/c", 5, UNIT), ("p/r", 5, UNIT)])
    records = [
        record("p/a", customer_ref="C-1"),
        record("p/b", customer_ref="c 2"),
        record("p/c"),
        record("p/r", customer_ref="C-4", reseller=True, downstream=("X",)),
    ]
    named = named_table(
        engine,
        [("p/a", "C-1", None), ("p/a", "C-9", None), ("p/b", "C-2", None), ("p/c", "C-3", None), ("p/c", "C-5", None),
         ("p/r", "C-7", None)],
    )  # fmt: skip
    found = _findings(behind(daily, known(records), named=named))

    codes = [(f.severity, f.subject, [e.code for e in f.evidence if isinstance(e, KycEvidence)]) for f in found]
    assert codes == [
        (Severity.ASK, "p/a", ["kyc.other_customer"]),
        (Severity.DATA, "p", ["kyc.several_customers"]),
    ]
    assert 'names the customer "C-9", the account\'s record the customer "C-1"' in found[0].explanation


def test_a_run_declared_by_somebody_else_than_the_holder(engine) -> None:
    daily = daily_table(engine, [("p/a", 5, 6 * UNIT), ("p/b", 5, 6 * UNIT), ("p/r", 5, 6 * UNIT)])
    records = [
        record("p/a", "Halden Systems AG"),
        record("p/b", "Norse Intelligence Ltd"),
        record("p/r", "Cloudbroker Inc", reseller=True, downstream=("Halden",)),
    ]
    runs = [declaration("run-1", "halden", UNIT, "p/a", "p/b", "p/r")]
    found = _findings(behind(daily, known(records), runs))

    assert [(f.code, f.subject) for f in found] == [(Code.KYC_CONTRADICTION, "p/b")]
    kin = [record("p/b", "Norse Intelligence Ltd", party="P-1"), record("p/a", "Halden Systems AG", party="P-1")]
    assert _findings(behind(daily, known([*kin, records[2]]), runs)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("halden-labs", "Halden Labs GmbH", True),
        ("Open Mind", "OpenMind LP", True),
        ("halden", "Norse Intelligence", False),
        ("Müller Forschung", "MUELLER FORSCHUNG AG", True),
        ("???", "Norse", True),
        ("Norse Research", "Halden Computing", False),
    ],
)
def test_names_that_may_mean_one_company(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_records_of_a_provider_without_usage_and_names_spelt_otherwise(engine) -> None:
    daily = daily_table(engine, [("p/acct-1", 5, UNIT), ("p/acct-2", 5, UNIT)])
    found = _findings(behind(daily, known([record("p/ACCT1"), record("p/acct-2"), record("P-/x"), record("q/y")])))

    told = {f.subject: f.explanation for f in _of(found, Code.KYC_CONTRADICTION)}
    assert sorted(told) == ["P-", "p", "q"]
    assert "kyc.account_spelt_otherwise 1" in told["p"]
    assert "kyc.provider_without_usage 1" in told["q"]


def test_hubs_tell_how_much_is_used_behind_them_largest_first(engine) -> None:
    daily = daily_table(engine, [("p/a", 5, 3 * UNIT), ("p/b", 5, 110 * BOUND), ("p/c", 5, UNIT)])
    hubs = [
        Hub(Tie.PHONE, "+49 30 …", 40, ("p/a", "p/c", "p/none")),
        Hub(Tie.PAYMENT, "hk1:00…", 30, ("p/b", "p/c")),
        Hub(Tie.EMAIL, "x@…", 50, ("p/none",)),
    ]
    inquiry = behind(daily, known(map(record, ["p/a", "p/b", "p/c"]), [group_of("G-1", "p/a", "p/c")], hubs))
    alone = inquiry.findings(())
    seen = inquiry.seen([found.finding for found in alone])

    assert [(hub.shown, hub.accounts, hub.cap_flop) for hub in seen.hubs] == [
        ("hk1:00…", 2, 110 * BOUND + UNIT), ("+49 30 …", 2, 4 * UNIT), ("x@…", 0, 0),
    ]  # fmt: skip
    assert (seen.known, seen.unknown, seen.parties, seen.groups) == (3, 0, 3, 1)


def test_the_reach_of_the_records_is_told_and_never_rounded_up(engine) -> None:
    daily = daily_table(engine, [("p/a", 5, 9_999 * 10**20), ("p/b", 5, 10**20)])
    inquiry = behind(daily, known([record("p/a")]))

    [told] = inquiry.remarks()
    assert "name the holders of 1 of 2 accounts that used accelerators, with 99.9 % of what all of them" in told
    assert (inquiry.seen([]).unknown, inquiry.seen([]).unknown_cap_flop) == (1, 10**20)


def test_files_of_records_are_inputs(engine) -> None:
    parties = known([record("p/a")])
    files = (KycFile("kyc/b.jsonl", "sha256:" + "b" * 64, "jsonl", 3, 1), KycFile("kyc/a.csv", "a" * 64, "csv", 2, 0))
    inquiry = behind(daily_table(engine, [("p/a", 5, UNIT)]), type(parties)(parties.accounts, (), (), files, {}))

    assert [(f.path, f.sha256, f.format, f.rows, f.rejected) for f in inquiry.inputs()] == [
        ("kyc/a.csv", "a" * 64, "kyc-csv", 2, 0), ("kyc/b.jsonl", "b" * 64, "kyc-jsonl", 3, 1),
    ]  # fmt: skip


def test_whoever_invoices_others_in_its_name_is_a_reseller(engine) -> None:
    records = [record("p/r", "Cloudbroker Inc"), record("p/a"), record("q/p", "P Cloud")]
    named = named_table(
        engine,
        [("p/a", None, "CLOUDBROKER, INC."), ("p/b", None, "Cloudbroker"), ("p/r", None, "Cloudbroker Inc"),
         ("p/c", None, "p"), ("p/c", None, "P Cloud")],
    )  # fmt: skip

    assert invoiced_by(known(records), named) == {"p/r": 2, "q/p": 1}
    assert set(behind(daily_table(engine, [("p/a", 1, 1)]), known(records), named=named).blind) == {"p/r", "q/p"}
    assert invoiced_by(known(records), None) == {}
