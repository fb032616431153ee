"""What the control graph counts as a link: thresholds, caps and discounts, in one place and named in the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.control_group import Tie

ALONE = frozenset(
    {Tie.OWNERSHIP, Tie.VOTES, Tie.ON_BEHALF, Tie.OWNER, Tie.DIRECTOR, Tie.PAYMENT, Tie.PHONE, Tie.NETWORK}
)
"""Ties that one shared value makes, up to the hub cap. An address, an e-mail domain and a person's bare name never do:
they are evidence only together with others (`Tie.SEVERAL`)."""

DISCOUNTS = {Tie.PHONE: 100, Tie.NETWORK: 150, Tie.DIRECTOR: 100, Tie.ADDRESS: 100, Tie.EMAIL: 100}
"""Centibits by which a kind says less than its rarity: lines are passed on, networks are let, directors are hired."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """How the control graph is drawn. Every figure is an assumption that the authority may change.

    Attributes:
        share_bp: from which share of capital or votes an owner controls, in basis points (25 %: the usual line of
            beneficial ownership).
        minor_bp: a smaller share of a company is no evidence alone: investors hold many.
        hub_cap: a value that more parties share links nobody.
        population: rarity is counted against at least so many parties: a register of ten says little about how common
            a telephone number is.
        margin_centibits: values that link nobody alone link together if their bits exceed ``log2(parties)`` by this
            much, so that among all parties fewer than one in ``2^(margin/100)`` has such a double by chance.
        discounts: centibits per kind.
        longest_epochs: changes of date within a group that are followed day by day; beyond, by month, then by year.
    """

    share_bp: int = 2_500
    minor_bp: int = 1_000
    hub_cap: int = 25
    population: int = 10_000
    margin_centibits: int = 800
    discounts: dict[Tie, int] = field(default_factory=lambda: dict(DISCOUNTS))
    longest_epochs: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.share_bp <= 10_000:
            raise _refused("share_bp", self.share_bp, "from 1 to 10,000 basis points")
        if not 0 <= self.minor_bp <= self.share_bp:
            raise _refused("minor_bp", self.minor_bp, "from 0 to share_bp")
        if self.hub_cap < 2:
            raise _refused("hub_cap", self.hub_cap, "at least 2")
        if self.population < 4:
            raise _refused("population", self.population, "at least 4")
        if self.longest_epochs < 2:
            raise _refused("longest_epochs", self.longest_epochs, "at least 2")


def _refused(name: str, value: int, wanted: str) -> PlimsollError:
    return PlimsollError("control.setting", f"{name} is {value}", fix=f"Give {wanted}.")
