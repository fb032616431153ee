"""Spark SQL that reads and prints numbers and instants as DuckDB does. Every function takes and gives SQL syntax."""

from __future__ import annotations

from typing import Any

import sqlglot.expressions as sge

_BLANK = r"[ \t\n\x0B\f\r]*"
_DIGITS = "[0-9]+(_[0-9]+)*"
_NUMBER = rf"\A{_BLANK}[+-]?({_DIGITS}(\.({_DIGITS})?)?|\.{_DIGITS})([eE][+-]?[0-9]+)?{_BLANK}\z"
_LONG_MANTISSA = r"\A{_BLANK}[+-]?0*[1-9][0-9]{{{most},}}(\.[0-9]*)?[eE]"
"""What DuckDB reads as a decimal number: single underscores may stand between digits, save in the exponent. Before an
exponent it reads no more digits than the column has room for."""

_INSTANT = (
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9](\.[0-9]*)?)?)?(Z| UTC|[+-][0-9]{2}(:?[0-9]{2})?)?\z"
)
"""What DuckDB reads as an instant, of all that begins with a year of four digits."""

_ZONE = r"([+-])([0-9]{2}):?([0-9]{2})?\z"
_MINUTE_US = 60_000_000
_DAY_US = 86_400_000_000


def call(name: str, *arguments: Any) -> Any:
    """A function by its own name, which sqlglot leaves as it is."""
    return sge.Anonymous(this=name, expressions=list(arguments))


def word(text: str) -> Any:
    """A text literal."""
    return sge.Literal.string(text)


def text_as_decimal(text: Any, precision: int, scale: int) -> Any:
    """The number that stands in a text, half a unit of the last decimal rounded up; null if none does."""
    digits = call("replace", text, word("_"), word(""))
    number = sge.TryCast(this=digits, to=sge.DataType.build(f"decimal({precision}, {scale})"), safe=True)
    too_long = _LONG_MANTISSA.format(_BLANK=_BLANK, most=precision - scale)
    return _if(sge.And(this=_like(text, _NUMBER), expression=sge.Not(this=_like(digits, too_long))), number)


def text_as_instant(text: Any) -> Any:
    """The instant that stands in a text, UTC where it says no zone; decimals of a second after the sixth are cut off.

    24:00 is the end of the day. Offsets are any two digits of hours and of minutes, as DuckDB takes them.
    """
    day = sge.TryCast(this=call("left", text, _n(10)), to=sge.DataType.build("date"), safe=True)
    hour, minute = _part(text, 12), _part(text, 15)
    second = sge.If(this=_equal(call("substring", text, _n(17), _n(1)), word(":")), true=_part(text, 18), false=_n(0))
    decimals = call("regexp_extract", text, word(r"\.([0-9]*)"), _n(1))
    micros = _whole(call("rpad", call("left", decimals, _n(6)), _n(6), word("0")))
    clock = _sum(_times(_sum(_times(hour, 60), minute), _MINUTE_US), _times(second, 1_000_000), micros)
    offset = _times(_sum(_times(_zone(text, 2), 60), _zone(text, 3)), _MINUTE_US)
    west = _equal(call("regexp_extract", call("substring", text, _n(11)), word(_ZONE), _n(1)), word("-"))
    local = _sum(_times(call("unix_date", day), _DAY_US), clock)
    moment = sge.If(
        this=west,
        true=sge.Add(this=local, expression=sge.Paren(this=offset)),
        false=sge.Sub(this=local, expression=sge.Paren(this=offset)),
    )
    within = sge.LTE(this=sge.Paren(this=clock), expression=_n(_DAY_US))
    return _if(sge.And(this=_like(text, _INSTANT), expression=within), call("timestamp_micros", moment))


def binary_fraction_as_text(value: Any, *, double: bool) -> Any:
    """The fewest digits that read back as the same binary fraction, laid out as DuckDB does: 0.1, 1e-07, 2.0.

    Java before 19 prints some fractions with a digit more than needed, so shorter ones are tried first.
    """
    kind, fewest, most = ("double", 15, 17) if double else ("float", 6, 9)
    tries = [call("format_string", word(f"%.{digits - 1}e"), value) for digits in range(fewest, most + 1)]
    same = [_if(_equal(sge.Cast(this=each, to=sge.DataType.build(kind)), value), each) for each in tries]
    digits = sge.Coalesce(this=same[0], expressions=[*same[1:], tries[-1]])
    exact = sge.TryCast(this=digits, to=sge.DataType.build("decimal(38, 21)"), safe=True)
    decimals = sge.Cast(this=exact, to=sge.DataType.build("string"))
    plain = call("regexp_replace", decimals, word(r"(\.[0-9]+?)0+\z"), word("$1"))
    short = call("regexp_replace", digits, word(r"\.?0+e"), word("e"))
    size = call("abs", value)
    usual = sge.And(
        this=sge.GTE(this=size, expression=_real("1e-4")), expression=sge.LT(this=size, expression=_real("1e16"))
    )
    return sge.Case(
        ifs=[
            sge.If(this=call("isnan", value), true=word("nan")),
            sge.If(this=_equal(value, call("double", word("Infinity"))), true=word("inf")),
            sge.If(this=_equal(value, call("double", word("-Infinity"))), true=word("-inf")),
            sge.If(this=sge.Or(this=usual, expression=_equal(value, _n(0))), true=plain),
        ],
        default=short,
    )


def _like(text: Any, pattern: str) -> Any:
    return sge.RegexpLike(this=text, expression=word(pattern))


def _if(condition: Any, value: Any) -> Any:
    return sge.If(this=condition, true=value, false=sge.Null())


def _equal(one: Any, other: Any) -> Any:
    return sge.EQ(this=one, expression=other)


def _n(number: int) -> Any:
    return sge.Literal.number(number)


def _real(text: str) -> Any:
    return call("double", word(text))


def _whole(text: Any) -> Any:
    """The digits as a whole number; nothing is 0."""
    number = sge.TryCast(this=text, to=sge.DataType.build("bigint"), safe=True)
    return sge.Coalesce(this=number, expressions=[_n(0)])


def _part(text: Any, start: int) -> Any:
    return _whole(call("substring", text, _n(start), _n(2)))


def _zone(text: Any, group: int) -> Any:
    return _whole(call("regexp_extract", call("substring", text, _n(11)), word(_ZONE), _n(group)))


def _times(number: Any, factor: int) -> Any:
    return sge.Mul(this=sge.Paren(this=number), expression=_n(factor))


def _sum(*parts: Any) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = sge.Add(this=total, expression=part)
    return sge.Paren(this=total)
