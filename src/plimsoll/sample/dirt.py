"""From an identity to a record as a provider files it: typing errors, other writings, old addresses, gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from plimsoll.parties.kyc import Address, CustomerRecord, Holder, Identifier, Kind
from plimsoll.sample.draw import Draw
from plimsoll.sample.identity import Identity
from plimsoll.sample.names import LONG_FORMS
from plimsoll.sample.roster import Account

USUAL_GAPS = 120
"""Permille of the fields that a record lacks."""
_NOTHING_SAID = ("N/A", "n/a", "none", "-", "unknown", "TBA", "not provided")
_ACCENTS = str.maketrans("aeiou", "áéîöü")
_RESPELT = (("k", "c"), ("v", "w"), ("x", "ks"), ("qu", "kw"), ("ph", "f"), ("y", "i"))


class Clerk:
    """Fills in one record, badly.

    Args:
        gaps: permille of the fields that are missing.
        kept: fields of the identity that are never lost at the usual gaps; beyond them they go like others.
    """

    def __init__(self, draw: Draw, gaps: int = USUAL_GAPS, kept: frozenset[str] = frozenset()) -> None:
        self._draw = draw
        self._gaps = gaps
        self._kept = kept

    def record(self, identity: Identity, account: Account, *, filed_on: date, opened: date | None) -> CustomerRecord:
        """The record of one account."""
        name, aliases = self._name(identity)
        return CustomerRecord(
            account.provider.id,
            account.id,
            name,
            identity.kind,
            customer_ref=account.ref,
            aliases=aliases,
            identifiers=self._identifiers(identity),
            jurisdiction=None if self._lost("jurisdiction", 300) else identity.jurisdiction,
            incorporated=None if self._lost("incorporated") else identity.incorporated,
            addresses=self._addresses(identity),
            emails=self._one("email", self._cased(identity.email)),
            phones=self._one("phone", identity.phone),
            payment_instruments=self._one("card", identity.card, 500),
            payer=identity.payer,
            access_networks=self._one("network", identity.network),
            holders=self._holders(identity),
            reseller=identity.reseller,
            downstream=identity.downstream,
            declared_use=None if self._lost("use") else identity.use,
            opened=opened,
            filed_on=filed_on,
        )

    def _lost(self, field: str, times: int = 1000) -> bool:
        """Whether the field is missing; `times` scales how often, in permille."""
        chance = self._gaps * times // 1000
        if field in self._kept:
            chance = max(0, self._gaps - USUAL_GAPS) * 1000 // (1000 - USUAL_GAPS)
        return self._draw.happens(min(1000, chance))

    def _one(self, field: str, value: str, times: int = 1000) -> tuple[str, ...]:
        if self._lost(field, times):
            return (self._draw.one_of(_NOTHING_SAID),) if self._draw.happens(200) else ()
        return (value,)

    def _cased(self, text: str) -> str:
        return text.title() if self._draw.happens(50) else text

    def _name(self, identity: Identity) -> tuple[str, tuple[str, ...]]:
        draw, name = self._draw, identity.name
        if identity.local_name and draw.happens(250):
            return identity.local_name, (name,)
        aliases = (identity.local_name,) if identity.local_name and draw.happens(600) else ()
        word, _, form = name.rpartition(" ")
        if form in LONG_FORMS and draw.happens(140):
            name = f"{word} {draw.one_of(LONG_FORMS[form])}"
        if draw.happens(60):
            name = typo(draw, name)
        if draw.happens(80):
            name = name.upper()
        elif draw.happens(50):
            name = name.translate(_ACCENTS) if draw.happens(400) else respelt(draw, name)
        if draw.happens(50):
            name = name.replace(" ", ", ", 1) if draw.happens(500) else name.replace(" ", "  ")
        return name, aliases

    def _identifiers(self, identity: Identity) -> tuple[Identifier, ...]:
        kept = [each for each in identity.identifiers if not self._lost("identifiers", 1800)]
        if kept and self._draw.happens(12):
            kept[0] = replace(kept[0], value=typo(self._draw, kept[0].value, "0123456789"))
        return tuple(kept)

    def _addresses(self, identity: Identity) -> tuple[Address, ...]:
        draw = self._draw
        if self._lost("address"):
            return (Address(street=draw.one_of(_NOTHING_SAID)),) if draw.happens(200) else ()
        now = identity.address
        if draw.happens(60) and now.street:
            now = replace(now, street=typo(draw, now.street))
        elif draw.happens(150) and now.street:
            now = replace(now, street=now.street.replace("Street", "St").replace("Road", "Rd").upper())
        if draw.happens(60):
            now = replace(now, postcode=None)
        if identity.former is None or draw.happens(600):
            return (now,)
        return (identity.former,) if draw.happens(500) else (now, identity.former)

    def _holders(self, identity: Identity) -> tuple[Holder, ...]:
        if self._lost("holders", 500):
            return ()
        kept = (holder for holder in identity.holders if not self._lost("holders", 500))
        return tuple(self._holder(holder) for holder in kept)

    def _holder(self, holder: Holder) -> Holder:
        draw, name, born = self._draw, holder.name, holder.born
        first, _, last = name.rpartition(" ")
        if holder.kind is Kind.PERSON and first and draw.happens(150):
            name = f"{last}, {first}"
        if draw.happens(60):
            name = name.upper()
        if "holders" not in self._kept:
            if draw.happens(30):
                name = typo(draw, name)
            if born and draw.happens(200):
                born = born[:4] if draw.happens(600) else None
        return replace(holder, name=name, born=born)


def typo(draw: Draw, text: str, letters: str = "aeinorst") -> str:
    """Two signs changed places, or one is missing, doubled or wrong."""
    at = draw.below(max(1, len(text) - 1))
    how = draw.below(4)
    if how == 0:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    if how == 1:
        return text[:at] + text[at + 1 :] or text
    if how == 2:
        return text[:at] + text[at : at + 1] * 2 + text[at + 1 :]
    return text[:at] + draw.one_of(letters) + text[at + 1 :]


def respelt(draw: Draw, text: str) -> str:
    """The same sounds in other letters, as when a name was written in another script in between."""
    ours, theirs = draw.one_of(_RESPELT)
    return text.replace(ours, theirs)
