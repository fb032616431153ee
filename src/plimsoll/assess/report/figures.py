"""How numbers, dates and names read on a page: rounded for the eye, exact underneath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.kernel.flop import flop_text, show_flop
from plimsoll.kernel.rounding import divide_half_even
from plimsoll.kernel.visible import visible

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LONG_NAME = 160
_UNBROKEN = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?\b|\d(?:\.\d+)? × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_WIDE_NAME = 32


def flop_words(amount: int) -> str:
    """``1.14 × 10²⁵``, and ``10²⁵`` rather than ``1 × 10²⁵`` where it is exactly that."""
    text = show_flop(amount)
    is_power = amount >= 10_000 and flop_text(amount).strip("0") == "1"
    return text.removeprefix("1 × ") if is_power else text


def flop(amount: int | None) -> Markup:
    """An amount of compute as people read it, with the exact integer as its value and on hover."""
    if amount is None:
        return element("span", "not bounded", class_="soft")
    exact = flop_text(amount)
    return element("data", flop_words(amount), class_="flop", value=exact, title=f"exactly {exact} FLOP")


def flop_with_unit(amount: int) -> Markup:
    """The amount as a deciding figure: its unit beside it, smaller."""
    return join([flop(amount), " ", element("small", "FLOP")])


def exact_flop(amount: int | None) -> Markup:
    """Every digit, spaced in threes by style alone so that a copy of it is the plain integer."""
    if amount is None:
        return element("span", "not bounded", class_="soft")
    digits = flop_text(amount)
    head = len(digits) % 3 or 3
    groups = [digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3))]
    return element("span", *(element("i", group) for group in groups), class_="digits")


def share(amount: int, line: int) -> str:
    """``114 %`` of a line, ``3,240 ×`` beyond tenfold; never "100 %" for an amount that only rounds to it."""
    if amount == line:
        return "exactly 100 %"
    if amount >= 10 * line:
        return f"{divide_half_even(amount, line):,} ×" if line > 0 else "past any share"
    percent = divide_half_even(amount * 100, line)
    if percent == 100:
        return "just over 100 %" if amount > line else "just under 100 %"
    return "under 1 %" if percent == 0 and amount > 0 else f"{percent} %"


def of_line(amount: int, line: int, called: str = "the line") -> str:
    """``114 % of the line``, ``3,240 times the line``."""
    part = share(amount, line)
    return f"{part.removesuffix(' ×')} times {called}" if part.endswith("×") else f"{part} of {called}"


def part_of_rows(part: int, whole: int) -> str:
    """``99.2 %`` of rows, to a tenth; never "100 %" for less than all and never "0 %" for more than none."""
    if whole == 0:
        return "none"
    tenths = divide_half_even(part * 1000, whole)
    if part and not tenths:
        return "under 0.1 %"
    if part < whole:
        tenths = min(tenths, 999)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10} %"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """``no rows``, ``1 row``, ``12,345 rows``."""
    return f"{f'{number:,}' if number else 'no'} {singular if number == 1 else plural or singular + 's'}"


def number_word(number: int) -> str:
    """``three``; figures from eleven on."""
    return _SMALL[number] if number < len(_SMALL) else f"{number:,}"


def cut(text: str, characters: int = 300) -> str:
    """`text`, or its beginning: a heading stays a heading whatever a filing puts into it."""
    shown = visible(text)
    return shown if len(shown) <= characters else shown[: characters - 1] + "…"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def day_words(day: date) -> str:
    """``15 August 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """``15 Aug 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def month_name(day: date) -> str:
    """``Aug``, and ``Jan 2027`` where a year begins."""
    name = _MONTHS[day.month - 1][:3]
    return f"{name} {day.year}" if day.month == 1 else name


def day(value: date | None) -> Markup:
    if value is None:
        return element("span", "not known", class_="soft")
    return element("time", day_words(value), datetime=value.isoformat())


def short_time(value: date) -> Markup:
    return element("time", short_day(value), datetime=value.isoformat())


def name(text: str) -> Markup:
    """Somebody else's words for a thing: isolated from the direction of the text around it, and cut if very long."""
    shown = visible(text)
    breaking = "long" if len(shown) > _WIDE_NAME else None
    if len(shown) <= _LONG_NAME:
        return element("bdi", shown, class_=breaking)
    return element("bdi", shown[: _LONG_NAME - 1] + "…", class_=breaking, title=shown[:2000])


@dataclass(frozen=True, slots=True)
class Figure:
    """One deciding figure: what it is, the figure, and its caveat.

    Attributes:
        past: it is past the line, which its colour and its caveat both say.
    """

    label: str
    value: Child
    caveat: Child
    past: bool = False


def deciding(figures: Sequence[Figure]) -> Markup:
    """The figures that decide, side by side; four at most, because a fifth decides nothing."""
    if len(figures) > 4:
        raise ValueError("at most four figures decide")
    return element("dl", *(_card(figure) for figure in figures), class_="figures")


def _card(figure: Figure) -> Markup:
    return element(
        "div",
        element("dt", figure.label),
        element("dd", figure.value, class_="value"),
        element("dd", figure.caveat, class_="caveat"),
        class_="past" if figure.past else None,
    )


def prose(text: str) -> Markup:
    """Running text, in which dates and amounts of compute are not torn apart at the end of a line."""
    parts = _UNBROKEN.split(text)
    return join([element("span", part, class_="kind") if at % 2 else part for at, part in enumerate(parts)])


def long_text(text: str) -> Markup:
    """Several sentences as paragraphs, one per line of the text."""
    return join([element("p", prose(line)) for line in text.splitlines() if line.strip()])
