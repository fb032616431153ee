"""Regular expressions mean to Java what they mean to RE2."""

import pytest

from plimsoll.compute.engines.java_patterns import java_pattern


@pytest.mark.parametrize(
    ("pattern", "java"),
    [
        (r"^a$", r"(?d)^a\z"),
        (r"\$", r"(?d)\$"),
        (r"[$]", r"(?d)[$]"),
        (r"\s", r"(?d)[\t\n\f\r ]"),
        (r"[^\s,]", r"(?d)[^\t\n\f\r ,]"),
        (r"\S", r"(?d)[^\t\n\f\r ]"),
        (r"[a[b&]", r"(?d)[a\[b\&]"),
        (r"[]a]b$", r"(?d)[]a]b\z"),
        (r"[^]a]$", r"(?d)[^]a]\z"),
        (r'"([^"\\]+)"', r'(?d)"([^"\\]+)"'),
    ],
)
def test_what_differs_is_rewritten(pattern: str, java: str) -> None:
    assert java_pattern(pattern) == java
