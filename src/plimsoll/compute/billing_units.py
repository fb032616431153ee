"""What one unit of a billed quantity is: machine time, accelerator time, or something else.

FOCUS leaves the spelling of `ConsumedUnit` and `PricingUnit` to the provider: "Hours", "1 Hour", "GPU-Hours",
"Gigabyte Per Hour", "Units/Month". Lengths are whole nanoseconds; a month has no fixed length and so is none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

HOUR_NS = 3_600 * 10**9
"""Nanoseconds in an hour."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LENGTHS = {
    10**9: "s sec secs second seconds",
    60 * 10**9: "min mins minute minutes",
    HOUR_NS: "h hr hrs hour hours hourly",
    24 * HOUR_NS: "day days daily",
}
_TIME = {word: length for length, words in _LENGTHS.items() for word in words.split()}
_CALENDAR = _words("mo month months monthly year years yr yrs week weeks")
_MACHINE = _words("instance instances vm vms node nodes box machine machines server servers host compute")
_ACCELERATOR = _words("gpu gpus tpu tpus npu npus chip chips accelerator accelerators card cards device")
_NOT_MACHINES = _words(
    "b kb mb gb tb pb kib mib gib tib byte bytes gigabyte gigabytes gibibyte gibibytes terabyte gby giby "
    "cpu cpus vcpu vcpus ocpu ocpus ecpu core cores lcu acu dpu ncu dbu rcu wcu iops io ios request requests "
    "query queries key keys event events operation operations token tokens api disk disks address addresses ip "
    "user users seat seats secret secrets rule rules zone zones gateway endpoint cluster"
)
_FILLERS = _words("per of in virtual running")
_MOST_DIGITS = 6
"""Nobody prices a million hours at a time."""

_WORDS = re.compile(r"[^\W\d_]+|\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class BillingUnit:
    """One unit of a quantity.

    Attributes:
        counts: ``machine`` time (times the accelerators of the machine), ``accelerator`` time (one each),
            ``other`` (not time of either), or ``unknown`` (time, but of what or how long is not clear).
        nanoseconds: its length; 0 unless it counts machines or accelerators.
    """

    counts: Literal["machine", "accelerator", "other", "unknown"]
    nanoseconds: int = 0


_OTHER = BillingUnit("other")
_UNKNOWN = BillingUnit("unknown")


@lru_cache(maxsize=4096)
def read_unit(text: str | None) -> BillingUnit:
    """Reads a unit as clouds write it, in any case: "Hours", "10 Hours", "GPU Per Hour", "GB-Months"."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text or "").casefold())
    if not words:
        return _UNKNOWN
    lengths = [_TIME[word] for word in words if word in _TIME]
    numbers = [word for word in words if word[0].isdigit()]
    rest = {word for word in words if word not in _TIME and word not in numbers} - _FILLERS
    accelerators = rest & _ACCELERATOR
    if rest & _NOT_MACHINES:
        return _UNKNOWN if accelerators else _OTHER
    if not lengths and not rest & _CALENDAR:
        return _UNKNOWN if accelerators or numbers == words else _OTHER
    if len(lengths) != 1 or rest - _MACHINE - _ACCELERATOR or len(numbers) > 1:
        return _UNKNOWN
    multiple = numbers[0].replace(",", "") if numbers else "1"
    if not multiple.isdecimal() or len(multiple) > _MOST_DIGITS or int(multiple) == 0:
        return _UNKNOWN
    return BillingUnit("accelerator" if accelerators else "machine", lengths[0] * int(multiple))
