"""The documents say what the program does: commands parse, examples run, links exist, tables are complete."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
from typer.testing import CliRunner

from cointrail.chains import Registry
from cointrail.cli.main import commands
from cointrail.ledger.readers.formats import formats
from cointrail.ledger.readers.options import Options
from cointrail.reports.schema import schema
from cointrail.tracing import Settings
from cointrail.tracing.policies import POLICIES
from cointrail.tracing.results import COLUMNS, HOLDINGS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<file>[^)#\s]*)(?:#(?P<heading>[^)\s]*))?\)")
PICTURE_BYTES = 200_000

every = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> dict[str, str]:
    """The fenced blocks of a document by what stands behind the fence; of equal ones the last."""
    return {found["kind"]: found["text"] for found in BLOCK.finditer(text(name))}


def table(name: str, heading: str) -> dict[str, list[str]]:
    """The rows of the first table below a heading: code in the first cell -> the other cells."""
    below = re.split(rf"^#+ {re.escape(heading)}$", text(name), flags=re.MULTILINE)[1]
    lines = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert lines, f"{name}: no table below {heading}"
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()[2:]]
    return {code: cells for first, *cells in rows for code in re.findall(r"`([^`]+)`", first)}


def shown(document: Path) -> Iterator[tuple[str, bool]]:
    """The commands in a document, and whether each is meant to be complete."""
    content = document.read_text("utf-8")
    for found in BLOCK.finditer(content):
        if found["kind"].startswith("sh"):
            lines = found["text"].replace("\\\n", " ").splitlines()
            yield from ((line.strip(), True) for line in lines if line.startswith("cointrail "))
    for inline in re.findall(r"`(cointrail [^`\n]+)`", BLOCK.sub("", content)):
        yield inline, "..." not in inline and "--" in inline


def silent(command: Any, got: dict[str, Any]) -> Any:
    """A command, and those below it, that only takes note of its parameters."""
    if not hasattr(command, "commands"):
        command.callback = got.update
    for child in getattr(command, "commands", {}).values():
        silent(child, got)
    return command


@every
def test_commands_parse(document: Path) -> None:
    for line, complete in shown(document):
        words = shlex.split(line)[1:]
        got: dict[str, Any] = {}
        command: Any = silent(typer.main.get_command(commands), got)
        if complete:
            command.main(words, standalone_mode=False)
            policy = got.get("policy") or ()
            assert {*([policy] if isinstance(policy, str) else policy)} <= {*POLICIES, "all"}, line
            if got.get("map_"):
                Options(Registry("ethereum"), columns=dict(item.split("=") for item in got["map_"].split(","))).check()
            continue
        known = {option for part in command.params for option in part.opts}
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
            known |= {option for part in command.params for option in (*part.opts, *part.secondary_opts)}
        assert not hasattr(command, "commands") or not words or words[0].startswith("--"), line
        assert {word for word in words if word.startswith("--")} <= known, line


@every
def test_links_lead_somewhere(document: Path) -> None:
    content = BLOCK.sub("", document.read_text("utf-8"))
    for found in LINK.finditer(content):
        target = (document.parent / found["file"]) if found["file"] else document
        assert target.exists(), f"{document.name}: {found['file']} is missing"
        if found["heading"]:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert found["heading"] in {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}


@every
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert {
        word for run in re.findall(r"`make ([a-z ]+)", document.read_text("utf-8")) for word in run.split()
    } <= targets


def test_the_example_runs_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    parts = blocks("README.md")
    for kind, content in parts.items():
        if kind.startswith("csv "):
            Path(kind.removeprefix("csv ")).write_text(content, "utf-8")
    printed = ""
    for line in parts["sh run"].splitlines():
        done = CliRunner().invoke(commands, shlex.split(line)[1:])
        assert done.exit_code == 0, (line, done.output, done.exception)
        printed = done.stdout
    said = [" ".join(line.split()) for line in printed.splitlines()]
    for line in filter(None, parts["text output"].splitlines()):
        assert " ".join(line.split()) in said, (line, printed)
    for file in table("README.md", "Results"):
        assert Path("result", file).is_file()


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = blocks("README.md")
    Path("flows.csv").write_text(parts["csv flows.csv"], "utf-8")
    first = parts["sh run"].splitlines()[0]
    assert CliRunner().invoke(commands, shlex.split(first)[1:]).exit_code == 0
    exec(compile(parts["python"], "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "{'USD': '100'} True"


def fields(part: Any, name: str = "") -> Iterator[str]:
    """The fields of trail.json as docs/trail.md writes them."""
    for key, value in part.get("properties", {}).items():
        path = f"{name}.{key}" if name else key
        yield path
        yield from fields(value, path)
    for key, mark in (("items", "[]"), ("additionalProperties", ".NAME")):
        if isinstance(part.get(key), dict):
            yield from fields(part[key], name + mark)
    for option in part.get("anyOf", ()):
        yield from fields(option, name)


def test_the_result_is_explained() -> None:
    told = table("docs/trail.md", "What was read and asked") | table("docs/trail.md", "What was found")
    assert set(told) == set(fields(schema()))
    assert list(table("docs/trail.md", "Reasons")) == schema()["$defs"]["reason"]["enum"]
    assert tuple(table("docs/trail.md", "movements.csv and movements.parquet")) == COLUMNS
    assert tuple(table("docs/trail.md", "holdings.csv")) == HOLDINGS


def flat(values: dict[str, Any], name: str = "") -> dict[str, list[int]]:
    """Thresholds as ARCHITECTURE.md writes them: groups with a dot, and the numbers of each."""
    found: dict[str, list[int]] = {}
    for key, value in values.items():
        inner = isinstance(value, dict)
        found |= flat(value, f"{key}.") if inner else {name + key: list(value) if isinstance(value, tuple) else [value]}
    return found


def test_tables_are_complete() -> None:
    assert set(table("README.md", "Trace")) == set(table("ARCHITECTURE.md", "Policies")) == set(POLICIES)
    told = {name: cells[0].replace(",", "") for name, cells in table("ARCHITECTURE.md", "The survey").items()}
    rule = Settings().behaviour
    assert rule is not None
    assert {name: [int(n) for n in re.findall("[0-9]+", value)] for name, value in told.items()} == flat(asdict(rule))
    rooms = {path.parent.name for path in (ROOT / "src" / "cointrail").glob("*/__init__.py")}
    assert set(table("ARCHITECTURE.md", "Rooms")) <= rooms
    assert [room for room in sorted(rooms) if f"`{room}`" not in text("ARCHITECTURE.md")] == []
    assert [form.name for form in formats() if f"`{form.name}`" not in text("docs/formats.md")] == []


def test_pictures() -> None:
    for picture in (ROOT / "docs").glob("*.svg"):
        ElementTree.parse(picture)
    for picture in (ROOT / "docs").glob("*.png"):
        assert picture.stat().st_size < PICTURE_BYTES
