"""What a risk profile may ask about an account: the vocabulary of profile files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from plimsoll.parties.kyc import Use

Kind = Literal["number", "flag", "word", "lists"]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of an account on the day of an assessment. None is unknown, and never counts as no.

    Attributes:
        age_days: from the incorporation of the customer (else from the opening of the account) to its first heavy use.
        accelerator_hours_30, accelerator_hours_90: in the latest 30 and 90 days.
        ramp_percent: accelerator-hours of the latest 30 days in percent of those of the 30 days before; unknown where
            nothing was used before.
        owner_known: at least one beneficial owner is named, or none is needed (a person, a public body).
        payer_differs: somebody else pays.
        reseller: the customer sells the use on.
        downstream_given: it named its own customers.
        declared_use: a value of `kyc.Use`.
        train_share_bp, infer_share_bp: accelerator-hours that reports label as training and as inference, in basis
            points of all that carry a label.
        jurisdiction: ISO 3166-1 alpha-2.
        screened: names of the lists on which the customer or an owner was found; empty where it was looked for on
            lists and not found, None where nobody looked.
    """

    age_days: int | None = None
    accelerator_hours_30: int | None = None
    accelerator_hours_90: int | None = None
    ramp_percent: int | None = None
    owner_known: bool | None = None
    payer_differs: bool | None = None
    reseller: bool | None = None
    downstream_given: bool | None = None
    declared_use: str | None = None
    train_share_bp: int | None = None
    infer_share_bp: int | None = None
    jurisdiction: str | None = None
    screened: tuple[str, ...] | None = None


KINDS: Mapping[str, Kind] = {
    "age_days": "number",
    "accelerator_hours_30": "number",
    "accelerator_hours_90": "number",
    "ramp_percent": "number",
    "owner_known": "flag",
    "payer_differs": "flag",
    "reseller": "flag",
    "downstream_given": "flag",
    "declared_use": "word",
    "train_share_bp": "number",
    "infer_share_bp": "number",
    "jurisdiction": "word",
    "screened": "lists",
}
"""Every fact, and what it can be compared with."""

WORDS: Mapping[str, tuple[str, ...]] = {"declared_use": tuple(use.value for use in Use)}
"""Facts in words that have only these values."""

assert set(KINDS) == {field.name for field in fields(AccountFacts)}
