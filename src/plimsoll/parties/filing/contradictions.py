"""Records that contradict each other: each may be right alone, not all together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.parties.known import KycProblem
from plimsoll.parties.normalise import name_key

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 5


def contradictions(table: pa.Table) -> Iterator[tuple[str, KycProblem]]:
    """Subject and problem, in the order of subjects: one customer number of a provider under several names."""
    columns = table.select(["subject", "provider", "customer_ref", "legal_name"]).to_pydict()
    names: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for provider, ref, name in zip(columns["provider"], columns["customer_ref"], columns["legal_name"], strict=True):
        if ref and (key := name_key(name)):
            names[provider, ref].setdefault(key, name)
    for subject, provider, ref in zip(columns["subject"], columns["provider"], columns["customer_ref"], strict=True):
        found = names.get((provider, ref)) if ref else None
        if found and len(found) > 1:
            shown = ", ".join(f'"{name[:60]}"' for name in list(found.values())[:_SHOWN])
            more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
            yield subject, KycProblem("customer_ref.several_names", f"{provider} gives {ref} to {shown}{more}")
