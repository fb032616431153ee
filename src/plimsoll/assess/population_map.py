"""Which column of somebody's table means what: Epoch AI's names unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.yaml_text import MAX_BYTES, read_yaml

EPOCH: Mapping[str, str] = {
    "model": "Model",
    "compute": "Training compute (FLOP)",
    "finetune_compute": "Finetune compute (FLOP)",
    "base_model": "Base model",
    "hardware": "Training hardware",
    "quantity": "Hardware quantity",
    "hours": "Training time (hours)",
    "number_format": "Numerical format",
}
"""Every field that a table of models may have, with the column that holds it in Epoch AI's files.

Only `compute` is required: all FLOP that trained the model, base model included. `hours` is wall-clock time; `quantity`
counts accelerators.
"""


def read_map(options: Iterable[str]) -> dict[str, str]:
    """The column of each field, from ``--map`` options: ``field=Column name``, or a YAML file of such pairs.

    Raises:
        PlimsollError: ``map.unknown_field``, ``map.unreadable``, ``map.not_text``, or an error of the YAML reader.
    """
    given: dict[str, str] = {}
    for option in options:
        field, equals, column = option.partition("=")
        if equals and "/" not in field:
            given[_known(field.strip(), Where(field="--map"))] = column.strip()
        else:
            given |= _read_file(Path(option))
    return given


def _read_file(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise PlimsollError(
            "map.unreadable",
            f"the map cannot be read: {problem.strerror}",
            fix="Give a YAML file, or a pair such as --map compute='Training FLOP'.",
            where=Where(file=str(path)),
        ) from None
    source = read_yaml(text, str(path))
    if not isinstance(source.value, dict):
        raise PlimsollError(
            "map.not_text",
            "the map does not hold pairs of field and column",
            fix="Write one line for each field, e.g. compute: Training FLOP",
            where=Where(file=str(path)),
        )
    pairs: dict[str, str] = {}
    for field, column in source.value.items():
        place = source.where((field,))
        if not isinstance(column, str):
            raise PlimsollError(
                "map.not_text", f"the column of {field} is not text", fix="Put it in quotation marks.", where=place
            )
        pairs[_known(field, place)] = column
    return pairs


def _known(field: str, where: Where) -> str:
    if field not in EPOCH:
        raise PlimsollError(
            "map.unknown_field",
            f'"{field[:60]}" is not a field of a table of models',
            fix=f"Use one of {', '.join(EPOCH)}.",
            where=where,
        )
    return field
