"""Canonical bytes, digests and ids derived from content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.canonical import canonical_bytes, digest, digest_of_bytes, digest_of_stream
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id, parse_id

_text = st.text(st.characters(exclude_categories=["Cs"]))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_the_example_of_rfc_8785_on_key_order() -> None:
    value = {"€": "Euro", "\r": "CR", "1": "One", "ö": "o"}

    assert canonical_bytes(value) == '{"\\r":"CR","1":"One","ö":"o","€":"Euro"}'.encode()


@given(st.dictionaries(st.text(max_size=4), _json, max_size=5))
def test_the_order_of_keys_changes_nothing(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))

    assert canonical_bytes(turned) == canonical_bytes(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, 2**53, float("nan")])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(PlimsollError) as refusal:
        canonical_bytes(value)  # type: ignore[arg-type]

    assert refusal.value.code == "canonical.unsupported"


def test_digests_agree_however_the_bytes_arrive() -> None:
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert digest_of_bytes(b"") == digest_of_stream(io.BytesIO(b"")) == empty
    assert digest({"b": 1, "a": "x"}) == digest_of_bytes(b'{"a":"x","b":1}')


def test_a_content_id_depends_on_content_alone() -> None:
    assert content_id("F", {"a": 1, "b": 2}) == content_id("F", {"b": 2, "a": 1})
    assert content_id("F", {"a": 1}) != content_id("F", {"a": 2})


@pytest.mark.parametrize("text", ["", "../etc/passwd", "a b", "-x", "x" * 121, "a\nb", "<b>"])
def test_an_id_cannot_leave_its_place(text: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        parse_id(text)

    assert refusal.value.code == "id.unreadable"


def test_ordinary_ids_pass() -> None:
    for text in ("run-1", "aster-cloud/acct-00017", "a", "eu.cumulative@2025-07"):
        assert parse_id(text) == text
