"""Where the answer comes from and how to get it again: files and digests, declarations, sums, rulebook, command."""

from __future__ import annotations

import posixpath
import shlex
from pathlib import PurePosixPath

from plimsoll.assess.assessment import Assessment, DeclarationSeen, InputFile, PinnedRule
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import day, exact_flop, flop, name
from plimsoll.assess.report.markup import Child, Markup, element, join

_DECLARATIONS = "declarations"
_MOST_PATHS = 3


def provenance(assessment: Assessment) -> Markup:
    """The section on inputs, declarations, sums and the rule."""
    files = len(assessment.inputs)
    several = f"These {files:,} files were read, byte for byte"
    heading = several if files > 1 else "This one file was read, byte for byte" if files else "No file was read"
    return element(
        "section",
        element("h2", heading, id="inputs"),
        _files(assessment.inputs) if files else None,
        _declarations(assessment.declarations),
        _sums(assessment),
        _rule(assessment.rule),
        aria_labelledby="inputs",
    )


def signature(assessment: Assessment) -> Markup:
    """The footer: rulebook, facts-as-of and replay."""
    rule, instant = assessment.rule, f"{assessment.as_of.isoformat()}T00:00:00Z"
    return element(
        "footer",
        element("p", f"Rulebook {rule.id} {rule.version} · ", element("span", rule.digest, class_="hash")),
        element(
            "p",
            "Facts as of ",
            element("time", instant, datetime=instant),
            " · usage before that instant counts",
        ),
        element(
            "p",
            "Replay, from the folder that these paths start in, gives the same findings to the byte: ",
            element("code", replay(assessment)),
        ),
    )


def replay(assessment: Assessment) -> str:
    """The command that gives this assessment again, quoted for a POSIX shell."""
    usage = [file.path for file in assessment.inputs if file.format != _DECLARATIONS]
    declared = [file.path for file in assessment.inputs if file.format == _DECLARATIONS]
    if len(declared) > 1:
        declared = [posixpath.commonpath([posixpath.dirname(path) for path in declared])]
    words = ["plimsoll", "assess"]
    if usage:
        words += ["--usage", *_gathered(usage)]
    for path in declared:
        words += ["--declarations", path]
    words += ["--rulebook", assessment.rule.id, *_line(assessment.rule), "--as-of", str(assessment.as_of)]
    return shlex.join(words)


def _line(rule: PinnedRule) -> list[str]:
    """`--line`, where the line is a parameter that somebody set."""
    is_parameter = any(value == str(rule.line_flop) for _, value in rule.parameters)
    return ["--line", str(rule.line_flop)] if is_parameter and not rule.placeholder else []


def _gathered(paths: list[str]) -> list[str]:
    """The paths, or their common folder where they are many: a delivery is read from its folder."""
    if len(paths) <= _MOST_PATHS:
        return paths
    parts = [PurePosixPath(path).parts[:-1] for path in paths]
    common = [names[0] for names in zip(*parts, strict=False) if len(set(names)) == 1]
    depth = next((at for at, names in enumerate(zip(*parts, strict=False)) if len(set(names)) > 1), len(common))
    return [str(PurePosixPath(*common[:depth]))] if depth else paths


def _files(files: tuple[InputFile, ...]) -> Markup:
    columns = (
        Column("File"),
        Column("Format"),
        Column("Rows", number=True),
        Column("Rejected", number=True),
        Column("SHA-256"),
    )
    rows: list[list[Child]] = [
        [name(file.path), name(file.format), f"{file.rows:,}", f"{file.rejected:,}", _digest(file.sha256)]
        for file in files
    ]
    return datatable("Inputs and their digests", columns, rows, wide=True)


def _digest(sha256: str) -> Markup:
    return element("span", sha256, class_="hash")


def _declarations(declared: tuple[DeclarationSeen, ...]) -> Markup:
    if not declared:
        return element("p", "No declaration was given.")
    columns = (
        Column("Declaration"),
        Column("Developer"),
        Column("Period"),
        Column("Accounts"),
        Column("Declared, FLOP", number=True),
        Column("Where"),
    )
    rows: list[list[Child]] = [
        [
            join([name(item.name), " ", element("span", name(item.id), class_="soft")]),
            name(item.developer),
            join([day(item.start), " up to ", day(item.end)]),
            join([name(account) for account in item.accounts], ", ") if item.accounts else "none named",
            "nothing" if item.point_flop is None else flop(item.point_flop),
            name(item.file if item.line is None else f"{item.file}, line {item.line}"),
        ]
        for item in declared
    ]
    return datatable("Declarations", columns, rows, wide=True)


def _sums(assessment: Assessment) -> Markup:
    totals = assessment.totals
    columns = (Column("What"), Column("Figure", number=True))
    period: Child = "none"
    if totals.first_day is not None:
        period = join([day(totals.first_day), " to ", day(totals.last_day)])
    rows: list[list[Child]] = [
        ["Providers", f"{totals.providers:,}"],
        ["Accounts with accelerator use", f"{totals.accounts:,}"],
        ["Declarations", f"{totals.declarations:,}"],
        ["Days that the reports cover", period],
        ["Estimate, all accounts and days, FLOP", exact_flop(totals.est_flop)],
        ["Bound, all accounts and days, FLOP", exact_flop(totals.cap_flop)],
    ]
    return datatable("Sums over everything that was counted", columns, rows)


def _rule(rule: PinnedRule) -> Markup:
    rows: list[list[Child]] = [
        ["Rulebook", join([name(rule.title), f" ({rule.id} {rule.version})"])],
        ["Provision", join([name(rule.provision), f", {rule.citation} ({rule.status.replace('_', ' ')})"])],
        ["Metric", name(rule.metric)],
        ["Line", join([exact_flop(rule.line_flop), " FLOP"])],
    ]
    rows += [[f"Parameter “{key}”", name(value)] for key, value in rule.parameters]
    return datatable("The rule that use was held against", (Column("What"), Column("In this assessment")), rows)
