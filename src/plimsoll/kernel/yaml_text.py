"""YAML as people write it for us: read safely, bounded, and with the line of every value kept for error messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml

from plimsoll.kernel.errors import PlimsollError, Where

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 400_000

Path = tuple[str | int, ...]
T = TypeVar("T")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INEXACT = re.compile(r"[+-]?(?:\d[\d_]*\.\d*|\.\d+|\d[\d_]*)(?:[eE][+-]?\d+)?|[+-]?\.(?:inf|nan)", re.IGNORECASE)
_QUOTED = ("'", '"', "|", ">")
_INTEGER = re.compile(r"[+-]?\d+")
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}


@dataclass(frozen=True)
class YamlText:
    """A parsed file: plain values, and the line on which each stands.

    Attributes:
        value: dicts, lists, strings, ints, bools and None. Dates stay text; there are no floats.
        file: the name to use in messages.
    """

    value: Any
    file: str
    _lines: dict[Path, int]

    def where(self, path: Path, *, field: str | None = None) -> Where:
        """The place of the value at `path`, or of the nearest value that encloses it."""
        dotted = ".".join(str(part) for part in path)
        while path not in self._lines and path:
            path = path[:-1]
        return Where(file=self.file, line=self._lines.get(path, 1), field=field or dotted or None)

    def placed(self, path: Path, read: Callable[[], T]) -> T:
        """What `read` gives; an error that it raises is placed at `path`."""
        try:
            return read()
        except PlimsollError as problem:
            raise problem.at(self.where(path)) from None


def read_yaml(text: bytes, file: str) -> YamlText:
    """Reads one YAML document.

    Anchors, aliases, merge keys, tags and duplicate keys are refused: they make a law unreadable and a parser
    explode. A number with a fraction or an exponent must be quoted, because YAML would make a float of it.

    Raises:
        PlimsollError: ``yaml.too_large``, ``yaml.syntax``, ``yaml.alias``, ``yaml.tag``, ``yaml.duplicate_key``,
            ``yaml.float``, ``yaml.too_deep``, each with file and line.
    """
    if len(text) > MAX_BYTES:
        raise PlimsollError(
            "yaml.too_large",
            f"the file has {len(text):,} bytes, more than {MAX_BYTES:,}",
            fix="Split it into several files.",
            where=Where(file=file),
        )
    builder = _Builder(file)
    try:
        value = builder.build(text.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        where = Where(file, text.count(b"\n", 0, problem.start) + 1)
        what = f"the file is not UTF-8 text: {problem.reason}"
        raise PlimsollError("yaml.syntax", what, fix="Save it as UTF-8.", where=where) from None
    except yaml.reader.ReaderError as problem:
        where = Where(file, text.count(b"\n", 0, problem.position) + 1)
        number = problem.character if isinstance(problem.character, int) else ord(problem.character)
        what = f"the file has the control character U+{number:04X}, which text does not have"
        raise PlimsollError("yaml.syntax", what, fix="Remove it; save the file as plain text.", where=where) from None
    except yaml.YAMLError as problem:
        mark: yaml.Mark | None = getattr(problem, "problem_mark", None)
        raise PlimsollError(
            "yaml.syntax",
            f"this is not YAML: {getattr(problem, 'problem', None) or 'unreadable'}",
            fix="Check indentation, colons and quotation marks on this line and the one before.",
            where=Where(file, line=mark.line + 1 if mark else None),
        ) from None
    return YamlText(value, file, builder.lines)


class _Builder:
    """Builds values from the parser's events, so that nothing is composed before its limits are checked."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self._nodes = 0

    def build(self, text: str) -> Any:
        loader = _LOADER(text)
        try:
            self._expect(loader, yaml.StreamStartEvent)
            if loader.check_event(yaml.StreamEndEvent):
                return None
            self._expect(loader, yaml.DocumentStartEvent)
            value = self._value(loader, ())
            self._expect(loader, yaml.DocumentEndEvent)
            if not loader.check_event(yaml.StreamEndEvent):
                raise self._refused("yaml.syntax", loader.get_event(), "holds a second document", "Keep one per file.")
            return value
        finally:
            loader.dispose()

    def _expect(self, loader: Any, kind: type) -> None:
        if not loader.check_event(kind):
            raise self._refused("yaml.syntax", loader.peek_event(), "is not where YAML expects it", "Check the line.")
        loader.get_event()

    def _value(self, loader: Any, path: Path) -> Any:
        event = loader.get_event()
        self._check(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not loader.check_event(yaml.SequenceEndEvent):
                items.append(self._value(loader, (*path, len(items))))
            loader.get_event()
            return items
        return self._mapping(loader, path)

    def _mapping(self, loader: Any, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not loader.check_event(yaml.MappingEndEvent):
            event = loader.get_event()
            self._check(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refused("yaml.syntax", event, "has a key that is not text", "Use a plain word as key.")
            key = event.value
            if key == "<<" and event.style not in _QUOTED:
                raise self._refused("yaml.alias", event, "has a merge key", "Write the values out.")
            if key in mapping:
                raise self._refused("yaml.duplicate_key", event, f'repeats the key "{key}"', "Keep one of the two.")
            self.lines[(*path, key)] = _line(event)
            mapping[key] = self._value(loader, (*path, key))
        loader.get_event()
        return mapping

    def _check(self, event: Any, path: Path) -> None:
        self._nodes += 1
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused("yaml.alias", event, "uses an anchor or an alias", "Write the values out.")
        if getattr(event, "tag", None) not in (None, "!"):
            raise self._refused("yaml.tag", event, f"uses the tag {event.tag}", "Remove the tag.")
        if len(path) > MAX_DEPTH or self._nodes > MAX_NODES:
            raise self._refused("yaml.too_deep", event, "nests or repeats beyond any real document", "Simplify it.")

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style in _QUOTED:
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > 18:
                raise self._float(event, text)
            return int(text)
        if _INEXACT.fullmatch(text):
            raise self._float(event, text)
        return text

    def _float(self, event: Any, text: str) -> PlimsollError:
        return self._refused(
            "yaml.float",
            event,
            f"has the bare number {text[:40]}, which a parser would round",
            f'Put it in quotation marks: "{text[:40]}".',
        )

    def _refused(self, code: str, event: Any, what: str, fix: str) -> PlimsollError:
        return PlimsollError(code, f"the document {what}", fix=fix, where=Where(self.file, _line(event)))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
