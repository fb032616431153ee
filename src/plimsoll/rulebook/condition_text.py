"""Reads the conditions of a rulebook file and refuses every word that is not in the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast, get_args

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Comparator
from plimsoll.kernel.flop import parse_exact, parse_flop
from plimsoll.kernel.period import parse_date
from plimsoll.kernel.yaml_text import Path, YamlText
from plimsoll.rulebook.condition import (
    AllOf,
    Always,
    AnyOf,
    AttributeIs,
    Condition,
    DateIs,
    Fallback,
    MetricLine,
    Not,
    ProvisionHolds,
    QuantityLine,
    Question,
)
from plimsoll.rulebook.law import SANE_FLOOR
from plimsoll.rulebook.vocabulary import ATTRIBUTES, DATES, FLOP_QUANTITIES, QUANTITIES


@dataclass(frozen=True)
class Names:
    """What a condition may refer to within its own rulebook."""

    metrics: frozenset[str]
    parameters: frozenset[str]
    earlier_provisions: frozenset[str]


class ConditionReader:
    """Turns the mappings of one file into conditions; errors carry file, line and fix."""

    def __init__(self, source: YamlText, names: Names) -> None:
        self._source = source
        self._names = names

    def read(self, raw: Any, path: Path) -> Condition:
        if not isinstance(raw, dict):
            raise self._error("rulebook.condition", "is not a condition", path, "Write a mapping, e.g. {always: true}.")
        for key, (reader, allowed) in _KINDS.items():
            if key in raw:
                unknown = sorted(set(raw) - allowed - {key})
                if unknown:
                    raise self._error(
                        "rulebook.condition",
                        f"has {', '.join(unknown)}, which a condition on {key} does not take",
                        (*path, unknown[0]),
                        f"Keep {key}{' with ' + ', '.join(sorted(allowed)) if allowed else ''}.",
                    )
                return reader(self, raw, path)
        raise self._error(
            "rulebook.condition",
            f"says {', '.join(sorted(raw)) or 'nothing'}, which is no condition",
            path,
            f"Use one of: {', '.join(_KINDS)}.",
        )

    def _error(self, code: str, what: str, path: Path, fix: str) -> PlimsollError:
        return PlimsollError(code, f"the condition {what}", fix=fix, where=self._source.where(path))

    def _list(self, raw: Any, path: Path) -> list[Any]:
        if isinstance(raw, list):
            return raw
        raise self._error("rulebook.condition", f"has {raw!r} where a list belongs", path, "Write [one, another].")

    def _many(self, raw: Any, path: Path) -> tuple[Condition, ...]:
        if not isinstance(raw, list) or not raw:
            raise self._error("rulebook.condition", "combines nothing", path, "List at least one condition.")
        return tuple(self.read(part, (*path, index)) for index, part in enumerate(raw))

    def _all(self, raw: Mapping[str, Any], path: Path) -> Condition:
        return AllOf(self._many(raw["all"], (*path, "all")))

    def _any(self, raw: Mapping[str, Any], path: Path) -> Condition:
        return AnyOf(self._many(raw["any"], (*path, "any")))

    def _not(self, raw: Mapping[str, Any], path: Path) -> Condition:
        return Not(self.read(raw["not"], (*path, "not")))

    def _always(self, raw: Mapping[str, Any], path: Path) -> Condition:
        if raw["always"] is not True:
            raise self._error("rulebook.condition", "always can only be true", path, "Write {always: true}.")
        return Always()

    def _metric(self, raw: Mapping[str, Any], path: Path) -> Condition:
        metric = self._known(raw["metric"], self._names.metrics, "metric", (*path, "metric"))
        op = self._op(raw, path)
        ways = [key for key in ("value", "parameter", "times") if key in raw]
        if len(ways) != 1:
            raise self._error(
                "rulebook.condition", "needs exactly one of value, parameter and times", path, "Name the line once."
            )
        if "times" not in raw and (stray := sorted({"of", "fallbacks"} & set(raw))):
            raise self._error(
                "rulebook.condition", f"has {stray[0]}, but no times", (*path, stray[0]), "Add times, or remove it."
            )
        if "parameter" in raw:
            name = self._known(raw["parameter"], self._names.parameters, "parameter", (*path, "parameter"))
            return MetricLine(metric, op, parameter=name)
        if "value" in raw:
            return MetricLine(metric, op, value=self._line(raw["value"], (*path, "value")))
        return self._relative(raw, metric, op, path)

    def _relative(self, raw: Mapping[str, Any], metric: str, op: Comparator, path: Path) -> Condition:
        quantity = self._known(raw.get("of"), QUANTITIES, "quantity", (*path, "of"))
        fallbacks = []
        for index, item in enumerate(self._list(raw.get("fallbacks", []), (*path, "fallbacks"))):
            place: Path = (*path, "fallbacks", index)
            if not isinstance(item, dict) or set(item) != {"when", "value"}:
                raise self._error("rulebook.condition", "has a fallback without when and value", place, "Give both.")
            value = self._line(item["value"], (*place, "value"))
            if value is None:
                raise self._error("rulebook.condition", "has a fallback that is not set", place, "Give its value.")
            fallbacks.append(Fallback(self.read(item["when"], (*place, "when")), value))
        times = self.fraction(raw["times"], (*path, "times"))
        if times <= 0:
            raise self._error("rulebook.condition", "takes no part of anything", (*path, "times"), 'Write e.g. "1/3".')
        return MetricLine(metric, op, times=times, of=quantity, fallbacks=tuple(fallbacks))

    def _quantity(self, raw: Mapping[str, Any], path: Path) -> Condition:
        quantity = self._known(raw["quantity"], QUANTITIES, "quantity", (*path, "quantity"))
        read = self.line_value if quantity in FLOP_QUANTITIES else self.whole
        return QuantityLine(quantity, self._op(raw, path), read(raw.get("value"), (*path, "value")))

    def _attribute(self, raw: Mapping[str, Any], path: Path) -> Condition:
        name = self._known(raw["attribute"], ATTRIBUTES, "attribute", (*path, "attribute"))
        if ("is" in raw) == ("any_of" in raw):
            raise self._error("rulebook.condition", "needs is, or any_of", path, "Give one of the two.")
        values = tuple(self._list(raw["any_of"], (*path, "any_of"))) if "any_of" in raw else (raw["is"],)
        allowed = ATTRIBUTES[name]
        wrong = [v for v in values if not (isinstance(v, bool) if allowed is bool else isinstance(v, str))]
        if isinstance(allowed, tuple) and allowed:
            wrong += [v for v in values if v not in allowed]
        if wrong or not values:
            choices = "true or false" if not isinstance(allowed, tuple) else ", ".join(allowed) or "text"
            raise self._error(
                "rulebook.unknown_value", f"gives {name} the value {wrong}", path, f"Use one of: {choices}."
            )
        return AttributeIs(name, values)

    def _date(self, raw: Mapping[str, Any], path: Path) -> Condition:
        name = self._known(raw["date"], DATES, "date", (*path, "date"))
        if ("before" in raw) == ("on_or_after" in raw):
            raise self._error("rulebook.condition", "needs before, or on_or_after", path, "Give one of the two.")
        key = "before" if "before" in raw else "on_or_after"
        day = self._source.placed((*path, key), lambda: parse_date(str(raw[key])))
        return DateIs(name, before=day) if key == "before" else DateIs(name, on_or_after=day)

    def _question(self, raw: Mapping[str, Any], path: Path) -> Condition:
        for key in ("id", "question", "decided_by"):
            if not isinstance(raw.get(key), str) or not raw[key]:
                raise self._error("rulebook.condition", f"asks a question without {key}", path, f"Add {key}.")
        return Question(raw["id"], raw["question"], raw["decided_by"])

    def _provision(self, raw: Mapping[str, Any], path: Path) -> Condition:
        known = self._names.earlier_provisions
        return ProvisionHolds(self._known(raw["provision"], known, "provision", (*path, "provision")))

    def _op(self, raw: Mapping[str, Any], path: Path) -> Comparator:
        if raw.get("op") not in get_args(Comparator):
            raise self._error(
                "rulebook.condition",
                "does not say whether the comparison is strict",
                (*path, "op"),
                "Give op: gt (more than), ge (at least), lt (less than) or le (at most).",
            )
        return cast(Comparator, raw["op"])

    def _known(self, name: object, known: Any, kind: str, path: Path) -> str:
        if isinstance(name, str) and name in known:
            return name
        raise self._error(
            f"rulebook.unknown_{kind}",
            f"names the {kind} {name!r}, which is not defined{' above it' if kind == 'provision' else ''}",
            path,
            f"Use one of: {', '.join(sorted(known)) or 'none is defined'}.",
        )

    def _line(self, raw: object, path: Path) -> int | None:
        if raw == "not_set":
            return None
        return self.line_value(raw, path)

    def line_value(self, raw: object, path: Path) -> int:
        """A compute line: a quoted decimal string of at least 10^18 FLOP."""
        value = self.whole(raw, path)
        if value < SANE_FLOOR:
            raise PlimsollError(
                "rulebook.line_too_low",
                f'a line of "{raw}" FLOP is below 10^18: a superscript was probably lost',
                fix='Write the exponent out, e.g. "1e25".',
                where=self._source.where(path),
            )
        return value

    def whole(self, raw: object, path: Path) -> int:
        """A whole number of any unit, as a quoted decimal string."""
        return self._source.placed(path, lambda: parse_flop(self._text(raw, path)))

    def fraction(self, raw: object, path: Path) -> Fraction:
        """A ratio as text: ``"1/3"`` or ``"0.30"``."""
        text = self._text(raw, path)
        numerator, slash, denominator = text.partition("/")
        bottom = self._source.placed(path, lambda: parse_exact(denominator)) if slash else Fraction(1)
        if bottom == 0:
            raise self._error("rulebook.condition", "divides by zero", path, 'Write e.g. "1/3".')
        return self._source.placed(path, lambda: parse_exact(numerator)) / bottom

    def _text(self, raw: object, path: Path) -> str:
        if isinstance(raw, str):
            return raw
        raise PlimsollError(
            "rulebook.not_text",
            f"{raw!r} stands where a decimal string belongs",
            fix=f'Put it in quotation marks: "{raw}".',
            where=self._source.where(path),
        )


_KINDS: dict[str, tuple[Callable[[ConditionReader, Mapping[str, Any], Path], Condition], frozenset[str]]] = {
    "all": (ConditionReader._all, frozenset()),
    "any": (ConditionReader._any, frozenset()),
    "not": (ConditionReader._not, frozenset()),
    "metric": (ConditionReader._metric, frozenset({"op", "value", "parameter", "times", "of", "fallbacks"})),
    "quantity": (ConditionReader._quantity, frozenset({"op", "value"})),
    "attribute": (ConditionReader._attribute, frozenset({"is", "any_of"})),
    "date": (ConditionReader._date, frozenset({"before", "on_or_after"})),
    "question": (ConditionReader._question, frozenset({"id", "decided_by"})),
    "provision": (ConditionReader._provision, frozenset()),
    "always": (ConditionReader._always, frozenset()),
}
