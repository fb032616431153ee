"""Working days: which days a legal period may not end on, per way of counting.

EU: Regulation (EEC, Euratom) 1182/71, with the public holidays of the Commission. United States: weekends and the
legal holidays of the State or of the federation, from the `holidays` package.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_US_SUBDIVISIONS = {"us_federal": None, "us_ca": "CA", "us_ny": "NY", "us_il": "IL"}


def rolls(counting: str) -> bool:
    """Whether a period counted this way moves on when it ends on a day off."""
    return counting == "eu_1182_71" or counting in _US_SUBDIVISIONS


def is_working_day(day: date, counting: str) -> bool:
    return day.weekday() < 5 and day not in _days_off(day.year, counting)


def first_working_day(day: date, counting: str) -> date:
    """`day` itself, or the first working day after it."""
    while not is_working_day(day, counting):
        day += timedelta(days=1)
    return day


@cache
def _days_off(year: int, counting: str) -> frozenset[date]:
    if counting == "eu_1182_71":
        return _commission_holidays(year)
    import holidays

    days = holidays.country_holidays("US", subdiv=_US_SUBDIVISIONS[counting], years=year)
    return frozenset(days.keys())


def _commission_holidays(year: int) -> frozenset[date]:
    """The Commission's public holidays as it lists them every year under Article 2 of Regulation 1182/71.

    The pattern of recent years: 1 and 2 January, Maundy Thursday to Easter Monday, 1 May, 9 May, Ascension and the day
    after, Whit Monday, 21 July, 15 August, 1 and 2 November, 24 to 31 December. The list in the Official Journal of
    the year prevails.
    """
    from dateutil.easter import easter

    sunday = easter(year)
    movable = [sunday + timedelta(days=offset) for offset in (-3, -2, 1, 39, 40, 50)]
    fixed = [(1, 1), (1, 2), (5, 1), (5, 9), (7, 21), (8, 15), (11, 1), (11, 2)]
    december = [(12, day) for day in range(24, 32)]
    return frozenset([*movable, *(date(year, month, day) for month, day in [*fixed, *december])])
