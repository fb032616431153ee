"""Every worked case of the library holds, and the cases leave no line and no rulebook out."""

from importlib.resources import files
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.rulebook.cases import case_files, read_cases, run_case
from plimsoll.rulebook.condition import MetricLine, leaves
from plimsoll.rulebook.evaluate import evaluate
from plimsoll.rulebook.load import library_ids, library_rulebook


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.stem)
def test_every_case_of_the_library_holds(path: Path) -> None:
    content = read_cases(path)

    failures = [failure for case in content.cases for failure in run_case(case, content.rulebook)]

    assert [f"{f.case.where}: {f.case.name}: {f.what}" for f in failures] == []


def test_there_are_at_least_sixty_cases_and_some_for_every_rulebook() -> None:
    contents = [read_cases(path) for path in case_files()]

    assert sum(len(content.cases) for content in contents) >= 60
    assert {content.rulebook.id for content in contents} == set(library_ids())


@pytest.mark.parametrize("rulebook_id", library_ids())
def test_every_line_is_tried_one_below_on_and_one_above(rulebook_id: str) -> None:
    rulebook = library_rulebook(rulebook_id)
    cases = [case for path in case_files() if path.stem == rulebook_id for case in read_cases(path).cases]
    tried: dict[str, set[int]] = {}
    for case in cases:
        for result in evaluate(case.facts, rulebook, case.as_of, case.known):
            if result.line and result.line.estimate:
                tried.setdefault(result.provision.id, set()).add(result.line.estimate.point)

    values = {name: parameter.value for name, parameter in rulebook.parameters.items()}
    for provision in rulebook.provisions:
        for version in provision.versions:
            for leaf in leaves(version.when):
                line = leaf.threshold(values) if isinstance(leaf, MetricLine) and leaf.of is None else None
                if line is not None:
                    assert {line - 1, line, line + 1} <= tried.get(provision.id, set()), (provision.id, line)


def test_a_case_that_fails_says_what_it_expected(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "rulebook: eu-gpai\ncases:\n- name: wrong on purpose\n  facts: {total: '1e26'}\n  as_of: 2026-11-21\n"
        "  expect: {eu-gpai.systemic_risk: 'false'}\n"
    )
    content = read_cases(path)

    assert [f.what for f in run_case(content.cases[0], content.rulebook)] == [
        "eu-gpai.systemic_risk: expected false, found true"
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("rulebook: eu-gpai\ncases: []\n", "case.schema", 2),
        ("rulebook: eu-gpai\ncases: 5\n", "case.schema", 2),
        ("rulebook: eu-gpai\ncases: [{name: a}]\nmore: 1\n", "case.schema", 1),
        ("rulebook: nowhere\ncases: [{name: a}]\n", "rulebook.unknown", 1),
        ("rulebook: nowhere.yaml\ncases: [{name: a}]\n", "rulebook.unreadable", 1),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01}\n", "case.schema", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, expect: {}, due: {}}\n", "case.schema", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, due: [eu-gpai.notify]}\n", "case.schema", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, facts: [[a]]}\n", "facts.type", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01,\n  known: false}\n", "time.unreadable", 4),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: soon}\n", "time.unreadable", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, facts: {totl: '1'}}\n", "facts.unknown_key", 3),
        ("rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, hope: 1}\n", "case.schema", 3),
        (
            "rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, due: {eu-gpai.notfy: none}}\n",
            "case.unknown_id",
            3,
        ),
        (
            "rulebook: eu-gpai\ncases:\n- {name: a, as_of: 2026-01-01, facts: {answers: {eu-gpai.no: true}}}\n",
            "case.unknown_id",
            3,
        ),
    ],
)
def test_a_malformed_case_is_refused_with_its_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)

    with pytest.raises(PlimsollError) as refusal:
        read_cases(path)

    assert refusal.value.code == code
    assert refusal.value.where.line == line


def test_a_case_file_names_its_own_rulebook_by_a_path_beside_it(tmp_path: Path) -> None:
    library = Path(str(files("plimsoll.rulebook") / "library"))
    (tmp_path / "trager.yaml").write_bytes((library / "trager.yaml").read_bytes())
    path = tmp_path / "cases.yaml"
    path.write_text(
        "rulebook: trager.yaml\ncases:\n- {name: a, as_of: 2026-01-01, facts: {total: '2e24'},\n"
        "   expect: {trager.licence: 'true'}}\n"
    )
    content = read_cases(path)

    assert run_case(content.cases[0], content.rulebook) == []


def test_a_folder_without_cases_says_so(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as refusal:
        case_files(tmp_path)

    assert refusal.value.code == "case.none"
