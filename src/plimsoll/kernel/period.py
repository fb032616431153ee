"""Instants, half-open periods and ISO 8601 durations, always in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from plimsoll.kernel.errors import PlimsollError

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
"""No law or run lies outside; far dates are typing errors and would overflow a calendar."""

_LONGEST_MONTHS, _LONGEST_DAYS = 200 * 12, 200 * 366

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_date(text: str) -> date:
    """Reads ``2026-11-21``.

    Raises:
        PlimsollError: ``time.unreadable``.
    """
    try:
        day = date.fromisoformat(text.strip()) if _DATE.fullmatch(text.strip()) else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _unreadable(text, "a date", "2026-11-21")
    return day


def parse_instant(text: str) -> datetime:
    """Reads an ISO 8601 instant with its zone, e.g. ``2026-11-21T09:30:00Z``; a bare date is its first moment, UTC.

    Raises:
        PlimsollError: ``time.unreadable`` or ``time.no_zone``.
    """
    stripped = text.strip()
    if _DATE.fullmatch(stripped):
        return start_of_day(parse_date(stripped))
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        raise _unreadable(text, "an instant", "2026-11-21T09:30:00Z") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise _unreadable(text, "an instant of our time", "2026-11-21T09:30:00Z")
    if moment.tzinfo is None:
        raise PlimsollError(
            "time.no_zone",
            f'"{text}" does not say in which time zone it is',
            fix="Add the zone: Z for UTC, or an offset such as +02:00.",
        )
    return moment.astimezone(UTC)


def start_of_day(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instant_text(moment: datetime) -> str:
    """The canonical wire form: UTC, ``2026-11-21T09:30:00Z``, with a fraction of a second only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time ``[start, end)``: two periods that touch share no instant."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise PlimsollError(
                "time.no_zone", "a period needs instants with a time zone", fix="Add Z for UTC, or an offset."
            )
        if self.end <= self.start:
            raise PlimsollError(
                "period.backwards",
                f"the period ends ({instant_text(self.end)}) before or when it starts ({instant_text(self.start)})",
                fix="Give an end later than the start; the end itself is not part of the period.",
            )

    @classmethod
    def of_days(cls, first: date, last: date) -> Period:
        """The whole days from `first` to `last`, both included."""
        return cls(start_of_day(first), start_of_day(last + timedelta(days=1)))

    def contains(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def intersect(self, other: Period) -> Period | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end

    def days(self) -> Iterator[date]:
        """Every UTC day of which the period holds at least an instant."""
        day, last = self.start.astimezone(UTC).date(), (self.end - timedelta(microseconds=1)).astimezone(UTC).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    @property
    def nanoseconds(self) -> int:
        elapsed = self.end - self.start
        return (elapsed.days * 86_400 + elapsed.seconds) * 10**9 + elapsed.microseconds * 1_000

    def __str__(self) -> str:
        return f"{instant_text(self.start)}/{instant_text(self.end)}"


_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration in the parts that law uses: calendar months, calendar days, and clock minutes.

    Years count as 12 months and weeks as 7 days; hours and minutes are elapsed time.
    """

    months: int = 0
    days: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Reads ``P14D``, ``PT72H``, ``P3M``, ``P4W``, ``P2Y``.

        Raises:
            PlimsollError: ``duration.unreadable`` or ``duration.too_long``.
        """
        match = _DURATION.fullmatch(text.strip()) if len(text) <= 40 else None
        parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
        if not parts:
            raise PlimsollError(
                "duration.unreadable",
                f'"{text[:40]}" is not an ISO 8601 duration',
                fix="Write it like P14D (days), PT72H (hours), P4W (weeks), P3M (months) or P2Y (years).",
            )
        get = parts.get
        duration = cls(
            months=get("years", 0) * 12 + get("months", 0),
            days=get("weeks", 0) * 7 + get("days", 0),
            minutes=get("hours", 0) * 60 + get("minutes", 0),
        )
        if (
            duration.months > _LONGEST_MONTHS
            or duration.days > _LONGEST_DAYS
            or duration.minutes > _LONGEST_DAYS * 24 * 60
        ):
            raise PlimsollError(
                "duration.too_long",
                f'"{text}" is longer than 200 years',
                fix="Check the number and its unit: D days, W weeks, M months, Y years, and after T hours H.",
            )
        return duration

    def times(self, number: int) -> Duration:
        return Duration(self.months * number, self.days * number, self.minutes * number)

    def __str__(self) -> str:
        words = [
            _count(self.months // 12, "year") if self.months % 12 == 0 else _count(self.months, "month"),
            _count(self.days // 7, "week") if self.days % 7 == 0 and self.days > 7 else _count(self.days, "day"),
            _count(self.minutes // 60, "hour") if self.minutes % 60 == 0 else _count(self.minutes, "minute"),
        ]
        return " and ".join(word for word in words if word) or "no time"


def _count(number: int, unit: str) -> str:
    return "" if number == 0 else f"{number} {unit}{'' if number == 1 else 's'}"


def _unreadable(text: str, kind: str, example: str) -> PlimsollError:
    return PlimsollError("time.unreadable", f'"{text[:40]}" is not {kind}', fix=f"Write it like {example}.")
