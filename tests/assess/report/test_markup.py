"""The element builder: nothing that comes in as text goes out as markup or in disguise."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.report.markup import Markup, element, join
from plimsoll.kernel.visible import visible


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = element("b", "<script>alert(1)</script> & co")

    assert element("p", inner, " said").html == "<p><b>&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</b> said</p>"


def test_attributes_are_escaped_named_with_hyphens_and_dropped_when_absent() -> None:
    made = element("a", "x", href='"><img src=x>', aria_label="a'b", class_="k", title=None, hidden=False, open=True)

    assert made.html == ('<a href="&quot;&gt;&lt;img src=x&gt;" aria-label="a&#x27;b" class="k" open="">x</a>')


def test_void_elements_close_themselves() -> None:
    assert element("meta", charset="utf-8").html == '<meta charset="utf-8"/>'
    assert element("path", d="M0 0").html == '<path d="M0 0"/>'


@pytest.mark.parametrize("name", ["p onclick=x", "", "1p", "p>", "é"])
def test_a_tag_or_attribute_is_a_plain_word(name: str) -> None:
    with pytest.raises(ValueError, match="not a tag"):
        element(name)
    with pytest.raises(ValueError, match="not an attribute"):
        element("p", **{name or "?": "x"})


def test_join_puts_the_separator_between_the_outermost_children_only() -> None:
    assert join(["a", 3, Markup("<b></b>"), ["<", "c"]], " & ").html == "a &amp; 3 &amp; <b></b> &amp; &lt;c"
    assert join(None).html == ""


@settings(max_examples=150)
@given(text=st.text(st.characters(exclude_categories=[])), value=st.text(st.characters(exclude_categories=[])))
def test_whatever_the_text_the_output_is_one_element_that_says_it(text: str, value: str) -> None:
    html = element("p", text, title=value).html
    parsed = ET.fromstring(html.encode("utf-8"))

    assert list(parsed) == []
    assert parsed.text == (visible(text) or None)
    assert "<" not in html[2:-4].replace("&lt;", "") or html.count("<") == 2
