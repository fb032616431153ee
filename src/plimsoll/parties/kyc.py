"""One know-your-customer record: what a provider knows about the holder of one account.

The fields are those that the proposed rule on customer identification by US providers names (89 FR 5698, 15 CFR part 7
subpart D; never final) and that the treaty paper asks for (section 1.4.4): who the customer is, who owns and runs it,
how it pays, from where it works, what for, and for whom it resells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Kind(Enum):
    """What the customer is."""

    COMPANY = "company"
    PERSON = "person"
    PUBLIC_BODY = "public_body"
    OTHER = "other"


class Use(Enum):
    """What the customer says the accelerators are for."""

    TRAINING = "training"
    INFERENCE = "inference"
    RESEARCH = "research"
    RENDERING = "rendering"
    RESALE = "resale"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that an official register gave.

    Attributes:
        scheme: ``lei``, ``reg:XX`` (company register of the country XX, ISO 3166-1 alpha-2), ``tax:XX``.
        value: compact form, without blanks and dots, upper case.
    """

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where the customer sits or works; lines as filed."""

    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None


class Role(Enum):
    """How somebody stands to the customer."""

    OWNER = "owner"
    """Holds a share of it."""
    VOTER = "voter"
    """Holds votes in it."""
    DIRECTOR = "director"
    ON_BEHALF = "on_behalf"
    """The customer acts on this one's behalf, or is held for it (a nominee)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or a company behind the customer.

    Attributes:
        share_bp: share of capital or votes in basis points (25 % is 2500): the least that is known; None if unknown.
        share_max_bp: the most; equal to `share_bp` where the share is exact.
        born: date or year of birth as filed, for a person (``1970-03-01``, ``1970``).
        since, until: half-open, where the record says so.
    """

    name: str
    role: Role
    kind: Kind = Kind.PERSON
    country: str | None = None
    born: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    share_bp: int | None = None
    share_max_bp: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Downstream:
    """A customer of a reseller: to whom the account's use went on."""

    name: str
    country: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """The record of one account at one provider.

    Attributes:
        provider, account: as usage reports name them; together they name the record.
        customer_ref: the provider's own number of the customer (FOCUS x_CustomerRef).
        payment_instruments, phones, access_networks: keyed hashes (`keyed_hash.py`) or, before hashing, plain text.
        payer: who pays, where that is somebody else.
        reseller: the customer sells the use on.
        downstream: to whom; None where a list was not given, empty where the list is empty.
        opened, closed: of the account: first day, and the day after the last.
        filed_on: the day of the filing; a later record of the same account replaces an earlier one.
    """

    provider: str
    account: str
    legal_name: str
    kind: Kind = Kind.COMPANY
    customer_ref: str | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    jurisdiction: str | None = None
    incorporated: date | None = None
    addresses: tuple[Address, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    payment_instruments: tuple[str, ...] = ()
    payer: str | None = None
    access_networks: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    reseller: bool = False
    downstream: tuple[Downstream, ...] | None = None
    declared_use: Use | None = None
    opened: date | None = None
    closed: date | None = None
    filed_on: date | None = None

    @property
    def subject(self) -> str:
        """The account as declarations and findings name it: ``provider/account``."""
        return f"{self.provider}/{self.account}"
