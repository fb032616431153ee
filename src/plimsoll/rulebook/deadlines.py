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
from typing import Literal
from zoneinfo import ZoneInfo

from plimsoll.kernel.period import Duration, start_of_day
from plimsoll.rulebook.calendar import first_working_day, is_working_day, rolls
from plimsoll.rulebook.law import ClockRule, Recipient
from plimsoll.rulebook.vocabulary import EVENTS

State = Literal["due", "not_started", "stopped", "no_date"]


@dataclass(frozen=True, slots=True)
class Due:
    """The answer of a clock.

    Attributes:
        state: ``due`` (see `at`), ``not_started`` (no event has started it), ``stopped``, or ``no_date`` (the source
            sets no period: the duty is owed at once, or continues).
        at: the first instant that is too late, UTC.
        started_by, started_at: the event that started the clock.
        clock: the rule in words.
    """

    state: State
    clock: str
    at: datetime | None = None
    started_by: str | None = None
    started_at: datetime | None = None


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
    words = clock_words(rule)
    counter = _Counter(rule.counting or recipient.counting, ZoneInfo(recipient.time_zone))
    if rule.dates:
        return Due("due", words, _not_before(counter.next_date(rule.dates, as_of), not_before, counter))
    if rule.before is not None:
        if rule.before not in events:
            return Due("not_started", words)
        moment = events[rule.before]
        at = moment if rule.lead is None else counter.lead(moment, rule.lead)
        return Due("due", words, _not_before(at, not_before, counter), rule.before, moment)
    happened = [(events[name], name) for name in rule.starts if name in events]
    if not happened:
        return Due("not_started" if rule.starts else "no_date", words)
    start, name = max(happened) if rule.from_latest else min(happened)
    if any(events[stop] >= start for stop in rule.stops if stop in events):
        return Due("stopped", words, None, name, start)
    if rule.working_days is not None:
        at = counter.after_working_days(start, rule.working_days)
        return Due("due", words, _not_before(at, not_before, counter), name, start)
    period = rule.within or rule.every
    if period is None:
        return Due("no_date", words, None, name, start)
    extra = tuple(e.by for e in rule.extensions if e.on in events)
    at = counter.end(start, (period, *extra))
    if rule.every is not None:
        at = _next_round(counter, start, (period, *extra), rule.every, as_of)
    return Due("due", words, _not_before(at, not_before, counter), name, start)


def clock_words(rule: ClockRule) -> str:
    """The clock as a sentence, e.g. ``2 weeks after the line was met, or it became known that it will be met``."""
    if rule.dates:
        days = ", ".join(f"{day} {month_calendar.month_name[month]}" for month, day in rule.dates)
        return f"every year on {days}"
    if rule.before is not None:
        return f"{f'{rule.lead} ' if rule.lead else ''}before {EVENTS[rule.before]}"
    start = ", or ".join(EVENTS[name] for name in rule.starts) + (", whichever is later" if rule.from_latest else "")
    parts = []
    if rule.working_days is not None:
        parts.append(f"{rule.working_days} working days after {start}")
    elif rule.within is not None:
        parts.append(f"{rule.within} after {start}")
    elif start and rule.every is None:
        parts.append(f"once {start}")
    if rule.every is not None:
        parts.append(
            f"every {str(rule.every).removeprefix('1 ')}" + ("" if rule.within or not start else f" after {start}")
        )
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
    at, rounds = counter.end(start, first), 0
    while at < start_of_day(as_of):
        rounds += 1
        at = counter.end(start, (*first, Duration(every.months * rounds, every.days * rounds, every.minutes * rounds)))
    return at


@dataclass(frozen=True, slots=True)
class _Counter:
    """One way of counting in one time zone."""

    counting: str
    zone: ZoneInfo

    def end(self, start: datetime, periods: tuple[Duration, ...]) -> datetime:
        """The end of the periods, one after the other, that begin to run at `start`."""
        months = sum(p.months for p in periods)
        days = sum(p.days for p in periods)
        minutes = sum(p.minutes for p in periods)
        if not months and not days:
            return start + timedelta(minutes=minutes)
        local = start.astimezone(self.zone)
        if self.counting == "elapsed":
            day = _add_months(local.date(), months) + timedelta(days=days)
            moved = datetime.combine(day, local.time(), self.zone).astimezone(UTC)
            return moved + timedelta(minutes=minutes)
        last = self.last_day(local.date(), _add_months(local.date(), months) + timedelta(days=days))
        return self._midnight_after(last) + timedelta(minutes=minutes)

    def last_day(self, event: date, last: date) -> date:
        if not rolls(self.counting):
            return last
        last = first_working_day(last, self.counting)
        # Regulation 1182/71, Article 3(5): a period of two days or more includes at least two working days.
        if self.counting == "eu_1182_71" and (last - event).days >= 2:
            while (
                sum(is_working_day(event + timedelta(days=n + 1), self.counting) for n in range((last - event).days))
                < 2
            ):
                last = first_working_day(last + timedelta(days=1), self.counting)
        return last

    def _working_days(self, after: date, last: date) -> int:
        days = (after + timedelta(days=n + 1) for n in range((last - after).days))
        return sum(is_working_day(day, self.counting) for day in days)

    def next_date(self, dates: tuple[tuple[int, int], ...], as_of: date) -> datetime:
        """The end of the first of these yearly days that is not over on `as_of`."""
        days = sorted(_safe_date(year, *day) for year in (as_of.year, as_of.year + 1) for day in dates)
        last = next(self.last_day(day, day) for day in days if self.last_day(day, day) >= as_of)
        return self._midnight_after(last)

    def lead(self, moment: datetime, lead: Duration) -> datetime:
        """The end of the day that lies `lead` before the day of `moment`; hours are elapsed time."""
        if not lead.months and not lead.days:
            return moment - timedelta(minutes=lead.minutes)
        day = moment.astimezone(self.zone).date()
        return self._midnight_after(_add_months(day, -lead.months) - timedelta(days=lead.days))

    def after_working_days(self, start: datetime, count: int) -> datetime:
        """The end of the `count`-th working day after the day of `start`."""
        day = start.astimezone(self.zone).date()
        for _ in range(count):
            day = first_working_day(day + timedelta(days=1), self.counting)
        return self._midnight_after(day)

    def end_of(self, day: date) -> datetime:
        return self._midnight_after(day)

    def _midnight_after(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)


def _add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day (Regulation 1182/71, Article 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _safe_date(year, month + 1, day.day)


def _safe_date(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, month_calendar.monthrange(year, month)[1]))
