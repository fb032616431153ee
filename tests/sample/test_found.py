"""A whole assessment of a sample: everything planted is found, and nothing else."""

from pathlib import Path

import pytest

from plimsoll.assess.conduct import Request as Assessed
from plimsoll.assess.conduct import conduct
from plimsoll.rulebook.load import library_rulebook
from plimsoll.sample.jurisdiction import DECLARATIONS, USAGE, Sample, write_sample
from plimsoll.sample.plan import Request
from plimsoll.sample.score import Score, score


def _assess(sample: Sample) -> Score:
    folder = sample.folder
    found = conduct(Assessed((folder / USAGE,), folder / DECLARATIONS, library_rulebook("conditional-treaty")))
    assert (found.as_of, found.rule.line_flop) == (sample.truth.end, sample.truth.line_flop)
    findings = [{"code": f.code.value, "severity": f.severity.value, "subject": f.subject} for f in found.findings]
    return score(findings, sample.truth)


def test_the_default_sample_is_found_out_exactly(sample: Sample) -> None:
    found = _assess(sample)

    assert (found.false, found.missed, found.wrong_severity) == ((), (), ())
    assert found.perfect


@pytest.mark.parametrize("request_", [Request(1, 30, 120), Request(2, 300, 366)], ids=["short", "longer than a year"])
def test_so_are_others(tmp_path: Path, request_: Request) -> None:
    found = _assess(write_sample(tmp_path / "out", request_))

    assert (found.false, found.missed, found.wrong_severity) == ((), (), ())
