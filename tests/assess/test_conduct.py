"""Whole assessments: the sample's truth is found and nothing else, and the same inputs give the same bytes anywhere."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.conduct import Request, conduct
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.json_out import as_json, json_text
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import Flop
from plimsoll.rulebook.load import library_rulebook
from plimsoll.sample.jurisdiction import Sample, write_sample
from plimsoll.sample.plan import Request as SampleRequest
from plimsoll.sample.score import score

# Ibis 12 reads DuckDB 2 by a method that DuckDB has renamed; both work.

TREATY = library_rulebook("conditional-treaty")
PEAK = load_catalogue().get("h100-sxm").training_peak[1]
NODE_DAY = 8 * 86_400 * 10**9 * PEAK
"""The bound of eight H100 in one day."""


def _assess(folder: Path, **more) -> Assessment:
    return conduct(Request((folder / "usage",), folder / "declarations.yaml", TREATY, **more))


@pytest.fixture(scope="module")
def assessed(jurisdiction: Sample) -> Assessment:
    return _assess(jurisdiction.folder, threads=1)


def test_everything_planted_is_found_and_nothing_else(assessed: Assessment, jurisdiction: Sample) -> None:
    scored = score(as_json(assessed)["findings"], jurisdiction.truth)

    assert (scored.precision, scored.recall) == (1, 1), scored
    assert scored.wrong_severity == ()
    assert {finding.code for finding in assessed.findings} == {
        Code.UNDECLARED_RUN, Code.UNDER_DECLARED_RUN, Code.APPROACHING_LINE, Code.UNMAPPED_SKU, Code.MISSING_REPORT,
        Code.IMPOSSIBLE_FIGURE,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "customers", "days"), [(1, 12, 150), (2, 60, 120), (3, 12, 400)])
def test_other_seeds_sizes_and_lengths_are_found_too(tmp_path: Path, seed: int, customers: int, days: int) -> None:
    sample = write_sample(tmp_path / "sample", SampleRequest(seed=seed, customers=customers, days=days))
    scored = score(as_json(_assess(sample.folder))["findings"], sample.truth)

    assert scored.perfect, scored


def test_two_threads_and_another_folder_give_the_same_bytes(
    assessed: Assessment, jurisdiction: Sample, tmp_path: Path
) -> None:
    shutil.copytree(jurisdiction.folder, tmp_path / "elsewhere" / "deep")

    assert json_text(_assess(tmp_path / "elsewhere" / "deep", threads=2)) == json_text(assessed)


def test_every_row_is_accounted_for_and_every_input_has_its_digest(assessed: Assessment, jurisdiction: Sample) -> None:
    totals = assessed.totals

    assert totals.rows == jurisdiction.rows == sum(rows for _, rows in totals.outcomes)
    assert dict(totals.outcomes) == {**dict.fromkeys(dict(totals.outcomes), 0), **dict(jurisdiction.truth.rows)}
    usage = [file for file in assessed.inputs if file.format != "declarations"]
    assert {(f.path, f.rows) for f in usage} == set(jurisdiction.truth.files)
    assert (
        sum(file.rejected for file in usage) == totals.rejected == sum(r.rows for r in assessed.data_quality.rejections)
    )
    [declared] = [file for file in assessed.inputs if file.format == "declarations"]
    assert (declared.path, declared.rows) == ("declarations.yaml", jurisdiction.declarations)
    assert all(len(file.sha256) == 64 for file in assessed.inputs)


def test_the_estimate_of_a_finding_is_the_truths(assessed: Assessment, jurisdiction: Sample) -> None:
    planted = {subject.account: subject for subject in jurisdiction.truth.subjects if subject.account}
    [finding] = [f for f in assessed.findings if f.code is Code.UNDECLARED_RUN and f.severity is Severity.HIGH]
    truth = planted[finding.subject]

    assert truth.start <= finding.window.crossed_on < truth.end
    assert finding.est_flop <= truth.est_flop
    assert finding.cap_flop <= truth.cap_flop


def test_without_declarations_declared_runs_are_undeclared(jurisdiction: Sample) -> None:
    found = conduct(Request((jurisdiction.folder / "usage",), None, TREATY))
    subjects = {f.subject for f in found.findings if f.code is Code.UNDECLARED_RUN}
    declared = {s.account for s in jurisdiction.truth.subjects if s.situation == "declared-run"}

    assert declared < subjects
    assert not any(f.code is Code.UNDER_DECLARED_RUN for f in found.findings)


def test_every_subject_with_a_finding_about_the_line_has_a_series(assessed: Assessment) -> None:
    series = {account.subject: account for account in assessed.accounts}
    about = [f for f in assessed.findings if f.line_flop is not None]

    subjects = list(dict.fromkeys(finding.subject for finding in about))
    assert [account.subject for account in assessed.accounts][: len(subjects)] == subjects
    for finding in about:
        found = series[finding.subject]
        assert found.window_days == finding.window.days
        assert found.points[-1].day == assessed.as_of - timedelta(1)
        if finding.severity is not Severity.WATCH:
            peak = next(p for p in found.points if p.day == finding.window.end - timedelta(1))
            assert (peak.cap_window, peak.est_window) == (finding.cap_flop, finding.est_flop)


HEADER = "provider,customer,chip,count,start,end\n"


@pytest.fixture
def plain(tmp_path: Path) -> Callable[..., Assessment]:
    """Assesses a plain usage file with a line, and optional declarations."""

    def run(rows: str, line: int, declarations: str | None = None, **more) -> Assessment:
        (tmp_path / "usage.csv").write_text(HEADER + rows)
        declared = None
        if declarations is not None:
            declared = tmp_path / "declarations.yaml"
            declared.write_text(declarations)
        return conduct(Request((tmp_path / "usage.csv",), declared, TREATY.with_line(Flop(line)), **more))

    return run


def _row(account: str, first: str, last: str, count: int = 8) -> str:
    return f"aster-cloud,{account},h100-sxm,{count},{first},{last}\n"


TEN_DAYS = _row("a", "2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z")


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        (10 * NODE_DAY, None),
        (10 * NODE_DAY - 1, Severity.ASK),
        (4 * NODE_DAY, Severity.ASK),
        (4 * NODE_DAY - 1, Severity.HIGH),
    ],
)
def test_the_line_is_exact_to_the_last_operation(plain, line: int, severity: Severity | None) -> None:
    found = plain(TEN_DAYS, line)

    assert [f.severity for f in found.findings if f.code is not Code.APPROACHING_LINE] == (
        [] if severity is None else [severity]
    )
    assert (found.totals.cap_flop, found.totals.est_flop) == (10 * NODE_DAY, 4 * NODE_DAY)
    assert found.as_of == date(2026, 3, 11)


def test_splitting_a_row_changes_no_finding(plain) -> None:
    halves = _row("a", "2026-03-01T00:00:00Z", "2026-03-04T12:00:00Z") + _row(
        "a", "2026-03-04T12:00:00Z", "2026-03-11T00:00:00Z"
    )
    quarters = "".join(_row("a", "2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z", 2) for _ in range(4))

    whole = plain(TEN_DAYS, 4 * NODE_DAY - 1).findings
    assert plain(halves, 4 * NODE_DAY - 1).findings == whole
    assert plain(quarters, 4 * NODE_DAY - 1).findings == whole


DECLARED = """\
id: run-1
kind: training_run
developer: halden
accounts: [aster-cloud/a]
start: 2026-03-01
end: 2026-04-01
compute: {{total: "{flop}"}}
"""


def test_a_declaration_clears_what_it_covers(plain) -> None:
    line = 3 * NODE_DAY

    def found(flop: int) -> list[Finding]:
        assessed = plain(TEN_DAYS, line, DECLARED.format(flop=flop))
        return [f for f in assessed.findings if f.code is not Code.APPROACHING_LINE]

    assert found(4 * NODE_DAY) == []
    [finding] = found(NODE_DAY)
    assert (finding.code, finding.severity) == (Code.UNDER_DECLARED_RUN, Severity.HIGH)
    assert finding.covered_flop == NODE_DAY


def test_an_earlier_date_sees_less(plain) -> None:
    found = plain(TEN_DAYS, 4 * NODE_DAY - 1, as_of=date(2026, 3, 6))

    assert [f.severity for f in found.findings] == [Severity.ASK, Severity.WATCH]
    assert found.findings[0].cap_flop == 5 * NODE_DAY
    assert found.findings[1].window.crossed_on == date(2026, 3, 19)


def test_more_usage_keeps_every_finding_about_the_line(plain) -> None:
    more = TEN_DAYS + _row("a", "2026-05-01T00:00:00Z", "2026-05-03T00:00:00Z", 64)
    before, after = (plain(rows, 5 * NODE_DAY).findings for rows in (TEN_DAYS, more))

    assert {f.subject for f in before} == {"aster-cloud/a"}
    assert max(f.severity.rank for f in after) >= max(f.severity.rank for f in before)


def test_the_day_that_has_begun_counts(plain) -> None:
    found = plain(_row("a", "2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z"), 1)

    assert found.as_of == date(2026, 3, 2)
    assert found.findings[0].cap_flop == NODE_DAY // 4


def test_reports_without_a_countable_row_need_a_date(plain) -> None:
    backwards = _row("a", "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z")
    with pytest.raises(PlimsollError) as caught:
        plain(backwards, 10**25)
    assert caught.value.code == "assess.no_as_of"

    found = plain(backwards, 10**25, as_of=date(2026, 4, 1))
    assert found.findings == ()
    assert found.data_quality.rejections[0].reason == "period.backwards"
    assert found.data_quality.rejections[0].first_row == 1


def test_a_rejected_row_does_not_move_the_date(plain) -> None:
    found = plain(TEN_DAYS + _row("a", "2026-03-01T00:00:00Z", "2190-01-01T00:00:00Z"), 10**25)

    assert found.as_of == date(2026, 3, 11)
    assert found.totals.rejected == 1


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as caught:
        conduct(Request((tmp_path / "none",), None, TREATY))
    assert caught.value.code == "assess.missing_path"
