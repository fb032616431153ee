"""The rules of the house that a linter does not know: small files, quiet packages, no catch-all modules."""

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_SOURCES = sorted((_ROOT / "src" / "plimsoll").rglob("*.py"))
_BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
_HOUSE_LIMIT = 400


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_a_file_is_one_idea_and_says_which(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= _HOUSE_LIMIT
    assert path.stem not in _BANNED_NAMES
    assert ast.get_docstring(ast.parse(text)), "a module says in its docstring what it is for"


@pytest.mark.parametrize("path", [p for p in _SOURCES if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_a_package_imports_nothing(path: Path) -> None:
    body = ast.parse(path.read_text()).body

    assert len(body) == 1, "an __init__.py holds its docstring and nothing else"


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_every_public_function_and_class_of_a_room_has_a_return_type(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.returns is not None, f"{path.name}: {node.name} does not say what it returns"


def test_every_relative_link_in_the_documents_leads_somewhere() -> None:
    pages = [*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(_ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_every_command_is_documented() -> None:
    from plimsoll.cli.main import app

    documents = "\n".join(p.read_text() for p in [_ROOT / "README.md", *(_ROOT / "docs").rglob("*.md")])
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    groups = [
        f"{group.name} {command.name or command.callback.__name__}"
        for group in app.registered_groups
        if group.typer_instance
        for command in group.typer_instance.registered_commands
        if command.callback
    ]

    assert [name for name in [*names, *groups] if f"plimsoll {name}" not in documents] == []
