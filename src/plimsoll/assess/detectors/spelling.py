"""Names that differ only in spelling: accounts are matched exactly, so a slip of the pen must be pointed out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def folded(name: str) -> str:
    """Letters and digits alone, without case or width: ``Aster-Cloud/ACCT 1`` as ``astercloudacct1``."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if character.isalnum()) or plain


def by_folded(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names under each folded form, in order."""
    found: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        found.setdefault(folded(name), []).append(name)
    return {form: tuple(spelt) for form, spelt in found.items()}


def listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
