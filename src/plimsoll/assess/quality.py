"""What the reports are worth: every file with its rows, what was rejected and why, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import (
    Corrections,
    DataQuality,
    InputFile,
    Rejection,
    UnmappedSku,
    UnusedCommitment,
)

if TYPE_CHECKING:
    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.usage.delivery import UsageDelivery

Name = Callable[[str], str]
"""Gives a file's path the name under which an assessment shows it."""
