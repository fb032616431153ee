"""Short ways to write customers with holders, and what the control graph makes of them."""

from collections.abc import Sequence

from plimsoll.kernel.ids import content_id
from plimsoll.parties.attributes import attribute_table
from plimsoll.parties.control import ControlGraph, control_graph
from plimsoll.parties.control_group import ControlGroup
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.kyc import CustomerRecord, Holder, Role
from plimsoll.parties.records import record_table

LEI = "529900T8BM49AURSDO55"


def customer(number: int | str, **fields: object) -> CustomerRecord:
    return CustomerRecord(**{"provider": "p", "account": f"a{number}", "legal_name": f"Company {number} Ltd", **fields})  # type: ignore[arg-type]


def owner(
    name: str = "Ilse Brandt", percent: int | None = 60, born: str | None = "1970-03-02", **more: object
) -> Holder:
    share = None if percent is None else percent * 100
    return Holder(**{"name": name, "role": Role.OWNER, "born": born, "share_bp": share, "share_max_bp": share, **more})  # type: ignore[arg-type]


def director(name: str = "Ilse Brandt", born: str | None = "1970-03-02") -> Holder:
    return Holder(name, Role.DIRECTOR, born=born)


def hashed(digit: str) -> str:
    return "hk1:" + (digit * 32)[:32]


def graph(records: Sequence[CustomerRecord], settings: ControlSettings | None = None) -> ControlGraph:
    table = record_table(records)
    parties = [content_id("P", subject) for subject in table["subject"].to_pylist()]
    return control_graph(parties, table, attribute_table(table), settings)


def members(found: ControlGraph) -> list[tuple[str, ...]]:
    return sorted(tuple(name.removeprefix("p/") for name in group.accounts) for group in found.groups)


def only(found: ControlGraph) -> ControlGroup:
    (group,) = found.groups
    return group
