"""What is written for people: text from filings is shown, never obeyed."""

import io

import pytest

from plimsoll.cli import console


def test_nothing_that_is_said_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("aster/\x1b[2J")
    console.note("error: \u202egnp")
    console.show_table(("subject", "code"), [("aster/a\nhigh  forged", "x\ty"), ("b", "z")])
    seen = capsys.readouterr()

    assert "\x1b" not in seen.out
    assert "aster/[U+001B][2J" in seen.out
    assert "aster/a[U+000A]high  forged  x[U+0009]y" in seen.out
    assert len(seen.out.splitlines()) == 4
    assert seen.err == "error: [U+202E]gnp\n"


def test_a_progress_bar_takes_a_name_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(console.sys, "stderr", terminal)
    monkeypatch.setattr(console, "_PROGRESS_AFTER_SECONDS", -1.0)
    with console.progress("reading") as advance:
        advance(0.5, "judging aster/[/red]\x1b]0;owned\x07")

    assert "owned" not in terminal.getvalue().replace("[U+001B]]0;owned[U+0007]", "")
