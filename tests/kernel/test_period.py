"""Instants, half-open periods, durations."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.period import Duration, Period, instant_text, parse_date, parse_instant


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_instants_are_kept_in_utc() -> None:
    assert parse_instant("2026-03-29T03:00:00+02:00") == at(29, 1)
    assert parse_instant("2026-03-29") == at(29)
    assert instant_text(datetime(2026, 3, 29, 3, tzinfo=timezone(timedelta(hours=2)))) == "2026-03-29T01:00:00Z"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-29T03:00:00", "time.no_zone"),
        ("2026-02-30", "time.unreadable"),
        ("29.3.2026", "time.unreadable"),
        ("", "time.unreadable"),
    ],
)
def test_an_instant_without_zone_or_sense_is_refused(text: str, code: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        parse_instant(text)

    assert refusal.value.code == code


def test_periods_that_touch_share_no_instant() -> None:
    first, second = Period(at(1), at(2)), Period(at(2), at(3))

    assert not first.overlaps(second)
    assert first.intersect(second) is None
    assert not first.contains(at(2))
    assert second.contains(at(2))


def test_a_period_knows_its_utc_days_and_its_length() -> None:
    period = Period(at(1, 23), at(3))

    assert list(period.days()) == [date(2026, 3, 1), date(2026, 3, 2)]
    assert period.nanoseconds == 25 * 3600 * 10**9
    assert Period.of_days(date(2026, 3, 1), date(2026, 3, 2)) == Period(at(1), at(3))


def test_a_backwards_or_empty_period_is_refused() -> None:
    for end in (at(1), at(1) - timedelta(days=1)):
        with pytest.raises(PlimsollError) as refusal:
            Period(at(1), end)
        assert refusal.value.code == "period.backwards"


@pytest.mark.parametrize(
    ("text", "duration", "words"),
    [
        ("P14D", Duration(days=14), "2 weeks"),
        ("P15D", Duration(days=15), "15 days"),
        ("P7D", Duration(days=7), "7 days"),
        ("PT72H", Duration(minutes=72 * 60), "72 hours"),
        ("P4W", Duration(days=28), "4 weeks"),
        ("P3M", Duration(months=3), "3 months"),
        ("P2Y", Duration(months=24), "2 years"),
        ("P1DT12H", Duration(days=1, minutes=720), "1 day and 12 hours"),
    ],
)
def test_durations_of_law(text: str, duration: Duration, words: str) -> None:
    assert Duration.parse(text) == duration
    assert str(duration) == words


@pytest.mark.parametrize("text", ["P", "PT", "14 days", "P1.5D", "P-1D", "P1D" + "0" * 60, "", "PT1S"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        Duration.parse(text)

    assert refusal.value.code == "duration.unreadable"


@pytest.mark.parametrize("text", ["P201Y", "P99999999999D", "P10500W", "PT9999999H"])
def test_no_duration_of_law_is_longer_than_two_hundred_years(text: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        Duration.parse(text)

    assert refusal.value.code == "duration.too_long"


def test_a_date_is_read_and_nothing_else() -> None:
    assert parse_date("2028-02-29") == date(2028, 2, 29)
    with pytest.raises(PlimsollError):
        parse_date("2027-02-29")
