"""Writes the know-your-customer filings: one JSON Lines file per provider with a record for each of its accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from plimsoll.parties.filing.jsonl import record_text
from plimsoll.parties.kyc import CustomerRecord, Use
from plimsoll.sample.dirt import Clerk
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.identity import Identity, alone
from plimsoll.sample.neighbours import Neighbours
from plimsoll.sample.plan import Plan
from plimsoll.sample.roster import Account, Party

KYC = "kyc"
_NOTHING: frozenset[str] = frozenset()


def write_kyc(plan: Plan, folder: Path) -> tuple[tuple[str, int], ...]:
    """Writes ``kyc/provider=ID/YYYY-MM-DD.jsonl`` below the folder, dated the day after the data; path and records."""
    files = []
    records = Records(plan)
    for provider in plan.providers:
        path = f"{KYC}/provider={provider.id}/{plan.request.end.isoformat()}.jsonl"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        count = 0
        with (folder / path).open("w", encoding="utf-8", newline="\n") as file:
            for record in records.of(provider.id):
                file.write(record_text(record) + "\n")
                count += 1
        files.append((path, count))
    return tuple(files)


class Records:
    """The record of every account, made when it is asked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._neighbours = Neighbours(plan.request.seed, plan.request.customers)
        self._first: dict[int, int] = {}
        self._use: dict[int, Use] = {}
        for stream in plan.roster.streams:
            if stream.sku.chip is not None:
                self._first[stream.account] = min(stream.start, self._first.get(stream.account, stream.start))
                self._use.setdefault(stream.account, _purpose(stream.workload))

    def of(self, provider: str) -> Iterator[CustomerRecord]:
        """All records of a provider, in the order of its accounts."""
        for number, account in enumerate(self._plan.roster.accounts):
            if account.provider.id == provider:
                yield self.record(number, account)

    def record(self, number: int, account: Account) -> CustomerRecord:
        request = self._plan.request
        planted = self._plan.holders.get(number)
        identity, kept = planted or (self._everyday(account.party), _NOTHING)
        if planted:
            identity = self._neighbours.crowded(identity, kept)
        if identity.use is None:
            identity = replace(identity, use=self._use.get(number, Use.OTHER))
        draw = Draw(key_of(request.seed, "record", account.key))
        return Clerk(draw, request.kyc_gaps, kept).record(
            identity, account, filed_on=request.end, opened=self._opened(draw, number, identity, planted is not None)
        )

    def _everyday(self, party: Party) -> Identity:
        return self._neighbours.everyday(alone(self._plan.request.seed, party))

    def _opened(self, draw: Draw, number: int, identity: Identity, planted: bool) -> date | None:
        """Accounts are opened when their holder is founded, or later; those of planted cases mostly for the purpose."""
        first = self._plan.request.start + timedelta(hours=self._first.get(number, 0))
        before = draw.between(1, 45) if planted and draw.happens(700) else draw.between(1, 2_000)
        return None if draw.happens(60) else max(min(identity.incorporated, first), first - timedelta(days=before))


def _purpose(workload: str | None) -> Use:
    return {"train": Use.TRAINING, "infer": Use.INFERENCE}.get(workload or "", Use.OTHER)
