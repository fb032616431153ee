"""What is known about one subject, and how it is read from the `facts` of a case or a declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar

from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import parse_exact, parse_flop
from plimsoll.kernel.period import parse_date, parse_instant
from plimsoll.kernel.yaml_text import Path, YamlText
from plimsoll.rulebook.vocabulary import ATTRIBUTES, DATES, DATES_OF_EVENTS, EVENTS, QUANTITIES

T = TypeVar("T")

SUBJECTS = ("model", "run", "cluster", "developer", "incident")
_KEYS = (
    "subject", "total", "components", "complete", "not_by_developer", "quantities", "attributes", "answers", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about one subject. What is absent is unknown, never zero or no.

    Attributes:
        subject: one of `SUBJECTS`.
        total: training compute in FLOP where its parts are not told apart.
        components: FLOP per part; a part that is not here is unknown unless `complete`.
        complete: whoever declared says that parts not named are zero.
        not_by_developer: parts whose compute others applied (a base model taken over, say).
        quantities: whole numbers by `vocabulary.QUANTITIES`, as estimates.
        attributes: by `vocabulary.ATTRIBUTES`; a list of words is a tuple.
        dates: by `vocabulary.DATES`; one that is not stated follows from its event, as the day in UTC.
        answers: question id to the deciding body's answer.
        events: when things that run clocks happened, UTC.
    """

    subject: str = "model"
    total: Estimate | None = None
    components: Mapping[Component, Estimate] = field(default_factory=dict)
    complete: bool = False
    not_by_developer: frozenset[Component] = frozenset()
    quantities: Mapping[str, Estimate] = field(default_factory=dict)
    attributes: Mapping[str, bool | str | tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)
    answers: Mapping[str, bool] = field(default_factory=dict)
    events: Mapping[str, datetime] = field(default_factory=dict)


def read_facts(raw: Mapping[str, Any], source: YamlText, path: Path = ()) -> Facts:
    """Reads the mapping that stands at `path` of `source`.

    Raises:
        PlimsollError: ``facts.unknown_key``, ``facts.unknown_word``, ``facts.type``, ``facts.total_and_components``,
            ``facts.nothing_complete``, or an error of the amount's or instant's own, each with file and line.
    """
    return _Reader(source, path).read(raw)


def read_amount(raw: Any, source: YamlText, path: Path) -> Estimate:
    """An amount of compute: ``"3e25"``, ``{point, margin}`` or ``{low, point, high}``, all quoted.

    Raises:
        PlimsollError: ``facts.type`` or an error of `parse_flop`, with file and line.
    """
    return _Reader(source, path).amount(raw, path)


class _Reader:
    def __init__(self, source: YamlText, root: Path) -> None:
        self._source = source
        self._root = root

    def read(self, raw: Mapping[str, Any]) -> Facts:
        if not isinstance(raw, dict):
            raise self._error("facts.type", f"has {raw!r} where facts belong", self._root, "Write name: value.")
        self._keys(raw, _KEYS, self._root)
        if "total" in raw and "components" in raw:
            raise self._error(
                "facts.total_and_components",
                "gives both a total and its components",
                (*self._root, "total"),
                "Give the components, or, if they are not told apart, the total.",
            )
        complete = self._flag(raw.get("complete", False), (*self._root, "complete"))
        if complete and "total" not in raw and "components" not in raw:
            raise self._error(
                "facts.nothing_complete",
                "is called complete, but gives no compute",
                (*self._root, "complete"),
                "Give the components that are not zero, or leave complete out.",
            )
        attributes = self._mapping(raw, "attributes")
        stated = {name: attributes.pop(name) for name in DATES if name in attributes}
        events = self._events(raw)
        dates = {name: events[event].date() for name, event in DATES_OF_EVENTS.items() if event in events}
        dates |= {name: self._placed(parse_date, day, "attributes", name) for name, day in stated.items()}
        return Facts(
            subject=self._choice(raw.get("subject", "model"), SUBJECTS, (*self._root, "subject")),
            total=self.amount(raw["total"], (*self._root, "total")) if "total" in raw else None,
            components=self._components(raw),
            complete=complete,
            not_by_developer=self._not_by_developer(raw),
            quantities=self._quantities(raw),
            attributes={name: self._attribute(name, value) for name, value in attributes.items()},
            dates=dates,
            answers={
                name: self._flag(value, (*self._root, "answers", name))
                for name, value in self._mapping(raw, "answers").items()
            },
            events=events,
        )

    def amount(self, raw: Any, path: Path) -> Estimate:
        if not isinstance(raw, dict):
            return Estimate.exact(self._flop(raw, path))
        if set(raw) == {"point", "margin"}:
            point = self._flop(raw["point"], (*path, "point"))
            return Estimate.with_margin(point, self._margin(raw["margin"], (*path, "margin")))
        if set(raw) == {"low", "point", "high"}:
            low, point, high = (self._flop(raw[key], (*path, key)) for key in ("low", "point", "high"))
            return self._source.placed(path, lambda: Estimate(low, point, high))
        raise self._error(
            "facts.type", "gives an amount in no known form", path,
            'Write "3e25", or {point: "3e25", margin: "0.3"}, or {low: .., point: .., high: ..}.',
        )  # fmt: skip

    def _components(self, raw: Mapping[str, Any]) -> dict[Component, Estimate]:
        return {
            self._component(name, "components"): self.amount(value, (*self._root, "components", name))
            for name, value in self._mapping(raw, "components").items()
        }

    def _not_by_developer(self, raw: Mapping[str, Any]) -> frozenset[Component]:
        names = raw.get("not_by_developer", [])
        if not isinstance(names, list):
            path: Path = (*self._root, "not_by_developer")
            raise self._error("facts.type", f"has {names!r} where a list belongs", path, "Write [merged_base].")
        return frozenset(self._component(name, "not_by_developer") for name in names)

    def _component(self, name: object, section: str) -> Component:
        known = tuple(c.value for c in Component)
        path: Path = (*self._root, section, name) if isinstance(name, str) else (*self._root, section)
        return Component(self._choice(name, known, path, kind="compute component"))

    def _quantities(self, raw: Mapping[str, Any]) -> dict[str, Estimate]:
        found = {}
        for name, value in self._mapping(raw, "quantities").items():
            path: Path = (*self._root, "quantities", name)
            self._choice(name, tuple(QUANTITIES), path, kind="quantity")
            found[name] = self.amount(value, path)
        return found

    def _attribute(self, name: str, value: Any) -> bool | str | tuple[str, ...]:
        path: Path = (*self._root, "attributes", name)
        self._choice(name, (*ATTRIBUTES, *DATES), path, kind="attribute")
        allowed = ATTRIBUTES[name]
        if not isinstance(allowed, tuple):
            return self._flag(value, path)
        items = value if isinstance(value, list) else [value]
        if not items:
            raise self._error("facts.type", f"gives {name} as an empty list", path, "Leave out what is not known.")
        for item in items:
            if allowed:
                self._choice(item, allowed, path, kind=name)
            elif not isinstance(item, str):
                raise self._error("facts.type", f"gives {name} as {item!r}", path, "Write words.")
        return tuple(items) if isinstance(value, list) else str(value)

    def _events(self, raw: Mapping[str, Any]) -> dict[str, datetime]:
        found = {}
        for name, value in self._mapping(raw, "events").items():
            self._choice(name, tuple(EVENTS), (*self._root, "events", name), kind="event")
            found[name] = self._placed(parse_instant, value, "events", name)
        return found

    def _mapping(self, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = raw.get(key, {})
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._error(
                "facts.type", f"has {key} that is not a mapping", (*self._root, key), "Write name: value."
            )
        return dict(value)

    def _keys(self, raw: Mapping[str, Any], allowed: tuple[str, ...], path: Path) -> None:
        for key in raw:
            if key not in allowed:
                raise self._error(
                    "facts.unknown_key", f'has the unknown field "{key}"', (*path, key),
                    f"Use: {', '.join(allowed)}.",
                )  # fmt: skip

    def _choice(self, value: object, allowed: tuple[str, ...], path: Path, kind: str = "word") -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise self._error(
            "facts.unknown_word", f"has {value!r}, which is no known {kind}", path, f"Use one of: {', '.join(allowed)}."
        )

    def _flag(self, value: object, path: Path) -> bool:
        if isinstance(value, bool):
            return value
        raise self._error("facts.type", f"has {value!r} where yes or no belongs", path, "Write true or false.")

    def _flop(self, raw: Any, path: Path) -> int:
        if not isinstance(raw, str):
            raise self._error(
                "facts.type",
                f"has {raw!r} where a decimal string belongs",
                path,
                f'Put it in quotation marks: "{raw}".',
            )
        return int(self._source.placed(path, lambda: parse_flop(raw)))

    def _margin(self, raw: Any, path: Path) -> Fraction:
        margin = self._source.placed(path, lambda: parse_exact(raw))
        if not 0 <= margin < 1:
            raise self._error("facts.type", "has a margin outside 0 to 1", path, 'Write e.g. "0.3" for 30 %.')
        return margin

    def _placed(self, read: Callable[[str], T], value: object, *path: str) -> T:
        return self._source.placed((*self._root, *path), lambda: read(str(value)))

    def _error(self, code: str, what: str, path: Path, fix: str) -> PlimsollError:
        return PlimsollError(code, f"the declaration {what}", fix=fix, where=self._source.where(path))
