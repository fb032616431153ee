"""What people type to name a record, a party or a group of a register."""

from __future__ import annotations

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.control_group import ControlGroup
from plimsoll.parties.known import KnownParties
from plimsoll.parties.register.folder import Register
from plimsoll.parties.resolution.explain import best_pair


def records_named(register: Register, name: str) -> tuple[int, ...]:
    """The records of an account (``provider/account``), a record number or a party id.

    Raises:
        PlimsollError: ``parties.unknown``.
    """
    subjects = register.resolution.known.subjects
    found = tuple(number for number, subject in enumerate(subjects) if subject == name)
    if not found:
        found = tuple(number for number, party in enumerate(register.resolution.party_of) if party == name)
    if not found and name.isascii() and name.isdigit() and len(name) < 10 and int(name) < len(subjects):
        found = (int(name),)
    if found:
        return found
    raise PlimsollError(
        "parties.unknown",
        f'the register knows no account, record or party "{name[:80]}"',
        fix="Name an account as provider/account, a party as P-..., or a record by its number; see parties list.",
    )


def two_records(register: Register, one: str, other: str) -> tuple[int, int]:
    """Two different records for two names; of parties, the two with the strongest link.

    Raises:
        PlimsollError: ``parties.unknown``, ``parties.one_record``.
    """
    ones, others = records_named(register, one), records_named(register, other)
    if len({*ones, *others}) < 2:
        raise PlimsollError(
            "parties.one_record", f"both names stand for {one}", fix="Name two accounts, records or parties."
        )
    return best_pair(register.resolution, ones, others)


def group_of(known: KnownParties, name: str) -> ControlGroup:
    """The control group with an id, or that of an account or a party.

    Raises:
        PlimsollError: ``parties.unknown_group``, ``parties.alone``.
    """
    for group in known.groups:
        if name == group.id or name in group.parties or name in group.accounts:
            return group
    if name in known.accounts or any(account.party == name for account in known.accounts.values()):
        raise PlimsollError(
            "parties.alone",
            f"{name} is in no control group: nothing ties it to another account",
            fix="plimsoll parties list shows who holds several accounts.",
        )
    raise PlimsollError(
        "parties.unknown_group",
        f'there is no group "{name[:80]}"',
        fix="Name a group as G-..., or an account or party of it.",
    )
