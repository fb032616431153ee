"""Builds the law out of a checked rulebook file, resolving every reference in it, or says which line is wrong."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import PurePath
from zoneinfo import ZoneInfo

from plimsoll.kernel.canonical import digest
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText
from plimsoll.rulebook import law, schema
from plimsoll.rulebook.calendar import rolls
from plimsoll.rulebook.condition import Question
from plimsoll.rulebook.condition_text import ConditionReader, Names
from plimsoll.rulebook.vocabulary import CALENDARS, EVENTS


def build_rulebook(source: YamlText, text: schema.RulebookText) -> law.Rulebook:
    """The law that a checked file states.

    Raises:
        PlimsollError: ``rulebook.overlap``, ``rulebook.line_too_low``, ``rulebook.not_text``, ``rulebook.id``,
            ``rulebook.duplicate_id``, ``rulebook.condition``, ``rulebook.unknown_…``, with file and line.
    """
    return _Builder(source, text).build()


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
        if PurePath(self._source.file).stem != text.id:
            raise self._error("rulebook.id", f'the file is not named after its id "{text.id}"', ("id",),
                              f"Name it {text.id}.yaml.")  # fmt: skip
        self._refuse_duplicates()
        provisions = tuple(self._provision(p, index) for index, p in enumerate(text.provisions))
        self._refuse_ambiguous(provisions)
        return law.Rulebook(
            id=text.id,
            version=text.version,
            title=text.title,
            jurisdiction=text.jurisdiction,
            kind=text.kind,
            summary=text.summary,
            cite=text.cite,
            metrics={m.id: self._metric(m, index) for index, m in enumerate(text.metrics)},
            recipients={r.id: self._recipient(r, index) for index, r in enumerate(text.recipients)},
            parameters={p.id: self._parameter(p, index) for index, p in enumerate(text.parameters)},
            provisions=provisions,
            definitions=tuple(law.Definition(d.term, d.text, d.cite) for d in text.definitions),
            reviews=tuple(law.Review(r.who, r.what, r.every, r.next, r.cite) for r in text.reviews),
            checked_by=tuple(text.checked_by),
            digest=digest(self._source.value),
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

    def _refuse_ambiguous(self, provisions: tuple[law.Provision, ...]) -> None:
        """An answer or a due date is named by an id, which must mean one question and one provision's duty."""
        asked: dict[str, Question] = {}
        imposed: dict[str, str] = {}
        for index, provision in enumerate(provisions):
            for number, version in enumerate(provision.versions):
                place: Place = ("provisions", index, "versions", number)
                for question in (leaf for leaf in version.asked() if isinstance(leaf, Question)):
                    if asked.setdefault(question.id, question) != question:
                        raise self._error("rulebook.duplicate_id", f"two questions are called {question.id}", place,
                                          "Rename one, or word both alike.")  # fmt: skip
                for obligation in version.obligations:
                    if imposed.setdefault(obligation.id, provision.id) != provision.id:
                        raise self._error("rulebook.duplicate_id", f"two provisions impose {obligation.id}", place,
                                          "Rename one.")  # fmt: skip

    def _metric(self, text: schema.MetricText, index: int) -> law.Metric:
        place: Place = ("metrics", index, "margin")
        margin = None if text.margin is None else self._conditions.fraction(text.margin, place)
        if margin is not None and not 0 <= margin < 1:
            raise self._error("rulebook.margin", f'the margin "{text.margin}" is not from 0 to 1', place,
                              'Write e.g. "0.30" for 30 %.')  # fmt: skip
        return law.Metric(
            text.id, text.title, frozenset(text.include), frozenset(text.exclude), text.applied_by, margin, text.cite,
            text.note,
        )  # fmt: skip

    def _recipient(self, text: schema.RecipientText, index: int) -> law.Recipient:
        place: Place = ("recipients", index)
        try:
            ZoneInfo(text.time_zone)
        except (KeyError, ValueError, OSError):  # a name can also be that of a folder of zones
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
        value = self._conditions.line_value(text.value, place)
        return law.Parameter(text.id, text.unit, value, text.placeholder, text.set_by, text.cite)

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
                day, known = max(first.valid_from, second.valid_from), max(first.known_from, second.known_from)
                raise self._error(
                    "rulebook.overlap",
                    f"versions {one + 1} and {two + 1} of {text.id} both apply on {day} as known on {known}",
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
        clock = self._clock(text.clock, text.to, (*place, "clock"))
        return law.Obligation(text.id, text.what, text.who, text.filing, text.to, clock, text.cite, when, text.note)

    def _clock(self, text: schema.ClockText, to: str, place: Place) -> law.ClockRule:
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
        recipient = next(r for r in self._book._text.recipients if r.id == to)
        if text.working_days is not None and not rolls(text.counting or recipient.counting):
            raise self._book._error(
                "rulebook.unknown_calendar", f"working days cannot be counted by {text.counting or recipient.counting}",
                (*place, "working_days"), "Give counting: eu_1182_71, us_federal, us_ca, us_ny or us_il.",
            )  # fmt: skip
        counting = None if text.counting is None else self._book._calendar(text.counting, (*place, "counting"))
        return law.ClockRule(
            starts=tuple(text.starts),
            from_latest=text.from_latest,
            within=text.within,
            working_days=text.working_days,
            before=text.before,
            lead=text.lead,
            dates=tuple(text.dates),
            every=text.every,
            counting=counting,
            no_delay=text.no_delay,
            stops=tuple(text.stop),
            extensions=tuple(law.Extension(e.on, e.by) for e in text.extend),
            note=text.note,
        )


def _overlap(first: law.ProvisionVersion, second: law.ProvisionVersion) -> bool:
    return _meet(first.valid_from, first.valid_to, second.valid_from, second.valid_to) and _meet(
        first.known_from, first.known_to, second.known_from, second.known_to
    )


def _meet(from_1: date, to_1: date | None, from_2: date, to_2: date | None) -> bool:
    return (to_2 is None or from_1 < to_2) and (to_1 is None or from_2 < to_1)
