"""`plimsoll hardware`: the accelerators in the catalogue, their figures, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.console import say, show_json, show_table
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.compute.catalogue import Chip, Figure

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The hardware catalogue: dense peaks, memory and power, with sources.",
)


_NOT_PUBLISHED = "-"
_BYTES_IN_A_GIGABYTE = 10**9


@app.command("list")
def list_hardware(json: Json = False) -> None:
    """Every accelerator: the dense peak that bounds training, memory, power, and the export-control measure."""
    from plimsoll.compute.catalogue import load_catalogue

    chips = load_catalogue().chips
    if json:
        show_json([_summary(chip) for chip in chips])
        return
    show_table(
        ("id", "maker", "released", "peak TFLOP/s", "format", "memory GB", "TDP W", "TPP"),
        [_row(chip) for chip in chips],
        right=(3, 5, 6, 7),
        title="Dense peaks without sparsity, per accelerator; figures nobody published are left out",
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="An id or any other name, such as h100-sxm or A100.")],
    json: Json = False,
) -> None:
    """All figures of one accelerator, each with its source."""
    from plimsoll.compute.catalogue import load_catalogue

    chip = load_catalogue().get(name)
    if json:
        figures = {figure.name: _figure_json(figure) for figure in chip.figures.values()}
        show_json({**_summary(chip), "aliases": list(chip.aliases), "note": chip.note or None, "figures": figures})
        return
    say(f"{chip.name}  [{chip.id}]")
    facts = (
        ("maker", chip.maker),
        ("kind", chip.kind),
        ("family", chip.family),
        ("released", str(chip.released or "")),
        ("interconnect", chip.interconnect),
        ("also known as", ", ".join(chip.aliases)),
        ("bounds training", _bound(chip)),
        ("TPP", _export_control(chip)),
        ("note", chip.note),
    )
    for label, text in facts:
        if text:
            say(f"  {label:<16}{text}")
    say()
    rows = [(figure.name, _shown(figure), figure.source) for figure in chip.figures.values()]
    show_table(("figure", "value", "source"), rows, right=(1,))


def _summary(chip: Chip) -> dict[str, Any]:
    peak = chip.training_peak
    return {
        "id": chip.id,
        "name": chip.name,
        "maker": chip.maker,
        "kind": chip.kind,
        "family": chip.family,
        "released": str(chip.released) if chip.released else None,
        "interconnect": chip.interconnect or None,
        "training_peak": {"precision": peak[0], "gflops": peak[1]} if peak else None,
        "memory_bytes": chip.memory_bytes,
        "tdp_watts": chip.tdp_watts,
        "tpp": chip.tpp,
    }


def _figure_json(figure: Figure) -> dict[str, Any]:
    from plimsoll.compute.catalogue import FIGURE_UNITS

    return {"value": figure.value, "unit": FIGURE_UNITS[figure.name], "source": figure.source}


def _row(chip: Chip) -> tuple[str, ...]:
    peak = chip.training_peak
    return (
        chip.id,
        chip.maker,
        str(chip.released) if chip.released else _NOT_PUBLISHED,
        _divided(peak[1], 1_000) if peak else _NOT_PUBLISHED,
        peak[0] if peak else "",
        _NOT_PUBLISHED if chip.memory_bytes is None else _divided(chip.memory_bytes, _BYTES_IN_A_GIGABYTE),
        _NOT_PUBLISHED if chip.tdp_watts is None else f"{chip.tdp_watts:,}",
        _NOT_PUBLISHED if chip.tpp is None else f"{chip.tpp:,}",
    )


def _bound(chip: Chip) -> str:
    peak = chip.training_peak
    return f"{_divided(peak[1], 1_000)} TFLOP/s {peak[0]}, dense" if peak else "no floating-point peak is published"


def _export_control(chip: Chip) -> str:
    from plimsoll.compute.catalogue import PRECISION_BITS

    precision = chip.tpp_precision
    if precision is None or chip.tpp is None:
        return ""
    rate = _divided(chip.peaks_gflops[precision], 1_000)
    return f"{chip.tpp:,} ({rate} in {precision} x {PRECISION_BITS[precision]} bit)"


def _shown(figure: Figure) -> str:
    from plimsoll.compute.catalogue import FIGURE_UNITS

    unit = FIGURE_UNITS[figure.name]
    if unit in ("GFLOP/s", "GOP/s"):
        return f"{_divided(figure.value, 1_000)} T{unit[1:]}"
    if unit in ("byte", "byte/s"):
        return f"{_divided(figure.value, _BYTES_IN_A_GIGABYTE)} GB{unit.removeprefix('byte')}"
    return f"{figure.value:,} {unit}"


def _divided(value: int, by: int) -> str:
    """The exact quotient by a power of ten, without trailing zeros."""
    from decimal import Decimal

    text = f"{Decimal(value) / by:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
