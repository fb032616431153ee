"""What a usage format is, for the code that opens files. Each format is one file with one `UsageFormat` in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.source import Source


@dataclass(frozen=True)
class UsageFormat:
    """One way in which providers write usage down.

    Attributes:
        name: short name.
        title: for people.
        delimiter: between the fields of a text file.
        quoted: whether fields of a text file may be in double quotes.
        essential: groups of columns; of each group the file must have at least one.
        provider_columns: columns that name the provider, one of which is needed outside ``provider=ID`` folders;
            empty if the format always knows.
        instants: the columns with the start and the end of the charge period.
        version: the format's name with its version, from the columns.
        read: gives the canonical table.
    """

    name: str
    title: str
    delimiter: str
    quoted: bool
    essential: tuple[tuple[str, ...], ...]
    provider_columns: tuple[str, ...]
    instants: tuple[str, str]
    version: Callable[[Collection[str]], str]
    read: Callable[[Source], ir.Table]

    def missing(self, columns: Collection[str], *, in_provider_folder: bool) -> list[str]:
        """The essential columns that are not there, each group as ``A or B``."""
        have = {name.casefold() for name in columns}
        groups = list(self.essential)
        if self.provider_columns and not in_provider_folder:
            groups.append(self.provider_columns)
        return [" or ".join(group) for group in groups if not any(name.casefold() in have for name in group)]

    def share(self, columns: Collection[str]) -> float:
        """How much of what the format must have is there: 0 to 1."""
        return 1 - len(self.missing(columns, in_provider_folder=True)) / len(self.essential)
