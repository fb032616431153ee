"""Sets customers' records against usage, declarations and each other, and gathers what does not agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.kyc_contradiction import Contradiction
from plimsoll.assess.detectors.spelling import by_folded, folded, listed
from plimsoll.assess.outside_life import OutsideLife, outside_life
from plimsoll.assess.tables import account_columns, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals
    from plimsoll.parties.known import KnownAccount, KnownParties

SLACK_DAYS = 1
"""A day early or late is no contradiction: records keep local time, usage is in UTC."""

_LISTED = 5
"""How many names a sentence lists."""


def contradictions(
    known: KnownParties,
    declared: Sequence[DeclarationSeen],
    daily: ir.Table,
    totals: AccountTotals,
    named: ir.Table | None,
) -> tuple[Contradiction, ...]:
    """Everything that does not agree, in order of subject and code.

    Args:
        named: whom usage names beside an account: see `compute.usage.customers`.
    """
    found = [
        *_wrong_records(known),
        *_out_of_life(known, daily, totals),
        *_other_developers(known, declared),
        *_unmatched(known, totals),
    ]
    if named is not None:
        told = _customers_told(named)
        found += [*_other_customers(known, named, told), *_several_customers(known, told)]
    return tuple(sorted(found, key=lambda each: (each.subject, each.code, each.what)))


def invoiced_by(known: KnownParties, named: ir.Table | None) -> dict[str, int]:
    """Per account with a record, how many others are invoiced in the name of its holder.

    A provider that invoices its own customers is no reseller.
    """
    from plimsoll.parties.normalise import name_key

    if named is None:
        return {}
    told = named.filter(named.invoice_issuer.notnull()).select("provider", "account", "invoice_issuer").distinct()
    counts = told.group_by("provider", "invoice_issuer").agg(accounts=told.count())
    issuers: dict[str, int] = {}
    for row in rows_of(counts):
        key = name_key(row["invoice_issuer"])
        if key and key != name_key(row["provider"]):
            issuers[key] = issuers.get(key, 0) + int(row["accounts"])
    if not issuers:
        return {}
    holders = [record for record in known.accounts.values() if name_key(record.legal_name) in issuers]
    own: dict[str, set[str]] = {}
    for record in holders:
        own.setdefault(name_key(record.legal_name), set()).add(record.subject)
    pairs = {(f"{row['provider']}/{row['account']}", name_key(row["invoice_issuer"])) for row in _of_issuers(told, own)}
    others = {key: len({subject for subject, by in pairs if by == key} - subjects) for key, subjects in own.items()}
    return {record.subject: others[name_key(record.legal_name)] for record in holders}


def _of_issuers(told: ir.Table, own: Mapping[str, set[str]]) -> Iterator[dict[str, str]]:
    """The accounts that are invoiced in one of the names, which are spelt in any way."""
    from plimsoll.parties.normalise import name_key

    spelt = rows_of(told.select("invoice_issuer").distinct())
    names = sorted(row["invoice_issuer"] for row in spelt if name_key(row["invoice_issuer"]) in own)
    yield from rows_of(told.filter(told.invoice_issuer.isin(names))) if names else ()


def _place(record: KnownAccount) -> str:
    return f"{record.file}, row {record.row}" if record.file else ""


def _wrong_records(known: KnownParties) -> Iterator[Contradiction]:
    for subject, record in known.accounts.items():
        for problem in record.problems:
            what = f"{subject}: {problem.what.rstrip('.')}"
            yield Contradiction(subject, problem.code, what, _place(record), slip=True)


def _out_of_life(known: KnownParties, daily: ir.Table, totals: AccountTotals) -> Iterator[Contradiction]:
    lives = {
        subject: (record.opened, record.closed)
        for subject, record in known.accounts.items()
        if record.opened is not None or record.closed is not None
    }
    for outside in outside_life(daily, totals, lives, SLACK_DAYS):
        yield _outside(outside, known.accounts[outside.subject])


def _outside(outside: OutsideLife, record: KnownAccount) -> Contradiction:
    days = wording.several(outside.days, "day", "days")
    used = f"used accelerators on {days} from {outside.first} to {outside.last}"
    amount = f"up to {wording.amount(outside.cap_flop)}"
    if outside.before:
        what = f"{record.subject} was opened on {record.opened} by its record, but {used}, {amount}, before that"
        return Contradiction(record.subject, "kyc.used_before_opening", what, _place(record))
    what = f"{record.subject} was closed on {record.closed} by its record, but {used}, {amount}"
    return Contradiction(record.subject, "kyc.used_after_closing", what, _place(record))


def _other_developers(known: KnownParties, declared: Iterable[DeclarationSeen]) -> Iterator[Contradiction]:
    """Declared runs on accounts that somebody else holds; a reseller holds what others develop on."""
    kin: dict[str, set[str]] = {}
    for record in known.accounts.values():
        for key in (record.party, record.group):
            if key is not None:
                kin.setdefault(key, set()).add(record.legal_name)
    for declaration in declared:
        for subject in declaration.accounts:
            holder = known.accounts.get(subject)
            if holder is None or holder.reseller:
                continue
            names = {holder.legal_name} | kin.get(holder.party, set()) | kin.get(holder.group or "", set())
            if not any(same_name(declaration.developer, name) for name in sorted(names)):
                yield Contradiction(
                    subject,
                    "kyc.other_developer",
                    f'the run "{declaration.id}" on {subject} is declared by {declaration.developer}, the account is '
                    f"held by {holder.legal_name}",
                    _place(holder),
                )


def same_name(one: str, other: str) -> bool:
    """Whether two names may mean one company: one is short for the other, or half of their words are the same.

    A name of which nothing is left to compare may mean anybody.
    """
    from plimsoll.parties.normalise import name_tokens

    first, second = name_tokens(one), name_tokens(other)
    if not first or not second:
        return True
    whole, part = "".join(first), "".join(second)
    if whole in part or part in whole:
        return True
    shared = set(first) & set(second)
    return 2 * len(shared) >= min(len(set(first)), len(set(second)))


def _unmatched(known: KnownParties, totals: AccountTotals) -> Iterator[Contradiction]:
    """Records that name accounts otherwise than usage does, and records of providers without any usage.

    A record of an account that used nothing is no contradiction as such.
    """
    filed: dict[str, set[str]] = {}
    for subject in known.accounts:
        filed.setdefault(subject.partition("/")[0], set()).add(subject)
    used = {each.provider for each in totals.values()}
    unknown: dict[str, set[str]] = {}
    for subject, each in totals.items():
        if subject not in known.accounts:
            unknown.setdefault(each.provider, set()).add(subject)
    for provider, subjects in sorted(filed.items()):
        if provider not in used:
            records = wording.several(len(subjects), "record is", "records are")
            nearly = by_folded(used).get(folded(provider), ())
            spelt = f"; there is use at {listed(nearly)}, which differs only in spelling" if nearly else ""
            what = f"{records} of accounts at {provider}, for which no use of accelerators is reported{spelt}"
            yield Contradiction(provider, "kyc.provider_without_usage", what, "")
        elif provider in unknown:
            yield from _spelt_otherwise(known, provider, subjects, unknown[provider])


def _spelt_otherwise(
    known: KnownParties, provider: str, recorded: set[str], unknown: set[str]
) -> Iterator[Contradiction]:
    spelt = by_folded(unknown)
    for subject in sorted(recorded):
        nearly = [name for name in spelt.get(folded(subject), ()) if name != subject]
        if nearly:
            what = f"the record of {subject} names no account with use; {listed(nearly[:_LISTED])} differs in spelling"
            yield Contradiction(provider, "kyc.account_spelt_otherwise", what, _place(known.accounts[subject]))


def _customers_told(named: ir.Table) -> dict[str, tuple[int, str]]:
    """How many customers usage names per account, and the first of them, in order of provider and account."""
    told = named.filter(named.customer_ref.notnull())
    refs = told.group_by("provider", "account").agg(refs=told.customer_ref.nunique(), one=told.customer_ref.min())
    rows = rows_of(refs.order_by("provider", "account"))
    return {f"{row['provider']}/{row['account']}": (int(row["refs"]), row["one"]) for row in rows}


def _other_customers(
    known: KnownParties, named: ir.Table, told: Mapping[str, tuple[int, str]]
) -> Iterator[Contradiction]:
    """Usage rows that name another customer than the account's record does; a reseller's may."""
    recorded = {
        subject: record.customer_ref
        for subject in told
        if (record := known.accounts.get(subject)) and record.customer_ref and not record.reseller
    }
    several = [subject for subject in recorded if told[subject][0] > 1]
    names = [(subject, told[subject][1]) for subject in recorded if told[subject][0] == 1]
    names += _all_customers(named, several)
    others: dict[str, set[str]] = {}
    for subject, ref in names:
        if folded(ref) != folded(recorded[subject]):
            others.setdefault(subject, set()).add(ref)
    for subject, refs in sorted(others.items()):
        record = known.accounts[subject]
        what = (
            f"usage of {subject} names the customer {_some(refs)}, the account's record the customer "
            f'"{record.customer_ref}"'
        )
        yield Contradiction(subject, "kyc.other_customer", what, _place(record))


def _all_customers(named: ir.Table, subjects: Sequence[str]) -> list[tuple[str, str]]:
    """Every customer that usage of these accounts names, with the account."""
    from plimsoll.compute.engine import load

    if not subjects:
        return []
    types = {"provider": "VARCHAR", "account": "VARCHAR"}
    chosen = load(named.get_backend(), map(account_columns, subjects), types, "several_customers")
    told = named.filter(named.customer_ref.notnull()).semi_join(chosen, ["provider", "account"])
    rows = rows_of(told.select("provider", "account", "customer_ref").distinct())
    return [(f"{row['provider']}/{row['account']}", row["customer_ref"]) for row in rows]


def _several_customers(known: KnownParties, told: Mapping[str, tuple[int, str]]) -> Iterator[Contradiction]:
    """Accounts whose usage names several customers, while the record names none and calls nobody a reseller."""
    for subject, (refs, _) in told.items():
        record = known.accounts.get(subject)
        if refs > 1 and record is not None and not record.customer_ref and not record.reseller:
            what = f"usage of {subject} names {refs:,} customers, its record one, who is no reseller"
            yield Contradiction(subject, "kyc.several_customers", what, _place(record))


def _some(names: set[str]) -> str:
    first = sorted(names)
    more = len(first) - _LISTED
    return listed(first[:_LISTED]) + (f" and {more:,} more" if more > 0 else "")
