"""A rulebook that is wrong does not load, and the message names the file and the line."""

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.rulebook.load import DEFAULT, find_rulebook, library_ids, load_library, parse_rulebook

GOOD = b"""\
format: plimsoll-rulebook/1
id: x
version: "1"
title: X
jurisdiction: EU
kind: law
summary: s
cite: c
recipients:
- {id: r, name: R, time_zone: Europe/Brussels, counting: eu_1182_71}
metrics:
- {id: m@1, title: t, unit: FLOP, include: [pretrain, rl_update], exclude: [eval_redteam], margin: "0.30", cite: c}
provisions:
- id: x.a
  title: A
  subject: model
  cite: c
  versions:
  - valid_from: 2025-01-01
    known_from: 2024-01-01
    status: in_force
    cite: Art 1
    when: {any: [{metric: m@1, op: gt, value: "1e25"}, {question: "d?", id: q, decided_by: b}]}
    obligations:
    - id: x.n
      what: w
      who: provider
      filing: f
      to: r
      clock: {from: [line_met], within: P14D}
      cite: Art 2
"""


def test_the_good_file_loads() -> None:
    rulebook = parse_rulebook(GOOD, "x.yaml")

    assert rulebook.provisions[0].versions[0].obligations[0].id == "x.n"
    assert rulebook.digest.startswith("sha256:")


_SECOND_VERSION = b"""\
  - valid_from: 2026-01-01
    known_from: 2025-01-01
    status: in_force
    cite: Art 1
    when: {always: true}
"""


_SECOND_PROVISION = b"""\
- id: x.b
  title: B
  subject: model
  cite: c
  versions:
  - valid_from: 2025-01-01
    known_from: 2024-01-01
    status: in_force
    cite: Art 3
    when: {always: true}
    obligations:
    - {id: x.n, what: w, who: provider, filing: f, to: r, clock: {}, cite: Art 4}
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (b'"1e25"', b"1.0e25", "yaml.float", 23),
        (b'"1e25"', b"1e25", "yaml.float", 23),
        (b'"1e25"', b'"1025"', "rulebook.line_too_low", 23),
        (b'"1e25"', b"1025", "rulebook.not_text", 23),
        (b'"1e25"', b'"nan"', "flop.unreadable", 23),
        (b'"1e25"', b'"1e999"', "flop.too_large", 23),
        (b"metric: m@1", b"metric: m@2", "rulebook.unknown_metric", 23),
        (b"[pretrain,", b"[pretrian,", "rulebook.unknown_component", 12),
        (b"[eval_redteam]", b"[pretrain]", "rulebook.schema", 12),
        (b'margin: "0.30"', b"margin: 0.30", "yaml.float", 12),
        (b"    cite: Art 1\n", b"", "rulebook.missing_citation", 19),
        (b"    cite: Art 1\n", b'    cite: ""\n', "rulebook.missing_citation", 22),
        (b"      cite: Art 2\n", b"", "rulebook.missing_citation", 25),
        (b"[line_met]", b"[line_mets]", "rulebook.unknown_event", 30),
        (b"within: P14D", b"within: 14 days", "rulebook.schema", 30),
        (b"from: [line_met], within: P14D", b"within: P14D", "rulebook.schema", 30),
        (b"within: P14D", b"within: P14D, before: deployed", "rulebook.schema", 30),
        (b"within: P14D", b"within: P0D", "rulebook.schema", 30),
        (b"within: P14D", b"within: P14D, lead: P2W", "rulebook.schema", 30),
        (b"within: P14D", b"working_days: 5, counting: elapsed", "rulebook.unknown_calendar", 30),
        (b"to: r\n", b"to: nobody\n", "rulebook.unknown_recipient", 29),
        (b"Europe/Brussels", b"Europe/Atlantis", "rulebook.unknown_zone", 10),
        (b"eu_1182_71", b"lunar", "rulebook.unknown_calendar", 10),
        (b"status: in_force", b"status: probably", "rulebook.schema", 21),
        (b"op: gt, ", b"", "rulebook.condition", 23),
        (b'decided_by: b}', b"}", "rulebook.condition", 23),
        (b"valid_from: 2025-01-01", b"valid_from: 2025-02-30", "rulebook.schema", 19),
        (b"valid_from: 2025-01-01", b"valid_from: 2025-01-01\n    valid_to: 2024-01-01", "rulebook.schema", 19),
        (b"x.n\n", b"y.n\n", "rulebook.id", 25),
        (b"id: x\n", b"id: z\n", "rulebook.id", 2),
        (b"    obligations:", _SECOND_VERSION + b"    obligations:", "rulebook.overlap", 24),
        (b"title: X\n", b"title: X\ncolour: red\n", "rulebook.schema", 5),
        (b"provisions:", b"parameters: [{id: line, unit: FLOP, value: '1025', set_by: s, cite: c}]\nprovisions:",
         "rulebook.line_too_low", 13),
        (b"provisions:", b"parameters: [{id: line, unit: flop, value: '1025', set_by: s, cite: c}]\nprovisions:",
         "rulebook.schema", 13),
        (b"    cite: Art 1\n", b'    cite: " "\n', "rulebook.missing_citation", 22),
        (b"within: P14D", b"within: P99999999999D", "rulebook.schema", 30),
        (b"within: P14D", b'within: P14D, no_delay: "yes"', "rulebook.schema", 30),
        (b"from: [line_met], within: P14D", b"from: [line_met], before: deployed", "rulebook.schema", 30),
        (b"from: [line_met], within: P14D", b"every: P1M", "rulebook.schema", 30),
        (b"within: P14D", b'dates: ["04-15"], every: P1M', "rulebook.schema", 30),
        (b"within: P14D", b"extend: [{on: requested, by: P7D}]", "rulebook.schema", 30),
        (b"Europe/Brussels", b"Europe", "rulebook.unknown_zone", 10),
        (b"Europe/Brussels", b"A" * 300, "rulebook.unknown_zone", 10),
        (b'margin: "0.30"', b'margin: "-0.30"', "rulebook.margin", 12),
        (b'margin: "0.30"', b'margin: "30"', "rulebook.margin", 12),
        (b'value: "1e25"', b'value: "1e25", of: base_model_compute', "rulebook.condition", 23),
        (b'value: "1e25"', b'times: "-1/3", of: base_model_compute', "rulebook.condition", 23),
        (b'value: "1e25"', b'times: "1/3", of: base_model_compute, fallbacks: 5', "rulebook.condition", 23),
        (b'{metric: m@1, op: gt, value: "1e25"}', b"{attribute: open_weights, any_of: yes}", "rulebook.condition", 23),
        (b'{metric: m@1, op: gt, value: "1e25"}', b"{always: 100000000000000000}", "rulebook.condition", 23),
        (b'{metric: m@1, op: gt, value: "1e25"}', b'{quantity: base_model_compute, op: gt, value: "1025"}',
         "rulebook.line_too_low", 23),
        (b"{metric: m@1, op: gt", b'{question: "other?", id: q, decided_by: b}, {metric: m@1, op: gt',
         "rulebook.duplicate_id", 19),
        (b"      cite: Art 2\n", b"      cite: Art 2\n" + _SECOND_PROVISION, "rulebook.duplicate_id", 37),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_line(old: bytes, new: bytes, code: str, line: int) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(PlimsollError) as refusal:
        parse_rulebook(GOOD.replace(old, new), "x.yaml")

    assert (refusal.value.code, refusal.value.where.file, refusal.value.where.line) == (code, "x.yaml", line)
    assert refusal.value.fix


def test_an_empty_file_and_a_list_are_refused() -> None:
    for text in (b"", b"- 1", b"just words"):
        with pytest.raises(PlimsollError) as refusal:
            parse_rulebook(text, "x.yaml")
        assert refusal.value.code == "rulebook.schema"


def test_versions_may_share_a_day_if_they_were_known_at_different_times() -> None:
    later = _SECOND_VERSION.replace(b"known_from: 2025-01-01", b"known_from: 2025-06-01")
    text = GOOD.replace(b"known_from: 2024-01-01", b"known_from: 2024-01-01\n    known_to: 2025-06-01")

    rulebook = parse_rulebook(text.replace(b"    obligations:", later + b"    obligations:"), "x.yaml")

    assert len(rulebook.provisions[0].versions) == 2


def test_the_whole_library_loads_and_the_treaty_comes_first() -> None:
    library = load_library()

    assert next(iter(library)) == DEFAULT
    assert set(library) == {
        "conditional-treaty", "eu-gpai", "us-ca-sb53", "us-ny-raise", "us-il-sb315", "eo-14110", "bis-702.7",
        "us-ca-sb1047", "miotti-wasil", "taisc", "trager", "pauseai", "cass-beggs", "heim-koessler", "idais",
    }  # fmt: skip
    assert tuple(library) == library_ids()


def test_an_unknown_rulebook_names_the_known_ones() -> None:
    with pytest.raises(PlimsollError) as refusal:
        find_rulebook("eu-gpia")

    assert "eu-gpai" in refusal.value.fix


def test_only_a_rulebook_with_an_open_line_can_be_set() -> None:
    library = load_library()
    treaty = library[DEFAULT]

    moved = treaty.with_line(3 * 10**24)  # type: ignore[arg-type]

    assert moved.parameters["line"].value == 3 * 10**24
    assert not moved.parameters["line"].placeholder
    assert treaty.parameters["line"].placeholder
    assert moved.digest != treaty.digest
    with pytest.raises(PlimsollError) as refusal:
        library["eu-gpai"].with_line(3 * 10**24)  # type: ignore[arg-type]
    assert refusal.value.code == "rulebook.fixed_line"


def test_a_question_that_only_a_fallback_asks_is_among_the_questions() -> None:
    relative = (
        b'times: "1/3", of: base_model_compute, fallbacks: '
        b'[{when: {question: "f?", id: f, decided_by: b}, value: "1e25"}]'
    )

    assert set(parse_rulebook(GOOD.replace(b'value: "1e25"', relative), "x.yaml").questions()) == {"q", "f"}
