"""Statutory clocks: each expected instant was worked out by hand from the rule named beside it."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.kernel.period import Duration, instant_text, parse_instant
from plimsoll.rulebook.deadlines import clock_words, due_of
from plimsoll.rulebook.law import ClockRule, Extension, Recipient

BRUSSELS = Recipient("ec", "Commission", "Europe/Brussels", "eu_1182_71")
BRUSSELS_PLAIN = Recipient("ec", "Commission", "Europe/Brussels", "calendar_days")
SACRAMENTO = Recipient("oes", "OES", "America/Los_Angeles", "us_ca")
ALBANY = Recipient("dfs", "DFS", "America/New_York", "us_ny")
SPRINGFIELD = Recipient("iema", "IEMA", "America/Chicago", "us_il")
WASHINGTON = Recipient("bis", "BIS", "America/New_York", "us_federal")
TODAY = date(2026, 1, 1)


def due(recipient: Recipient, within: str, start: str, **clock: object) -> str | None:
    rule = ClockRule(starts=("discovered",), within=Duration.parse(within), **clock)  # type: ignore[arg-type]
    answer = due_of(rule, recipient, {"discovered": parse_instant(start)}, TODAY)
    return answer.at and instant_text(answer.at)


@pytest.mark.parametrize(
    ("recipient", "within", "start", "expected", "rule"),
    [
        (BRUSSELS, "P14D", "2026-03-02T09:00:00Z", "2026-03-16T23:00:00Z", "ends Mon 16 March, 24:00 CET"),
        (BRUSSELS, "P14D", "2026-03-01T09:00:00Z", "2026-03-16T23:00:00Z", "15 March is a Sunday: Monday"),
        (BRUSSELS, "P14D", "2026-03-20T09:00:00Z", "2026-04-07T22:00:00Z", "3 to 6 April is Easter: Tuesday 7th, CEST"),
        (BRUSSELS, "P14D", "2026-12-10T09:00:00Z", "2027-01-04T23:00:00Z", "24-31 Dec, 1-2 Jan off; 3 Jan a Sunday"),
        (BRUSSELS, "P14D", "2026-03-16T23:30:00Z", "2026-03-31T22:00:00Z", "the event falls on 17 March in Brussels"),
        (BRUSSELS, "P6M", "2025-08-31T09:00:00Z", "2026-03-02T23:00:00Z", "28 Feb is a Saturday: Monday 2 March"),
        (BRUSSELS, "P1D", "2026-05-08T09:00:00Z", "2026-05-11T22:00:00Z", "one day: Saturday, so Monday, not Tuesday"),
        (BRUSSELS, "P2D", "2026-05-08T09:00:00Z", "2026-05-12T22:00:00Z", "two days need Monday and Tuesday"),
        (BRUSSELS, "P2D", "2026-05-07T09:00:00Z", "2026-05-11T22:00:00Z", "8 and 11 May are the two working days"),
        (BRUSSELS_PLAIN, "P2D", "2026-05-08T09:00:00Z", "2026-05-10T22:00:00Z", "no roll: Sunday 10 May, CEST"),
        (BRUSSELS_PLAIN, "P15D", "2026-03-20T09:00:00Z", "2026-04-04T22:00:00Z", "summer time begins on 29 March"),
        (BRUSSELS_PLAIN, "P1Y", "2028-02-29T09:00:00Z", "2029-02-28T23:00:00Z", "29 February plus a year"),
        (SACRAMENTO, "P15D", "2026-03-01T20:00:00Z", "2026-03-17T07:00:00Z", "Mon 16 March 24:00; PDT since the 8th"),
        (SACRAMENTO, "P15D", "2026-06-19T20:00:00Z", "2026-07-07T07:00:00Z", "4 July: Saturday, Sunday; Monday 6 July"),
        (SACRAMENTO, "PT24H", "2026-03-08T09:00:00Z", "2026-03-09T09:00:00Z", "hours are elapsed time"),
        (ALBANY, "PT72H", "2026-03-06T15:00:00Z", "2026-03-09T15:00:00Z", "72 elapsed hours across 8 March"),
        (ALBANY, "PT72H", "2026-10-30T15:00:00Z", "2026-11-02T15:00:00Z", "72 elapsed hours across 1 November"),
        (ALBANY, "P14D", "2026-11-12T15:00:00Z", "2026-11-28T05:00:00Z", "26 Nov is Thanksgiving: Friday 27 Nov, EST"),
        (SPRINGFIELD, "P90D", "2027-12-01T15:00:00Z", "2028-03-01T06:00:00Z", "29 February 2028 is a Tuesday, CST"),
        (WASHINGTON, "P30D", "2026-06-03T15:00:00Z", "2026-07-07T04:00:00Z", "3 July observed; Monday 6 July, EDT"),
    ],
)  # fmt: skip
def test_periods_end_as_the_recipients_law_counts(
    recipient: Recipient, within: str, start: str, expected: str, rule: str
) -> None:
    assert due(recipient, within, start) == expected, rule


def test_the_earliest_event_starts_the_clock() -> None:
    rule = ClockRule(starts=("determined", "reasonable_belief"), within=Duration.parse("PT72H"))
    events = {"determined": parse_instant("2027-02-05T00:00:00Z"), "reasonable_belief": parse_instant("2027-02-03")}

    answer = due_of(rule, ALBANY, events, TODAY)

    assert (answer.started_by, instant_text(answer.at or datetime.now(UTC))) == (
        "reasonable_belief",
        "2027-02-06T00:00:00Z",
    )


def test_a_clock_without_its_event_has_not_started() -> None:
    rule = ClockRule(starts=("discovered",), within=Duration.parse("P15D"))

    assert due_of(rule, SACRAMENTO, {}, TODAY).state == "not_started"


def test_a_later_stop_event_stops_the_clock_and_an_earlier_one_does_not() -> None:
    rule = ClockRule(starts=("discovered",), within=Duration.parse("P15D"), stops=("resolved",))
    start = {"discovered": parse_instant("2026-03-02")}

    assert due_of(rule, SACRAMENTO, start | {"resolved": parse_instant("2026-03-05")}, TODAY).state == "stopped"
    assert due_of(rule, SACRAMENTO, start | {"resolved": parse_instant("2026-03-01")}, TODAY).state == "due"


def test_a_duty_that_was_already_due_stays_due_whatever_comes_later() -> None:
    once = ClockRule(starts=("discovered",), within=Duration.parse("P15D"), stops=("resolved",))
    monthly = ClockRule(starts=("discovered",), every=Duration.parse("P1M"), stops=("resolved",))
    events = {"discovered": parse_instant("2026-03-02"), "resolved": parse_instant("2026-05-20")}

    def instant(rule: ClockRule, day: date) -> str:
        answer = due_of(rule, BRUSSELS_PLAIN, events, day)
        return instant_text(answer.at) if answer.at else answer.state

    assert instant(once, date(2026, 6, 1)) == "2026-03-17T23:00:00Z"
    assert instant(monthly, date(2026, 4, 10)) == "2026-05-02T22:00:00Z"
    assert instant(monthly, date(2026, 5, 10)) == "stopped"


def test_an_extension_gives_more_time() -> None:
    extension = Extension("clarification_requested", Duration.parse("P7D"))
    rule = ClockRule(starts=("requested",), within=Duration.parse("P30D"), extensions=(extension,))
    events = {"requested": parse_instant("2026-03-02T15:00:00Z")}

    plain = due_of(rule, WASHINGTON, events, TODAY)
    extended = due_of(rule, WASHINGTON, events | {"clarification_requested": parse_instant("2026-03-20")}, TODAY)

    earlier = due_of(rule, WASHINGTON, events | {"clarification_requested": parse_instant("2026-03-01")}, TODAY)

    assert earlier == plain
    assert instant_text(plain.at or datetime.now(UTC)) == "2026-04-02T04:00:00Z"
    assert instant_text(extended.at or datetime.now(UTC)) == "2026-04-09T04:00:00Z"


def test_a_duty_before_an_event_is_due_at_the_event() -> None:
    rule = ClockRule(before="deployed")
    moment = parse_instant("2026-05-05T12:00:00Z")

    assert due_of(rule, SACRAMENTO, {"deployed": moment}, TODAY).at == moment
    assert due_of(rule, SACRAMENTO, {}, TODAY).state == "not_started"


def test_yearly_dates_give_the_next_one_and_roll_over_weekends() -> None:
    rule = ClockRule(dates=((4, 15), (7, 15), (10, 15), (1, 15)))

    def following(day: date) -> str:
        return instant_text(due_of(rule, WASHINGTON, {}, day).at or datetime.now(UTC))

    assert following(date(2026, 4, 15)) == "2026-04-16T04:00:00Z"
    assert following(date(2026, 4, 16)) == "2026-07-16T04:00:00Z"
    assert following(date(2026, 12, 31)) == "2027-01-16T05:00:00Z"
    assert following(date(2028, 1, 17)) == "2028-01-19T05:00:00Z"  # 15 January 2028 is a Saturday, 17th a holiday


def test_a_yearly_date_that_moved_into_the_next_year_is_not_skipped() -> None:
    rule = ClockRule(dates=((12, 31),))

    # 31 December 2022 is a Saturday, 2 January 2023 the Monday on which New Year is kept
    assert due_of(rule, WASHINGTON, {}, date(2023, 1, 2)).at == parse_instant("2023-01-04T05:00:00Z")


def test_a_yearly_date_on_a_saturday_moves_by_the_weekend_only() -> None:
    rule = ClockRule(dates=((5, 16),))  # no period, so no two working days (Regulation 1182/71, Article 3(5))

    assert due_of(rule, BRUSSELS, {}, date(2026, 5, 1)).at == parse_instant("2026-05-18T22:00:00Z")


def test_yearly_dates_may_wait_for_an_event() -> None:
    rule = ClockRule(starts=("qualified",), dates=((4, 15),))
    events = {"qualified": parse_instant("2027-05-01T12:00:00Z")}

    assert due_of(rule, WASHINGTON, {}, TODAY).state == "not_started"
    assert due_of(rule, WASHINGTON, events, TODAY).at == parse_instant("2028-04-18T04:00:00Z")  # 15th a Saturday


def test_rounds_are_counted_from_where_the_first_period_ends() -> None:
    monthly = ClockRule(starts=("qualified",), within=Duration.parse("P30D"), every=Duration.parse("P1M"))
    yearly = ClockRule(starts=("qualified",), within=Duration.parse("P90D"), every=Duration.parse("P1Y"))
    halves = ClockRule(starts=("qualified",), within=Duration.parse("P6M"), every=Duration.parse("P6M"))

    def following(rule: ClockRule, start: str, day: date) -> str:
        return instant_text(
            due_of(rule, BRUSSELS_PLAIN, {"qualified": parse_instant(start)}, day).at or datetime.now(UTC)
        )

    # 30 days after 15 January end with 14 February; a month later is 14 March
    assert following(monthly, "2026-01-15T12:00:00Z", date(2026, 2, 1)) == "2026-02-14T23:00:00Z"
    assert following(monthly, "2026-01-15T12:00:00Z", date(2026, 3, 1)) == "2026-03-14T23:00:00Z"
    # 90 days after 1 December 2027 end with 29 February 2028; a year later is 28 February
    assert following(yearly, "2027-12-01T12:00:00Z", date(2028, 6, 1)) == "2029-02-28T23:00:00Z"
    assert following(halves, "2026-08-31T12:00:00Z", date(2027, 6, 1)) == "2027-08-31T22:00:00Z"


def test_a_frequent_duty_of_long_ago_is_found_at_once() -> None:
    hourly = ClockRule(starts=("qualified",), every=Duration.parse("PT1M"))
    daily = ClockRule(starts=("qualified",), every=Duration.parse("P1D"))
    events = {"qualified": parse_instant("1900-01-01T12:00:30Z")}

    assert due_of(hourly, ALBANY, events, date(2200, 1, 1)).at == parse_instant("2200-01-01T00:00:30Z")
    assert due_of(daily, BRUSSELS, events, date(2026, 12, 26)).at == parse_instant("2027-01-04T23:00:00Z")


def test_a_recurring_duty_gives_the_first_round_not_before_today() -> None:
    rule = ClockRule(starts=("qualified",), every=Duration.parse("P3M"))
    events = {"qualified": parse_instant("2026-01-31T18:00:00Z")}

    def following(day: date) -> str:
        return instant_text(due_of(rule, BRUSSELS_PLAIN, events, day).at or datetime.now(UTC))

    assert following(date(2026, 2, 1)) == "2026-04-30T22:00:00Z"
    assert following(date(2026, 5, 2)) == "2026-07-31T22:00:00Z"  # counted from the start: no drift to the 30th


def test_a_transition_date_gives_time_until_its_end() -> None:
    rule = ClockRule(starts=("placed_on_market",), within=Duration.parse("P14D"))
    events = {"placed_on_market": parse_instant("2025-07-01")}

    answer = due_of(rule, BRUSSELS, events, TODAY, not_before=date(2027, 8, 2))

    assert instant_text(answer.at or datetime.now(UTC)) == "2027-08-02T22:00:00Z"


def test_a_clock_reads_as_a_sentence() -> None:
    rule = ClockRule(starts=("line_met", "known_will_be_met"), within=Duration.parse("P14D"), no_delay=True)

    assert clock_words(rule) == (
        "without delay; 2 weeks after the line was met, or it became known that the line will be met"
    )


def test_a_clock_in_words_says_when_it_stops_and_what_its_dates_wait_for() -> None:
    weekly = ClockRule(starts=("incident_reported",), within=Duration.parse("P4W"), every=Duration.parse("P4W"),
                       stops=("resolved",))  # fmt: skip
    dates = ClockRule(starts=("qualified",), dates=((4, 15),))

    assert clock_words(weekly) == (
        "4 weeks after the initial incident report was made; every 4 weeks; until an incident was resolved"
    )
    assert clock_words(dates) == "every year on 15 April, once the party first met the definition"


def test_a_lead_time_counts_back_from_the_event() -> None:
    rule = ClockRule(before="placed_on_market", lead=Duration.parse("P2W"))
    events = {"placed_on_market": parse_instant("2026-04-10T09:00:00Z")}

    assert instant_text(due_of(rule, BRUSSELS_PLAIN, events, TODAY).at or datetime.now(UTC)) == "2026-03-27T23:00:00Z"


def test_the_later_of_two_events_can_start_a_clock() -> None:
    rule = ClockRule(starts=("became_aware", "incident_reported"), from_latest=True, within=Duration.parse("P1Y"))
    events = {"became_aware": parse_instant("2026-03-02"), "incident_reported": parse_instant("2026-03-09T12:00:00Z")}

    answer = due_of(rule, BRUSSELS_PLAIN, events, TODAY)

    assert answer.started_by == "incident_reported"
    assert instant_text(answer.at or datetime.now(UTC)) == "2027-03-09T23:00:00Z"


def test_working_days_skip_weekends_and_holidays() -> None:
    rule = ClockRule(starts=("framework_adopted",), working_days=5)
    events = {"framework_adopted": parse_instant("2026-03-31T09:00:00Z")}

    # 1 April, then Easter from 2 to 6 April, then 7, 8, 9 and 10 April
    assert instant_text(due_of(rule, BRUSSELS, events, TODAY).at or datetime.now(UTC)) == "2026-04-10T22:00:00Z"
