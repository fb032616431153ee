"""Ibis expressions as Spark SQL that gives the digits and the text that DuckDB gives.

Spark reads the same expressions, but rounds, parses and prints some values differently. Each difference has its method
here. `tests/compute/engines/test_spark_sql.py` sets both engines side by side on each of them.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from plimsoll.compute.engines.java_patterns import java_pattern
from plimsoll.compute.engines.spark_text import (
    binary_fraction_as_text,
    call,
    text_as_decimal,
    text_as_instant,
    word,
)

_WIDEST = 38


class Compiler(PySparkCompiler):  # type: ignore[misc]  # Ibis has no types
    """The compiler of the Spark backend."""

    __slots__ = ()

    def visit_RegexSearch(self, op: Any, *, arg: Any, pattern: Any) -> Any:  # noqa: N802
        return sge.RegexpLike(this=arg, expression=_java(op.pattern, pattern))

    def visit_RegexExtract(self, op: Any, *, arg: Any, pattern: Any, index: Any) -> Any:  # noqa: N802
        return call("regexp_extract", arg, _java(op.pattern, pattern), index)

    def visit_IsNull(self, _op: Any, *, arg: Any) -> Any:  # noqa: N802
        """Not-a-number is a value."""
        return sge.Is(this=arg, expression=sge.Null())

    def visit_NotNull(self, _op: Any, *, arg: Any) -> Any:  # noqa: N802
        return sge.Not(this=sge.Is(this=arg, expression=sge.Null()))

    def visit_Sum(self, op: Any, *, arg: Any, where: Any) -> Any:  # noqa: N802
        """Spark gives a sum ten more digits than the column has, DuckDB all it can."""
        kind = op.arg.dtype
        if kind.is_decimal():
            arg = self.cast(arg, dt.Decimal(_WIDEST, kind.scale or 0)) if kind.scale is not None else arg
        return super().visit_Sum(op, arg=arg, where=where)

    def visit_IntervalFromInteger(self, op: Any, *, arg: Any, unit: Any) -> Any:  # noqa: N802
        if unit.singular != "day":
            return super().visit_IntervalFromInteger(op, arg=arg, unit=unit)
        zero = sge.Literal.number(0)
        return call("make_interval", zero, zero, zero, arg)

    def visit_ExtractEpochSeconds(self, _op: Any, *, arg: Any) -> Any:  # noqa: N802
        return call("unix_seconds", self.cast(arg, dt.Timestamp(timezone="UTC")))

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802
        given = op.arg.dtype
        if given.is_floating() and to.is_string():
            return binary_fraction_as_text(arg, double=given.is_float64())
        if given.is_timestamp() and given.timezone is not None and to.is_string():
            return call("concat", self.cast(arg, to), word("+00"))
        if to.is_integer() and given.is_decimal():
            return self.cast(call("round", arg, sge.Literal.number(0)), to)
        if to.is_integer() and given.is_floating():
            return self.cast(call("rint", arg), to)
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_TryCast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802
        if op.arg.dtype.is_string():
            if to.is_decimal():
                return text_as_decimal(arg, to.precision or _WIDEST, to.scale or 0)
            if to.is_integer():
                whole = text_as_decimal(arg, _WIDEST, 0)
                return sge.TryCast(this=whole, to=self.type_mapper.from_ibis(to), safe=True)
            if to.is_timestamp() and to.timezone is not None:
                return text_as_instant(arg)
        return super().visit_TryCast(op, arg=arg, to=to)


def _java(pattern: Any, compiled: Any) -> Any:
    return word(java_pattern(pattern.value)) if isinstance(pattern, ops.Literal) else compiled
