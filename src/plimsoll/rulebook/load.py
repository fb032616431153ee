"""Loads rulebook files: YAML to checked text to law, or one coded error that names file and line."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from plimsoll.kernel.canonical import digest
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText, read_yaml
from plimsoll.rulebook import law, schema
from plimsoll.rulebook.condition import Question, leaves
from plimsoll.rulebook.condition_text import ConditionReader, Names
from plimsoll.rulebook.vocabulary import CALENDARS, EVENTS

DEFAULT = "conditional-treaty"
"""The rulebook that applies where none is named."""


def library_ids() -> tuple[str, ...]:
    """The ids of the rulebooks that Plimsoll ships, the default first, then in alphabetical order."""
    names = sorted(f.name.removesuffix(".yaml") for f in _library().iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT))


@cache
def library_rulebook(rulebook_id: str) -> law.Rulebook:
    """One shipped rulebook.

    Raises:
        PlimsollError: ``rulebook.unknown``.
    """
    if rulebook_id not in library_ids():
        raise PlimsollError(
            "rulebook.unknown",
            f'there is no rulebook "{rulebook_id}"',
            fix=f"Use one of: {', '.join(library_ids())}; or give the path of a .yaml file.",
        )
    return parse_rulebook((_library() / f"{rulebook_id}.yaml").read_bytes(), f"{rulebook_id}.yaml")


def load_library() -> dict[str, law.Rulebook]:
    """Every shipped rulebook by id, the default first."""
    return {rulebook_id: library_rulebook(rulebook_id) for rulebook_id in library_ids()}


def find_rulebook(name: str) -> law.Rulebook:
    """A shipped rulebook by id, or any rulebook by the path of its file."""
    return load_rulebook(Path(name)) if name.endswith((".yaml", ".yml")) else library_rulebook(name)


def load_rulebook(path: Path) -> law.Rulebook:
    """Reads a rulebook file.

    Raises:
        PlimsollError: ``rulebook.unreadable`` or any error of `parse_rulebook`.
    """
    try:
        return parse_rulebook(path.read_bytes(), path.name)
    except OSError as problem:
        raise PlimsollError(
            "rulebook.unreadable",
            f"the file cannot be read: {problem.strerror}",
            fix="Check the path and its permissions.",
            where=Where(str(path)),
        ) from None


def parse_rulebook(text: bytes, file: str) -> law.Rulebook:
    """Checks and builds a rulebook.

    Raises:
        PlimsollError: with file and line, among others ``rulebook.missing_citation``, ``rulebook.schema``,
            ``rulebook.overlap``, ``rulebook.line_too_low``, ``rulebook.not_text``, ``rulebook.unknown_metric``,
            ``rulebook.unknown_component``, ``rulebook.unknown_event``, ``rulebook.unknown_recipient``,
            ``rulebook.duplicate_id``, and those of `read_yaml` (``yaml.float`` …).
    """
    source = read_yaml(text, file)
    try:
        checked = schema.RulebookText.model_validate(source.value)
    except ValidationError as problem:
        raise _schema_error(problem, source) from None
    return _Builder(source, checked).build()


def _library() -> Path:
    return Path(str(files("plimsoll.rulebook") / "library"))


def _schema_error(problem: ValidationError, source: YamlText) -> PlimsollError:
    """The first problem, in our words; citations and components have codes of their own."""
    first = problem.errors()[0]
    place: Place = first["loc"]
    where = source.where(place)
    name = str(place[-1]) if place else "the file"
    if first["type"] in ("missing", "string_too_short") and name == "cite":
        return PlimsollError(
            "rulebook.missing_citation", "a rule without its source", fix="Add cite: the article or page.", where=where
        )
    if first["type"] == "missing":
        return PlimsollError("rulebook.schema", f"{name} is missing", fix=f"Add {name}.", where=where)
    if first["type"] == "extra_forbidden":
        return PlimsollError(
            "rulebook.schema", f"{name} is not a key of this section", fix="Check its spelling, or remove it.",
            where=where,
        )  # fmt: skip
    if first["type"] == "enum" and ("include" in place or "exclude" in place):
        return PlimsollError(
            "rulebook.unknown_component", f'"{first["input"]}" is not a compute component',
            fix=f"Use one of: {first['ctx']['expected']}." if "ctx" in first else "See the glossary.", where=where,
        )  # fmt: skip
    if isinstance(first["input"], (int, float)) and first["type"] == "string_type":
        return PlimsollError(
            "rulebook.not_text", f"{first['input']!r} stands where a decimal string belongs",
            fix=f'Put it in quotation marks: "{first["input"]}".', where=where,
        )  # fmt: skip
    message = first["msg"].removeprefix("Value error, ")
    return PlimsollError(
        "rulebook.schema", f"{name}: {message}", fix="Correct this value; docs/law.md shows the format.", where=where
    )


class _Builder:
    """Builds the law out of checked text, with every cross-reference resolved."""

    def __init__(self, source: YamlText, text: schema.RulebookText) -> None:
        self._source = source
        self._text = text
        self._names = Names(
            metrics=frozenset(m.id for m in text.metrics),
            parameters=frozenset(p.id for p in text.parameters),
            earlier_provisions=frozenset(),
        )
        self._conditions = ConditionReader(source, self._names)

    def build(self) -> law.Rulebook:
        text = self._text
        if Path(self._source.file).stem != text.id:
            raise self._error("rulebook.id", f'the file is not named after its id "{text.id}"', ("id",),
                              f"Name it {text.id}.yaml.")  # fmt: skip
        self._refuse_duplicates()
        return law.Rulebook(
            id=text.id,
            version=text.version,
            title=text.title,
            jurisdiction=text.jurisdiction,
            kind=text.kind,
            summary=text.summary,
            cite=text.cite,
            digest=digest(self._source.value),
            metrics={m.id: self._metric(m, index) for index, m in enumerate(text.metrics)},
            recipients={r.id: self._recipient(r, index) for index, r in enumerate(text.recipients)},
            parameters={p.id: self._parameter(p, index) for index, p in enumerate(text.parameters)},
            provisions=tuple(self._provision(p, index) for index, p in enumerate(text.provisions)),
            definitions=tuple(law.Definition(d.term, d.text, d.cite) for d in text.definitions),
            reviews=tuple(law.Review(r.who, r.what, r.every, r.next, r.cite) for r in text.reviews),
            checked_by=tuple(text.checked_by),
        )

    def _error(self, code: str, what: str, place: Place, fix: str) -> PlimsollError:
        return PlimsollError(code, what, fix=fix, where=self._source.where(place))

    def _refuse_duplicates(self) -> None:
        for section in ("metrics", "recipients", "parameters", "provisions"):
            ids = [item.id for item in getattr(self._text, section)]
            for index, name in enumerate(ids):
                if name in ids[:index]:
                    raise self._error(
                        "rulebook.duplicate_id", f"{section} has {name} twice", (section, index, "id"), "Rename one."
                    )

    def _metric(self, text: schema.MetricText, index: int) -> law.Metric:
        place: Place = ("metrics", index, "margin")
        margin = None if text.margin is None else self._conditions.fraction(text.margin, place)
        return law.Metric(
            text.id, text.title, frozenset(text.include), frozenset(text.exclude), text.applied_by, margin, text.cite,
            text.note,
        )  # fmt: skip

    def _recipient(self, text: schema.RecipientText, index: int) -> law.Recipient:
        place: Place = ("recipients", index)
        try:
            ZoneInfo(text.time_zone)
        except (KeyError, ValueError):
            raise self._error(
                "rulebook.unknown_zone", f'"{text.time_zone}" is not a time zone', (*place, "time_zone"),
                "Use an IANA name such as Europe/Brussels.",
            ) from None  # fmt: skip
        return law.Recipient(text.id, text.name, text.time_zone, self._calendar(text.counting, (*place, "counting")))

    def _calendar(self, name: str, place: Place) -> str:
        if name not in CALENDARS:
            raise self._error(
                "rulebook.unknown_calendar", f'"{name}" is not a way of counting', place,
                f"Use one of: {', '.join(CALENDARS)}.",
            )  # fmt: skip
        return name

    def _parameter(self, text: schema.ParameterText, index: int) -> law.Parameter:
        place: Place = ("parameters", index, "value")
        read = self._conditions.line_value if text.unit == "FLOP" else self._conditions.whole
        return law.Parameter(text.id, text.unit, read(text.value, place), text.placeholder, text.set_by, text.cite)

    def _provision(self, text: schema.ProvisionText, index: int) -> law.Provision:
        place: Place = ("provisions", index)
        self._owned(text.id, (*place, "id"))
        earlier = frozenset(p.id for p in self._text.provisions[:index])
        reader = ConditionReader(self._source, Names(self._names.metrics, self._names.parameters, earlier))
        versions = tuple(
            _VersionBuilder(self, reader, (*place, "versions", number)).build(version)
            for number, version in enumerate(text.versions)
        )
        for (one, first), (two, second) in combinations(enumerate(versions), 2):
            if _overlap(first, second):
                raise self._error(
                    "rulebook.overlap",
                    f"versions {one + 1} and {two + 1} of {text.id} both apply on "
                    f"{max(first.valid_from, second.valid_from)} as known on {max(first.known_from, second.known_from)}",
                    (*place, "versions", two, "valid_from"),
                    "End the older version with valid_to, or its knowledge with known_to; both ends are exclusive.",
                )
        decided = law.DecidedBy(text.decided_by.default, tuple(text.decided_by.override), text.decided_by.rebuttal)
        return law.Provision(text.id, text.title, text.subject, text.cite, decided, versions)

    def _owned(self, name: str, place: Place) -> None:
        if not name.startswith(self._text.id + "."):
            raise self._error(
                "rulebook.id", f'"{name}" does not begin with "{self._text.id}."', place,
                f"Call it {self._text.id}.{name.rpartition('.')[2]}.",
            )  # fmt: skip


class _VersionBuilder:
    """Builds one version of a provision."""

    def __init__(self, book: _Builder, reader: ConditionReader, place: Place) -> None:
        self._book = book
        self._reader = reader
        self._place = place

    def build(self, text: schema.VersionText) -> law.ProvisionVersion:
        place = self._place
        when = self._reader.read(text.when, (*place, "when"))
        obligations = tuple(self._obligation(o, (*place, "obligations", i)) for i, o in enumerate(text.obligations))
        self._refuse_repeated(obligations)
        return law.ProvisionVersion(
            valid_from=text.valid_from,
            valid_to=text.valid_to,
            known_from=text.known_from,
            known_to=text.known_to,
            status=text.status,
            cite=text.cite,
            when=when,
            tier=text.tier,
            permitted_to=text.permitted_to,
            note=text.note,
            exemptions=tuple(self._exemption(e, obligations, (*place, "exempt", i)) for i, e in enumerate(text.exempt)),
            transitions=tuple(
                law.Transition(self._reader.read(t.when, (*place, "comply_by", i, "when")), t.date, t.cite)
                for i, t in enumerate(text.comply_by)
            ),
            obligations=obligations,
        )

    def _refuse_repeated(self, obligations: tuple[law.Obligation, ...]) -> None:
        for name, count in Counter(o.id for o in obligations).items():
            if count > 1:
                raise self._book._error(
                    "rulebook.duplicate_id", f"the obligation {name} stands here twice",
                    (*self._place, "obligations"), "Rename one.",
                )  # fmt: skip

    def _exemption(
        self, text: schema.ExemptionText, obligations: tuple[law.Obligation, ...], place: Place
    ) -> law.Exemption:
        relieves = None if text.relieves == "all" else frozenset(text.relieves)
        unknown = sorted((relieves or frozenset()) - {o.id for o in obligations})
        if unknown:
            raise self._book._error(
                "rulebook.unknown_obligation", f"relieves from {unknown[0]}, which this version does not impose",
                (*place, "relieves"), "Name obligations of this version, or all.",
            )  # fmt: skip
        when = self._reader.read(text.when, (*place, "when"))
        return law.Exemption(text.id, when, relieves, text.text, text.cite)

    def _obligation(self, text: schema.ObligationText, place: Place) -> law.Obligation:
        self._book._owned(text.id, (*place, "id"))
        if text.to not in {r.id for r in self._book._text.recipients}:
            raise self._book._error(
                "rulebook.unknown_recipient", f'"{text.to}" is not among the recipients', (*place, "to"),
                "Add it to recipients, with time zone and counting.",
            )  # fmt: skip
        when = None if text.when is None else self._reader.read(text.when, (*place, "when"))
        clock = self._clock(text.clock, (*place, "clock"))
        return law.Obligation(text.id, text.what, text.who, text.filing, text.to, clock, text.cite, when, text.note)

    def _clock(self, text: schema.ClockText, place: Place) -> law.ClockRule:
        events = {
            "from": text.starts,
            "before": [text.before] if text.before else [],
            "stop": text.stop,
            "extend": [e.on for e in text.extend],
        }
        for key, names in events.items():
            for name in names:
                if name not in EVENTS:
                    raise self._book._error(
                        "rulebook.unknown_event", f'"{name}" is not an event that can run a clock', (*place, key),
                        f"Use one of: {', '.join(EVENTS)}.",
                    )  # fmt: skip
        counting = None if text.counting is None else self._book._calendar(text.counting, (*place, "counting"))
        return law.ClockRule(
            starts=tuple(text.starts),
            within=text.within,
            before=text.before,
            dates=tuple(text.dates),
            every=text.every,
            counting=counting,
            no_delay=text.no_delay,
            stops=tuple(text.stop),
            extensions=tuple(law.Extension(e.on, e.by) for e in text.extend),
            note=text.note,
        )


def _overlap(first: law.ProvisionVersion, second: law.ProvisionVersion) -> bool:
    def meet(from1: object, to1: object, from2: object, to2: object) -> bool:
        return (to2 is None or from1 < to2) and (to1 is None or from2 < to1)  # type: ignore[operator, no-any-return]

    return meet(first.valid_from, first.valid_to, second.valid_from, second.valid_to) and meet(
        first.known_from, first.known_to, second.known_from, second.known_to
    )


def questions(rulebook: law.Rulebook) -> dict[str, Question]:
    """Every qualitative condition of a rulebook by its id."""
    found: dict[str, Question] = {}
    for provision in rulebook.provisions:
        for version in provision.versions:
            conditions = [version.when, *(e.when for e in version.exemptions), *(t.when for t in version.transitions)]
            conditions += [o.when for o in version.obligations if o.when is not None]
            for condition in conditions:
                found.update({leaf.id: leaf for leaf in leaves(condition) if isinstance(leaf, Question)})
    return found
