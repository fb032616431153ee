"""The report of an assessment as one HTML file: nothing to fetch, nothing to run, the same bytes every time."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.output import write_whole
from plimsoll.assess.report.findings import exact_figures, findings
from plimsoll.assess.report.mark import favicon, mark
from plimsoll.assess.report.markup import Markup, element
from plimsoll.assess.report.overview import overview
from plimsoll.assess.report.parties import parties
from plimsoll.assess.report.provenance import provenance, signature
from plimsoll.assess.report.quality import quality

_STYLES = ("page.css", "chart.css", "print.css")


def write_report(assessment: Assessment, path: Path) -> None:
    """Writes the report to `path`, whole or not at all.

    Raises:
        PlimsollError: ``output.unwritable``.
    """
    write_whole(path, render(assessment))


def render(assessment: Assessment) -> str:
    """The report as text; equal assessments give equal text."""
    exact = exact_figures(assessment)
    body = element(
        "body",
        element("a", "Skip to the findings", href="#main", class_="skip"),
        _header(has_exact=exact is not None, has_parties=assessment.parties is not None),
        element(
            "main",
            overview(assessment),
            findings(assessment),
            exact,
            parties(assessment),
            quality(assessment),
            provenance(assessment),
            id="main",
            tabindex=-1,
        ),
        signature(assessment),
    )
    page = element("html", _head(assessment), body, lang="en", dir="ltr")
    return f"<!DOCTYPE html>\n{page}\n"


def _head(assessment: Assessment) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light"),
        element("title", f"{assessment.headline} · {assessment.as_of.isoformat()} · Plimsoll"),
        element("link", rel="icon", href=favicon()),
        element("style", _style()),
    )


def _style() -> Markup:
    """This package's style sheets: our own text, without a character that XML or HTML would read as markup."""
    folder = files(__package__)
    return Markup("\n".join(folder.joinpath(sheet).read_text(encoding="utf-8") for sheet in _STYLES))


def _header(*, has_exact: bool, has_parties: bool) -> Markup:
    places = [("The line", "standing"), ("Findings", "findings"), ("Data quality", "quality"), ("Inputs", "inputs")]
    if has_parties:
        places.insert(2, ("Who is behind it", "parties"))
    if has_exact:
        places.insert(2, ("Exact figures", "exact"))
    return element(
        "header",
        mark(),
        element("strong", "Plimsoll"),
        element(
            "nav",
            [element("a", words, href=f"#{place}") for words, place in places],
            aria_label="On this page",
        ),
    )
