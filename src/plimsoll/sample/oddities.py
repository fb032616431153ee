"""What real bills contain besides plain charges: corrections, idle commitments, and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.plan import GAP_PROVIDER, Month, Plan
from plimsoll.sample.providers import Provider
from plimsoll.sample.usage import LENGTH, Kind, Rows, hours_of

_DEFECTIVE = ("norrvik-cloud", "pellworth")
"""Providers whose reports have a few unusable rows."""
_UNMARKED = "kestrelmoor"
"""The provider that takes charges back without marking the row as a correction."""

_Row = tuple[int, int, int, int, int, int]


class Oddities:
    """The odd rows of one provider, month by month."""

    def __init__(self, plan: Plan, provider: Provider) -> None:
        self._plan = plan
        self._provider = provider
        self._months = plan.request.months()
        self._accelerators = [
            number
            for number, stream in enumerate(plan.roster.streams)
            if stream.sku.chip is not None and plan.roster.accounts[stream.account].provider is provider
        ]

    def rows(self, month: Month) -> Rows:
        """Charges made in error this month, last month's taken back, idle commitments, and defects.

        Every charge made in error is taken back in full, so that the truth about an account does not change. The
        last month's are taken back at once, and those of a provider with a gap too.
        """
        at = self._months.index(month)
        rows: list[_Row] = []
        for charge, refund in self._errors(month):
            rows.append(charge)
            if at == len(self._months) - 1 or self._provider.id == GAP_PROVIDER:
                rows.append(refund)
        if at > 0 and self._provider.id != GAP_PROVIDER:
            rows += [refund for _, refund in self._errors(self._months[at - 1])]
        rows += self._unused(month)
        if self._provider.id in _DEFECTIVE:
            rows += self._defects(month)
        return Rows.of(rows)

    def _errors(self, month: Month) -> Iterator[tuple[_Row, _Row]]:
        back = Kind.TAKEN_BACK if self._provider.id == _UNMARKED else Kind.CORRECTION
        for stream, start, end, full, active in self._places("errors", month, per=150):
            amount = max(1, full // 2)
            yield (stream, start, end, amount, active, Kind.CHARGE), (stream, start, end, -amount, active, back)

    def _unused(self, month: Month) -> Iterator[_Row]:
        for stream, start, end, full, _ in self._places("unused", month, per=200):
            yield stream, start, end, max(1, full // 4), 0, Kind.UNUSED

    def _defects(self, month: Month) -> Iterator[_Row]:
        for kind in (Kind.BACKWARDS, Kind.NO_QUANTITY, Kind.NO_ACCOUNT):
            for stream, start, end, full, active in self._places(kind.name, month, per=10_000):
                times = (end, start) if kind is Kind.BACKWARDS else (start, end)
                yield stream, *times, full, active, kind

    def _places(self, what: str, month: Month, *, per: int) -> Iterator[tuple[int, int, int, int, int]]:
        """One charge period, and another per so many streams: stream, start, end, full quantity, activity."""
        first, last = hours_of(self._plan, month)
        streams = self._plan.roster.streams
        active = [
            number for number in self._accelerators if streams[number].start < last and streams[number].end > first
        ]
        draw = Draw(key_of(self._plan.request.seed, what, self._provider.id, *month))
        for _ in range(1 + len(active) // per):
            number = draw.one_of(active)
            stream = streams[number]
            length = LENGTH[stream.grain]
            begin, finish = max(first, stream.start), min(last, stream.end)
            start = begin + draw.below((finish - begin) // length) * length
            yield number, start, start + length, stream.level * length, stream.active_bp * self._provider.measures
