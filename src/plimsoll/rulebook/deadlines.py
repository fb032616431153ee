"""When a duty falls due: statutory clocks, counted in the recipient's time zone and calendar, answered in UTC.

Hours are elapsed time. Days, weeks and months are counted without the day of the event, and end with the last hour of
their last day in the recipient's time zone; `eu_1182_71` and the US calendars then move an end on a day off to the next
working day. A due instant is the first one that is too late.
"""

from __future__ import annotations

import calendar as month_calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from plimsoll.kernel.period import Duration, start_of_day
from plimsoll.rulebook.calendar import first_working_day, is_working_day, rolls
from plimsoll.rulebook.law import ClockRule, Recipient
from plimsoll.rulebook.vocabulary import EVENTS

State = Literal["due", "not_started", "stopped", "no_date"]

_LONGEST_ROLL = timedelta(days=31)
"""No row of days off is longer."""


@dataclass(frozen=True, slots=True)
class Due:
    """The answer of a clock.

    Attributes:
        state: ``due`` (see `at`), ``not_started`` (no event has started it), ``stopped``, or ``no_date`` (the source
            sets no period: the duty is owed at once, or continues).
        rule: the clock.
        at: the first instant that is too late, UTC.
        started_by, started_at: the event that started the clock.
    """

    state: State
    rule: ClockRule
    at: datetime | None = None
    started_by: str | None = None
    started_at: datetime | None = None

    @property
    def clock(self) -> str:
        """The rule in words."""
        return clock_words(self.rule)


def due_of(
    rule: ClockRule,
    recipient: Recipient,
    events: Mapping[str, datetime],
    as_of: date,
    not_before: date | None = None,
) -> Due:
    """Runs one clock.

    Args:
        rule: the clock.
        recipient: its time zone and calendar decide when a day ends.
        events: what happened when, UTC.
        as_of: of a duty that recurs, the first due instant on or after this day is given.
        not_before: a transition date; compliance is not due before it begins.
    """
    counter = _Counter(rule.counting or recipient.counting, ZoneInfo(recipient.time_zone))
    if rule.before is not None:
        if rule.before not in events:
            return Due("not_started", rule)
        moment = events[rule.before]
        at = moment if rule.lead is None else counter.lead(moment, rule.lead)
        return Due("due", rule, _not_before(at, not_before, counter), rule.before, moment)
    happened = [(events[name], name) for name in rule.starts if name in events]
    if not happened:
        if rule.starts or not rule.dates:
            return Due("not_started" if rule.starts else "no_date", rule)
        return Due("due", rule, _not_before(counter.next_date(rule.dates, as_of), not_before, counter))
    start, name = max(happened) if rule.from_latest else min(happened)
    end = _falls_due(rule, counter, start, events, as_of)
    due = None if end is None else _not_before(end, not_before, counter)
    # What comes when the duty was already due does not undo it.
    if any(start <= events[stop] and (due is None or events[stop] < due) for stop in rule.stops if stop in events):
        return Due("stopped", rule, None, name, start)
    return Due("no_date" if due is None else "due", rule, due, name, start)


def _falls_due(
    rule: ClockRule, counter: _Counter, start: datetime, events: Mapping[str, datetime], as_of: date
) -> datetime | None:
    """The end of the period that begins to run at `start`; None where the source sets none."""
    if rule.dates:
        return counter.next_date(rule.dates, max(as_of, counter.day_of(start)))
    if rule.working_days is not None:
        return counter.after_working_days(start, rule.working_days)
    period = rule.within or rule.every
    if period is None:
        return None
    extra = tuple(e.by for e in rule.extensions if e.on in events and events[e.on] >= start)
    if rule.every is not None:
        return _next_round(counter, start, (period, *extra), rule.every, as_of)
    return counter.end(start, (period, *extra))


def clock_words(rule: ClockRule) -> str:
    """The clock as a sentence, e.g. ``2 weeks after the line was met, or it became known that it will be met``."""
    if rule.before is not None:
        return f"{f'{rule.lead} ' if rule.lead else ''}before {EVENTS[rule.before]}"
    start = ", or ".join(EVENTS[name] for name in rule.starts) + (", whichever is later" if rule.from_latest else "")
    parts = []
    if rule.dates:
        days = ", ".join(f"{day} {month_calendar.month_name[month]}" for month, day in rule.dates)
        parts.append(f"every year on {days}" + (f", once {start}" if start else ""))
    elif rule.working_days is not None:
        parts.append(f"{rule.working_days} working days after {start}")
    elif rule.within is not None:
        parts.append(f"{rule.within} after {start}")
    elif start and rule.every is None:
        parts.append(f"once {start}")
    if rule.every is not None:
        parts.append(
            f"every {str(rule.every).removeprefix('1 ')}" + ("" if rule.within or not start else f" after {start}")
        )
    if rule.stops:
        parts.append("until " + ", or ".join(EVENTS[name] for name in rule.stops))
    if rule.no_delay:
        parts.insert(0, "without delay")
    return "; ".join(parts) or "no period is set"


def _not_before(at: datetime, transition: date | None, counter: _Counter) -> datetime:
    """A transition "by 2 August" ends with that day."""
    return at if transition is None else max(at, counter.end_of(transition))


def _next_round(
    counter: _Counter, start: datetime, first: tuple[Duration, ...], every: Duration, as_of: date
) -> datetime:
    """The first of the recurring due instants that is not before `as_of`; each is counted from the start."""
    at = counter.end(start, first)
    longest = timedelta(days=every.months * 31 + every.days, minutes=every.minutes)
    rounds = max(0, (start_of_day(as_of) - at - _LONGEST_ROLL) // longest)
    if rounds:
        at = counter.end(start, (*first, every.times(rounds)))
    while at < start_of_day(as_of):
        rounds += 1
        at = counter.end(start, (*first, every.times(rounds)))
    return at


@dataclass(frozen=True, slots=True)
class _Counter:
    """One way of counting in one time zone."""

    counting: str
    zone: ZoneInfo

    def end(self, start: datetime, periods: tuple[Duration, ...]) -> datetime:
        """The end of the periods, one after the other, that begin to run at `start`."""
        minutes = timedelta(minutes=sum(p.minutes for p in periods))
        if not any(p.months or p.days for p in periods):
            return start + minutes
        local = start.astimezone(self.zone)
        nominal = _after(local.date(), periods)
        if self.counting == "elapsed":
            return datetime.combine(nominal, local.time(), self.zone).astimezone(UTC) + minutes
        return self._midnight_after(self._last_day(local.date(), nominal)) + minutes

    def _last_day(self, event: date, nominal: date) -> date:
        """The day with which a period after `event` ends that by its length alone would end with `nominal`."""
        last = self._first_open(nominal)
        # Regulation 1182/71, Article 3(5): a period of two days or more includes at least two working days.
        if self.counting == "eu_1182_71" and (nominal - event).days >= 2:
            while not self._two_working_days(event, last):
                last = self._first_open(last + timedelta(days=1))
        return last

    def _first_open(self, day: date) -> date:
        return first_working_day(day, self.counting) if rolls(self.counting) else day

    def _two_working_days(self, after: date, last: date) -> bool:
        days = (after + timedelta(days=n + 1) for n in range((last - after).days))
        return len(list(islice((day for day in days if is_working_day(day, self.counting)), 2))) == 2

    def next_date(self, dates: tuple[tuple[int, int], ...], as_of: date) -> datetime:
        """The end of the first of these yearly days that is not over on `as_of`."""
        # A day of the year before may have moved into this year.
        years = range(as_of.year - 1, as_of.year + 2)
        ends = (self._first_open(day) for day in sorted(_safe_date(year, *day) for year in years for day in dates))
        return self._midnight_after(next(end for end in ends if end >= as_of))

    def lead(self, moment: datetime, lead: Duration) -> datetime:
        """The end of the day that lies `lead` before the day of `moment`; hours are elapsed time."""
        if not lead.months and not lead.days:
            return moment - timedelta(minutes=lead.minutes)
        day = self.day_of(moment)
        return self._midnight_after(_add_months(day, -lead.months) - timedelta(days=lead.days))

    def after_working_days(self, start: datetime, count: int) -> datetime:
        """The end of the `count`-th working day after the day of `start`."""
        day = self.day_of(start)
        for _ in range(count):
            day = first_working_day(day + timedelta(days=1), self.counting)
        return self._midnight_after(day)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        return self._midnight_after(day)

    def _midnight_after(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)


def _after(day: date, periods: tuple[Duration, ...]) -> date:
    """The day on which the periods end that begin one after the other on `day`.

    Months that follow each other are added at once, so that a year of monthly reports from 31 January ends on a 31st;
    months that follow days are counted from where the days end, as "yearly from the 90th day on" is.
    """
    months = 0
    for period in periods:
        months += period.months
        if period.days:
            day, months = _add_months(day, months) + timedelta(days=period.days), 0
    return _add_months(day, months)


def _add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day (Regulation 1182/71, Article 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _safe_date(year, month + 1, day.day)


def _safe_date(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, month_calendar.monthrange(year, month)[1]))
