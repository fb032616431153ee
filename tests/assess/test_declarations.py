"""Declarations: what a good file gives, and that everything wrong with a bad one is named with its line and a fix."""

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from plimsoll.assess.declaration_problems import DeclarationFileError
from plimsoll.assess.declarations import load_declarations, parse_declarations
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate

RUN = """\
id: run-aster-7
kind: training_run
name: Aster 7
developer: halden-labs
accounts: [aster-cloud/acct-00017]
status: running
start: 2026-03-01
end: 2026-06-01
utilisation: {value: "0.41", kind: mfu, attested: true}
compute:
  total: "3.8e25"
hardware:
  - {provider: aster-cloud, account: acct-00017, chip: h100-sxm, count: 4096, from: 2026-03-01, to: 2026-06-01}
attributes: {output_modalities: [text], deployed: 2026-07-01}
events: {line_met: 2026-03-20T09:00:00Z}
quantities: {developer_revenue_usd: "600e6"}
answers: {eu-gpai.designated: false}
"""


def _one(text: str):
    [declaration] = parse_declarations(text.encode(), "run.yaml")
    return declaration


def _problems(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(PlimsollError) as caught:
        parse_declarations(text.encode(), "run.yaml")
    problem = caught.value
    assert problem.where.file == "run.yaml"
    assert all(p.fix for p in (problem, *getattr(problem, "others", ())))
    return [(p.code, p.where.line) for p in (problem, *getattr(problem, "others", ()))]


def test_a_run_is_read_with_everything_a_rulebook_asks_for() -> None:
    run = _one(RUN)

    assert (run.id, run.kind, run.name, run.developer) == ("run-aster-7", "training_run", "Aster 7", "halden-labs")
    assert (run.start, run.end, run.accounts) == (date(2026, 3, 1), date(2026, 6, 1), ("aster-cloud/acct-00017",))
    assert run.facts.subject == "run"
    assert run.facts.total == Estimate.exact(38 * 10**24)
    assert run.facts.attributes == {"output_modalities": ("text",)}
    assert run.facts.dates == {"deployed": date(2026, 7, 1), "run_started": date(2026, 3, 1)}
    assert run.facts.events["line_met"] == datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert run.facts.events["run_started"] == datetime(2026, 3, 1, tzinfo=UTC)
    assert run.facts.answers == {"eu-gpai.designated": False}
    assert run.utilisation.share == Fraction(41, 100)
    assert run.hardware[0].bound_flop == 4096 * 92 * 86_400 * 10**9 * load_catalogue().get("h100-sxm").training_peak[1]
    assert (run.file, run.line) == ("run.yaml", 1)


def test_what_was_not_declared_is_unknown() -> None:
    model = _one("id: m\nkind: model\ndeveloper: d\n")

    assert model.whole is None
    assert model.facts.total is None
    assert model.covered_flop == 0
    assert model.facts.events == {}


def test_components_are_stated_calculated_or_reconciled() -> None:
    declaration = _one("""\
id: m
kind: model
developer: d
compute:
  components:
    pretrain:
      - {method: architecture, architecture: dense, parameters: "70e9", tokens: "15e12"}
      - {method: hardware, periods: [{chip: H100 SXM, count: 1000, hours: "2000", utilisation: "0.4", utilisation_kind: mfu}]}
    posttrain_sft: {point: "1e23", margin: "0.3"}
    merged_base: "5e24"
  complete: true
""")  # noqa: E501
    components = declaration.facts.components

    assert components[Component.POSTTRAIN_SFT] == Estimate(7 * 10**22, 10**23, 13 * 10**22)
    assert components[Component.PRETRAIN].point == 6 * 70 * 10**9 * 15 * 10**12
    [(part, reconciliation)] = declaration.reconciliations
    assert part == "pretrain"
    assert not reconciliation.within_margin
    assert declaration.facts.complete


def test_usage_is_not_explained_by_what_was_computed_elsewhere() -> None:
    declaration = _one("""\
id: m
kind: model
developer: d
compute:
  components: {pretrain: "3e24", merged_base: "5e24", eval_redteam: {low: "1e23", point: "2e23", high: "3e23"}, aux_models: "7e22"}
  not_by_developer: [aux_models]
""")  # noqa: E501

    assert declaration.covered_flop == 33 * 10**23
    assert declaration.whole.point == 8_270 * 10**21
    assert declaration.here.point == 3_270 * 10**21


def test_a_declaration_explains_no_more_than_its_hardware_can_do() -> None:
    run = _one(RUN)

    assert run.seen().covered_flop == run.hardware_bound < run.covered_flop == 38 * 10**24
    assert _one(RUN.replace("3.8e25", "3e25")).seen().covered_flop == 3 * 10**25
    assert run.seen().providers == ("aster-cloud",)


def test_a_third_partys_bare_figure_may_be_off_by_thirty_percent() -> None:
    def total(amount: str) -> Estimate:
        text = (
            f"id: m\nkind: model\ndeveloper: d\ncompute: {{total: {{method: third_party, amount: {amount}, by: x}}}}\n"
        )
        return _one(text).facts.total

    assert total('"1e25"') == Estimate(7 * 10**24, 10**25, 13 * 10**24)
    assert total('{point: "1e25", margin: "0"}') == Estimate.exact(10**25)


def test_a_total_may_be_calculated() -> None:
    moe = '{method: architecture, architecture: moe, active_parameters: "37e9", tokens: "14.8e12"}'
    declaration = _one(f"id: m\nkind: model\ndeveloper: d\ncompute: {{total: {moe}}}\n")

    assert declaration.facts.total.point == 6 * 37 * 10**9 * 148 * 10**11


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (RUN + "colour: red\n", "declaration.unknown_field", 18),
        (RUN.replace("count: 4096", "count: 4096, kind: gpu"), "declaration.unknown_field", 13),
        (RUN.replace("kind: training_run", "kind: run"), "declaration.value", 2),
        (RUN.replace("developer: halden-labs\n", ""), "declaration.missing", 1),
        (RUN.replace("end: 2026-06-01", "end: 2026-02-30", 1), "declaration.value", 8),
        (RUN.replace("end: 2026-06-01", "end: 2026-03-01", 1), "period.backwards", 8),
        (RUN.replace("end: 2026-06-01\n", "", 1), "declaration.no_period", 5),
        (RUN.replace("to: 2026-06-01", "to: 2026-01-01"), "period.backwards", 13),
        (RUN.replace("aster-cloud/acct-00017", "acct-00017"), "declaration.account", 5),
        (RUN.replace("h100-sxm", "h1000"), "declaration.unknown_chip", 13),
        (RUN.replace('"3.8e25"', "3.8e25"), "yaml.float", 11),
        (RUN.replace('"3.8e25"', "38"), "facts.type", 11),
        (RUN.replace('"3.8e25"', '"lots"'), "flop.unreadable", 11),
        (RUN.replace('"3.8e25"', '"1e999"'), "flop.too_large", 11),
        (RUN.replace('"3.8e25"', '"NaN"'), "flop.unreadable", 11),
        (RUN.replace('total: "3.8e25"', 'components: {pretrian: "1e24"}'), "component.unknown", 11),
        (RUN.replace('total: "3.8e25"', "total: {method: guess}"), "declaration.unknown_method", 11),
        (RUN.replace('"0.41"', "0.41"), "yaml.float", 9),
        (RUN.replace('"0.41"', "1"), "declaration.not_text", 9),
        (RUN.replace("line_met:", "line_mett:"), "facts.unknown_word", 15),
        (RUN.replace("run-aster-7", '"../x"'), "declaration.value", 1),
        (RUN.replace('"0.41"', '"-0.41"'), "declaration.utilisation", 9),
        (RUN.replace('"0.41"', '"0"'), "declaration.utilisation", 9),
        (RUN.replace("attested: true", 'attested: "true"'), "declaration.value", 9),
        (RUN.replace('total: "3.8e25"', 'components: {pretrain: [["1e24"], "1e24"]}'), "facts.type", 11),
        (RUN.replace('total: "3.8e25"', "complete: true"), "facts.nothing_complete", 11),
        (RUN.replace('total: "3.8e25"', 'total: "1e25"\n  not_by_developer: merged_base'), "facts.type", 12),
        ("declarations: 5\n", "declaration.form", 1),
        ("declarations: []\nid: x\n", "declaration.form", 1),
        ("- 1\n", "declaration.form", 1),
        ("a: &a [1]\nb: *a\n", "yaml.alias", 1),
    ],
)
def test_a_bad_declaration_is_one_coded_error_with_its_line(text: str, code: str, line: int) -> None:
    assert (code, line) in _problems(text)


def test_a_method_that_cannot_be_used_is_named_with_its_line() -> None:
    text = RUN.replace(
        'total: "3.8e25"',
        """\
total:
    method: architecture
    architecture: moe
    parameters: "671e9"
    tokens: "14.8e12\"""",
    )

    assert _problems(text) == [("method.moe_needs_active", 11)]


@pytest.mark.parametrize(
    ("length", "code"),
    [
        ('hours: "10", from: 2026-01-01, to: 2026-01-02', "declaration.length"),
        ("from: 2026-01-01", "declaration.length"),
        ("from: 2026-01-02, to: 2026-01-01", "period.backwards"),
        ('hours: "10", precision: fp3', "declaration.precision"),
    ],
)
def test_hardware_needs_exactly_one_length_and_a_known_precision(length: str, code: str) -> None:
    period = f'{{chip: h100-sxm, count: 8, {length}, utilisation: "0.4", utilisation_kind: mfu}}'
    text = f"id: m\nkind: model\ndeveloper: d\ncompute:\n  total: {{method: hardware, periods: [{period}]}}\n"

    assert _problems(text) == [(code, 5)]


def test_all_problems_of_a_file_come_together_in_its_order() -> None:
    text = "declarations:\n" + "".join(
        f"- {{id: {name}, kind: model, developer: d{more}}}\n"
        for name, more in (("a", ""), ("b", ", hue: red"), ("a", ""), ("c", ', compute: {total: "x"}'))
    )

    assert _problems(text) == [
        ("declaration.unknown_field", 3), ("declaration.duplicate_id", 4), ("flop.unreadable", 5),
    ]  # fmt: skip
    with pytest.raises(DeclarationFileError, match=r"(?s)hue.*already that of.*line 2"):
        parse_declarations(text.encode(), "run.yaml")


def test_a_folder_is_read_file_by_file_and_ids_are_unique_in_all_of_it(tmp_path) -> None:
    (tmp_path / "b.yaml").write_text("id: b\nkind: model\ndeveloper: d\n")
    (tmp_path / "a.yaml").write_text("id: a\nkind: model\ndeveloper: d\n")
    (tmp_path / "read.me").write_text("not yaml: [")

    assert [d.id for d in load_declarations(tmp_path)] == ["a", "b"]

    (tmp_path / "c.yaml").write_text("id: b\nkind: model\ndeveloper: d\n")
    with pytest.raises(PlimsollError) as caught:
        load_declarations(tmp_path)
    assert caught.value.code == "declaration.duplicate_id"


def test_an_empty_file_declares_nothing_and_a_missing_one_is_refused(tmp_path) -> None:
    assert parse_declarations(b"# nobody declared anything\n", "run.yaml") == ()
    with pytest.raises(PlimsollError) as caught:
        load_declarations(tmp_path / "none.yaml")
    assert caught.value.code == "declaration.unreadable"


def test_a_folder_is_searched_and_one_without_declarations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as caught:
        load_declarations(tmp_path, "declared")
    assert (caught.value.code, caught.value.where.file) == ("declaration.nothing_found", "declared")

    for place in ("deep/er", ".hidden"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "one.YAML").write_text("{id: a, kind: model, developer: d}")
    assert [declaration.file for declaration in load_declarations(tmp_path, "declared")] == [
        "declared/deep/er/one.YAML"
    ]
