"""Working days: which days a legal period may not end on, per way of counting.

The rules are kept here and not taken from a package, because a due date must come out the same in ten years, and
because a day on which offices close is not always a holiday for counting time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_LAST = -1


def rolls(counting: str) -> bool:
    """Whether a period counted this way moves on when it ends on a day off."""
    return counting in _HOLIDAYS


def is_working_day(day: date, counting: str) -> bool:
    return day.weekday() < _SATURDAY and day not in _days_off(day.year, counting)


def first_working_day(day: date, counting: str) -> date:
    """`day` itself, or the first working day after it."""
    while not is_working_day(day, counting):
        day += timedelta(days=1)
    return day


@cache
def _days_off(year: int, counting: str) -> frozenset[date]:
    # A New Year's Day on a Saturday is kept on the last day of the year before.
    return frozenset(day for y in (year, year + 1) for day in _HOLIDAYS[counting](y) if day.year == year)


def _commission(year: int) -> Iterator[date]:
    """The Commission's public holidays as it lists them every year under Article 2 of Regulation 1182/71.

    The pattern of recent years: 1 and 2 January, Maundy Thursday to Easter Monday, 1 May, 9 May, Ascension and the day
    after, Whit Monday, 21 July, 15 August, 1 and 2 November, 24 to 31 December. The list in the Official Journal of
    the year prevails.
    """
    sunday = easter(year)
    yield from (sunday + timedelta(days=offset) for offset in (-3, -2, 1, 39, 40, 50))
    for month, day in [(1, 1), (1, 2), (5, 1), (5, 9), (7, 21), (8, 15), (11, 1), (11, 2)]:
        yield date(year, month, day)
    yield from (date(year, 12, day) for day in range(24, 32))


def _federal(year: int) -> Iterator[date]:
    """5 U.S.C. 6103(a); (b) keeps a Saturday's holiday on Friday, Executive Order 11582 a Sunday's on Monday."""
    yield from _mondays(year)
    yield _nth(year, 10, _MONDAY, 2)
    yield _nth(year, 11, _THURSDAY, 4)
    for month, day in [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]:
        holiday = date(year, month, day)
        if holiday.weekday() == _SATURDAY:
            yield holiday - timedelta(days=1)
        yield _or_monday(holiday)


def _california(year: int) -> Iterator[date]:
    """Government Code 6700 and 6701: a Sunday's holiday moves to Monday, 11 November from a Saturday to Friday.

    Days of 6700 on which State offices work (12 February, 9 September and others) are left out: where a list is in
    doubt, a due date must come out earlier, not later.
    """
    yield from _mondays(year)
    yield _nth(year, 11, _THURSDAY, 4)
    for month, day in [(1, 1), (3, 31), (7, 4), (11, 11), (12, 25)]:
        yield _or_monday(date(year, month, day))
    if date(year, 11, 11).weekday() == _SATURDAY:
        yield date(year, 11, 10)


def _new_york(year: int) -> Iterator[date]:
    """General Construction Law 24: a Sunday's holiday moves to the next day; a Saturday's does not move."""
    yield from _mondays(year)
    yield _nth(year, 10, _MONDAY, 2)
    yield _nth(year, 11, _THURSDAY, 4)
    yield _nth(year, 11, _MONDAY, 1) + timedelta(days=1)  # general election day
    for month, day in [(1, 1), (2, 12), (6, 19), (7, 4), (11, 11), (12, 25)]:
        yield _or_monday(date(year, month, day))


def _illinois(year: int) -> Iterator[date]:
    """5 ILCS 70/1.11: Saturdays, Sundays and the State's holidays; only those beyond doubt are listed here."""
    yield from _mondays(year)
    yield _nth(year, 10, _MONDAY, 2)
    yield _nth(year, 11, _THURSDAY, 4)
    for month, day in [(1, 1), (2, 12), (6, 19), (7, 4), (11, 11), (12, 25)]:
        yield _or_monday(date(year, month, day))


_HOLIDAYS = {
    "eu_1182_71": _commission,
    "us_federal": _federal,
    "us_ca": _california,
    "us_ny": _new_york,
    "us_il": _illinois,
}


def _mondays(year: int) -> Iterator[date]:
    """Martin Luther King's, Washington's birthday, Memorial Day and Labor Day: in all of the American lists."""
    for month, number in [(1, 3), (2, 3), (5, _LAST), (9, 1)]:
        yield _nth(year, month, _MONDAY, number)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`-th such weekday of a month; -1 is the last."""
    if number == _LAST:
        return _nth(year, month + 1, weekday, 1) - timedelta(days=7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _or_monday(day: date) -> date:
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day
