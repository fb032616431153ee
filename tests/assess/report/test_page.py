"""The whole report: one file that stands alone, says what it must, and cannot be made to say anything else."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import specimens
from page_reader import Outline, as_xml, text_of
from specimens import LINE, account, assessment, gap_finding, line_finding, ramp, rich_assessment, rule, sku_finding

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.finding import Code, Severity
from plimsoll.assess.report.findings import CHARTED, TOLD
from plimsoll.assess.report.page import render, write_report
from plimsoll.assess.report.words import STATE, STRENGTH
from plimsoll.kernel.errors import PlimsollError

HOSTILE = (
    "<script>alert(1)</script>",
    "\"onload='x'&amp;",
    "]]></style><style>*{display:none}",
    "שלום עולם",
    "\u202egnp.exe\u202c",
    "null\x00bell\x07escape\x1b[31m",
    "x" * 5_000,
    "漢字" * 200,
    "a\u0301" * 300,
    "${jndi:ldap://x}{{7*7}}",
    "javascript:alert(1)",
    "--><!--",
)


COMMAND = (
    "plimsoll assess --usage usage/provider=aster-cloud/2026.parquet --declarations declarations.yaml "
    "--rulebook conditional-treaty --as-of 2026-11-01"
)


def crossing(subject: str = "aster-cloud/northgate") -> Assessment:
    series = account(subject, ramp(110, 290, 4 * 10**23))
    title = f"{subject} passed the line over 90 days, and no run was declared"
    return assessment([series], [line_finding(series, Code.UNDECLARED_RUN, Severity.HIGH, title=title)])


def hostile_assessment() -> Assessment:
    accounts = [account(f"nimbus/{name}", ramp(20, 280, 4 * 10**23)) for name in HOSTILE]
    found = [line_finding(one, Code.UNDECLARED_RUN, Severity.HIGH, title=f"{one.subject} passed") for one in accounts]
    return assessment(accounts, [*found, *(sku_finding(name, name) for name in HOSTILE)])


def many(count: int) -> Assessment:
    accounts = [
        account(f"aster-cloud/acct-{n:05}", ramp(10 + n % 150, 200 + n % 100, (3 + n % 7) * 10**23))
        for n in range(count)
    ]
    return assessment(
        accounts,
        [line_finding(one, Code.UNDECLARED_RUN, Severity.HIGH, title=f"{one.subject} passed") for one in accounts],
    )


PAGES = {
    "rich": rich_assessment,
    "one finding": crossing,
    "no finding": lambda: assessment([account("perch-gpu/acct-1", ramp(15, 300, 10**22))]),
    "no usage at all": lambda: assessment(outcomes=()),
    "only gaps": lambda: assessment([account("perch-gpu/acct-1", ramp(15, 300, 10**22))], [gap_finding()]),
    "hostile names": hostile_assessment,
    "huge and tiny": lambda: assessment([account("a/huge", [10**33] * 300), account("a/tiny", [1] * 300)]),
}


@pytest.fixture(scope="module", params=PAGES, ids=list(PAGES))
def page(request: pytest.FixtureRequest) -> str:
    return render(PAGES[request.param]())


def test_it_is_well_formed_for_html_and_for_xml(page: str) -> None:
    assert page.startswith('<!DOCTYPE html>\n<html lang="en"')
    assert as_xml(page).tag == "html"
    assert Outline(page).all("main")


def test_it_fetches_nothing_and_runs_nothing(page: str) -> None:
    outline = Outline(page)

    assert not outline.all("script")
    assert not outline.all("img")
    assert all(value.startswith("#") for a in outline.all("a") if (value := a["href"]))
    assert [link["rel"] for link in outline.all("link")] == ["icon"]
    assert (outline.all("link")[0]["href"] or "").startswith("data:image/svg+xml,")
    assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)
    style = as_xml(page).findtext("head/style") or ""
    assert "@import" not in style
    assert "url(" not in style
    assert set(re.findall(r"https?://[^\"'&\s]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_headings_descend_one_step_at_a_time_from_one_first(page: str) -> None:
    levels = [level for level, _ in Outline(page).headings]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(text.strip() for _, text in Outline(page).headings)


def test_every_id_is_unique_and_every_reference_leads_somewhere(page: str) -> None:
    outline = Outline(page)
    ids = outline.values("id")
    wanted = [value[1:] for value in outline.values("href") if value.startswith("#")]
    wanted += [word for value in outline.values("aria-labelledby") for word in value.split()]
    wanted += re.findall(r"url\(#([^)]+)\)", page)

    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)


def test_landmarks_tables_and_drawings_say_what_they_are(page: str) -> None:
    root = as_xml(page)
    body = root.find("body")

    assert body is not None
    assert [child.tag for child in body] == ["a", "header", "main", "footer"]
    assert body[0].get("href") == "#main"
    for table in root.iter("table"):
        assert table.findtext("caption") or table.find("caption") is not None
        assert all(th.get("scope") == "col" for th in table.findall("thead/tr/th"))
        assert all(row[0].get("scope") == "row" for row in table.findall("tbody/tr"))
    for svg in root.iter("svg"):
        assert svg.get("aria-hidden") or svg.get("role") == "img" or svg.get("preserveAspectRatio") == "none"
    assert {element.get("lang") for element in root.iter("html")} == {"en"}


def test_equal_assessments_give_equal_bytes(page: str, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["page"]

    assert render(PAGES[name]()) == page


def test_nothing_that_a_filing_holds_becomes_markup_or_disappears() -> None:
    page = render(hostile_assessment())
    text = text_of(page)

    assert "<script" not in page
    assert "<script>alert(1)</script>" in text
    assert "[U+202E]gnp.exe[U+202C]" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)
    assert "שלום עולם" in text


def test_it_opens_with_the_answer_the_law_and_the_deciding_figures() -> None:
    page = render(rich_assessment())
    outline, text = Outline(page), text_of(page)

    assert outline.headings[0][1] == "One subject is past the line without a declaration that explains it"
    assert "The line: more than 10²⁵ FLOP; exactly on the line is not past it." in text
    assert "This line is a placeholder." in text
    assert page.count('<dl class="figures">') >= 1
    assert "placeholder" not in text_of(render(crossing()))


def test_each_accusation_has_figures_chart_reason_evidence_and_a_way_to_clear_it() -> None:
    root = as_xml(render(rich_assessment()))
    articles = list(root.iter("article"))

    assert [article.get("class", "").split()[1] for article in articles] == [
        "high", "ask", "ask", "watch", "data", "data",
    ]  # fmt: skip
    for article in articles:
        words = " ".join("".join(article.itertext()).split())
        assert "What would clear it." in words
        assert article.find("dl") is not None
    high = articles[0]
    assert high.find("figure/svg") is not None
    assert "crossed 28 Jun 2026" in "".join(high.itertext())
    assert "forecast 19 Dec 2026" in "".join(articles[3].itertext())
    assert [caption.text for caption in high.iter("caption")][1:] == [
        "Metered use inside the window", "Largest windows",
    ]  # fmt: skip


def test_every_rounded_figure_can_be_had_exactly_on_paper_too() -> None:
    given = crossing()
    page = render(given)
    table = as_xml(page).find(".//section[@aria-labelledby='exact']")

    assert table is not None
    printed = "".join(table.itertext())
    for figure in (given.findings[0].est_flop, given.findings[0].cap_flop, given.findings[0].line_flop):
        assert str(figure) in printed


def test_rows_by_outcome_add_up_to_all_rows_or_say_that_they_do_not() -> None:
    table = next(
        t for t in as_xml(render(rich_assessment())).iter("table") if t.findtext("caption") == "Every row by outcome"
    )
    rows = [int((row[1].text or "").replace(",", "")) for row in table.findall("tbody/tr")]
    total = table.find("tfoot/tr/td")

    assert total is not None
    assert f"{sum(rows):,}" == total.text == "224,583"

    torn = rich_assessment()
    object.__setattr__(torn.totals, "rows", torn.totals.rows + 7)
    assert "7 rows of 224,590 cannot be accounted for" in text_of(render(torn))


def test_data_quality_inputs_and_signature_are_there() -> None:
    text = text_of(render(rich_assessment()))

    for expected in (
        "the period ends before it starts row.period_backwards",
        "Giga B900 Hour",
        "12 rows take back compute",
        "Utilisation of 40 % is assumed",
        "8,000",
        "ab" * 32,
        "Halden 7",
        "Rulebook conditional-treaty 2026.11.0 · sha256:" + "5e" * 32,
        "Facts as of 2026-11-01T00:00:00Z",
        COMMAND,
    ):
        assert expected in text


def test_a_line_that_somebody_set_is_in_the_replay_command() -> None:
    given = assessment([account("a/b", ramp(1, 300, 10**22))], pinned=rule(line=3 * 10**24))

    assert "--line 3000000000000000000000000 --as-of" in text_of(render(given))


def test_an_empty_answer_says_what_was_looked_for_and_what_it_does_not_show() -> None:
    text = text_of(render(PAGES["no finding"]()))

    assert "Nothing is past the line without a declaration that explains it" in text
    assert "complete" not in text
    assert "No account is past the line; the largest stands at" in text
    assert "What this does not show." in text


def test_no_usage_claims_nothing_and_says_how_to_fill_the_page() -> None:
    text = text_of(render(PAGES["no usage at all"]()))

    assert "could be counted, so nobody can be held against the line" in text
    assert "No usage row was delivered" in text
    assert "Nothing is past the line" not in text


@pytest.mark.parametrize(
    ("total", "past", "words"),
    [(LINE - 1, 0, "just under 100 %"), (LINE, 0, "exactly 100 %"), (LINE + 1, 1, "just over 100 %")],
)
def test_a_subject_at_the_line_is_past_it_only_beyond_it(total: int, past: int, words: str) -> None:
    series = account("a/b", [0, total, 0], utilisation=100)
    page = render(assessment([series]))

    assert page.count('class="over"') == past
    assert words in text_of(page)


def test_five_hundred_findings_stay_one_readable_file() -> None:
    page = render(many(500))
    outline = Outline(page)

    assert len(page.encode()) < 5_000_000
    assert len(outline.all("article")) == 500
    assert page.count('class="chart series"') == CHARTED
    assert f"The {CHARTED} strongest have a chart and open evidence below; the other {500 - CHARTED}" in text_of(page)
    assert page.count("What would clear it.") == 500


def test_a_page_of_thousands_of_findings_still_opens() -> None:
    page = render(many(TOLD + 2))
    linked = set(re.findall(r'href="#(F-[0-9a-f]+)"', page))

    assert page.count("<article") == TOLD == len(linked)
    assert linked <= set(re.findall(r'id="(F-[0-9a-f]+)"', page))
    assert "The last 2 stand in the table alone" in text_of(page)


def test_it_counts_accounts_past_the_line_only_as_far_as_it_knows_them() -> None:
    declared = [account(f"a/{n}", [LINE * 2] * 3, declared=(f"run-{n}", LINE * 99)) for n in range(3)]
    known = assessment([*declared, account("a/small", [1] * 3)])
    unknown = assessment(declared)
    object.__setattr__(unknown.totals, "accounts", 9)

    assert "Three accounts are past the line; declarations cover all of them" in text_of(render(known))
    assert "At least three accounts are past the line" in text_of(render(unknown))


def test_every_code_and_strength_has_words() -> None:
    assert set(STATE) == set(Code)
    assert set(STRENGTH) == set(Severity)


def test_the_file_is_written_whole_or_refused_with_a_fix(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    write_report(crossing(), target)

    assert target.read_text(encoding="utf-8") == render(crossing())
    with pytest.raises(PlimsollError, match="cannot be written"):
        write_report(crossing(), tmp_path / "absent" / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_specimens_add_up() -> None:
    given = specimens.rich_assessment()

    assert given.totals.rows == sum(rows for _, rows in given.totals.outcomes)
