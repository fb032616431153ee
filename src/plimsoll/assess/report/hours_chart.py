"""Several accounts hour by hour, one strip under the other, so that starting and stopping together meets the eye.

Each strip is drawn against its own account's busiest hour: shells differ in size, not in rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from plimsoll.assess.assessment import HourSeries
from plimsoll.assess.report.axis import FULL, percent
from plimsoll.assess.report.figures import short_day
from plimsoll.assess.report.load_line import Caption, chart_frame, shorten
from plimsoll.assess.report.markup import Markup, element, join

HOURS = 240
"""How many hours are drawn: ten days, in which one hour is still seen."""
MOST = 12
_HOUR = timedelta(hours=1)
_STRIP, _LABEL, _TOP = 46, 17, 4
_TALL = _STRIP - _LABEL - 5


def hours_chart(caption: Caption, accounts: Sequence[HourSeries], moments: Sequence[datetime]) -> Markup:
    """The strips of at most `MOST` accounts over the stretch that shows most."""
    shown = accounts[:MOST]
    first = stretch(shown, moments)
    floor = _TOP + _STRIP * len(shown)
    marks = sorted({moment for moment in moments if first <= moment < first + HOURS * _HOUR})
    return chart_frame(
        "hours",
        caption,
        floor + 24,
        [_moment(moment, first, floor) for moment in marks],
        element(
            "svg",
            [_strip(series, first, at) for at, series in enumerate(shown)],
            x=0, y=0, width="100%", height=floor, viewBox=f"0 0 {HOURS} {floor}", preserveAspectRatio="none",
        ),
        [_label(series, at) for at, series in enumerate(shown)],
        _days(first, floor),
    )  # fmt: skip


def stretch(accounts: Sequence[HourSeries], moments: Sequence[datetime]) -> datetime:
    """The first hour to draw: the ten days with most common moments, else those in which the first account begins."""
    if moments:
        ordered = sorted(moments)
        best = max(ordered, key=lambda begin: _within(ordered, begin))
        return max(_midnight(best - 12 * _HOUR), _midnight(min(series.start for series in accounts)))
    begins = [begin for series in accounts if (begin := _first_use(series)) is not None]
    return _midnight(min(begins, default=accounts[0].start) - 12 * _HOUR)


def _within(moments: Sequence[datetime], begin: datetime) -> int:
    """How many moments the stretch would show that begins half a day before this one; `max` takes the first best."""
    return sum(begin <= moment < begin + (HOURS - 24) * _HOUR for moment in moments)


def _first_use(series: HourSeries) -> datetime | None:
    used = (at for at, amount in enumerate(series.accel_ns) if amount > 0)
    at = next(used, None)
    return None if at is None else series.start + at * _HOUR


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _strip(series: HourSeries, first: datetime, at: int) -> Markup:
    """A stepped area over the hours, zero where the account was not used."""
    busiest = max(series.accel_ns, default=0)
    floor = _TOP + _STRIP * (at + 1) - 5
    offset = (first - series.start) // _HOUR
    steps = []
    for hour in range(HOURS):
        index = offset + hour
        amount = series.accel_ns[index] if 0 <= index < len(series.accel_ns) else 0
        tall = max(amount, 0) * _TALL // busiest if busiest > 0 else 0
        steps.append(f"V{floor - tall}H{hour + 1}")
    return element("path", d=f"M0 {floor}{''.join(steps)}V{floor}Z", class_="area")


def _label(series: HourSeries, at: int) -> Markup:
    y = _TOP + _STRIP * at + _LABEL - 4
    by_day = "  (reported by day)" if series.grain == "day" else ""
    return element("text", shorten(series.subject, 46) + by_day, class_="name halo", x=0, y=y)


def _moment(moment: datetime, first: datetime, floor: int) -> Markup:
    at = percent(((moment - first) // _HOUR) * FULL // HOURS)
    return element("line", class_="cross", x1=at, x2=at, y1=_TOP, y2=floor)


def _days(first: datetime, floor: int) -> Markup:
    last = first + HOURS * _HOUR
    middle = first + HOURS // 2 * _HOUR
    return join(
        [
            element("line", class_="grid", x1=0, x2="100%", y1=floor, y2=floor),
            element("text", short_day(first.date()), class_="axis", x=0, y=floor + 18),
            element("text", short_day(middle.date()), class_="axis", x="50%", y=floor + 18, text_anchor="middle"),
            element("text", short_day(last.date()), class_="axis", x="100%", y=floor + 18, text_anchor="end"),
        ]
    )
