"""The pages of the documentation are complete and consistent."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from itertools import pairwise
from pathlib import Path

import pytest

import skrnn

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = {path.stem for path in (ROOT / "examples").glob("plot_*.py")}
GUIDE = sorted(DOCS.glob("guide/*.md"))
SITE = sorted([*DOCS.glob("*.md"), *GUIDE])
PAGES = sorted(
    [
        *SITE,
        *ROOT.glob("*.md"),
        *DOCS.glob("accuracy/*.md"),
        *ROOT.glob("examples/*/*.md"),
    ]
)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# -- API reference


def listed() -> list[str]:
    return re.findall(r"^   (skrnn[\w.]+)$", read(DOCS / "api.rst"), flags=re.MULTILINE)


def resolve(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_every_public_name_is_in_the_api_reference() -> None:
    text = read(DOCS / "api.rst")
    known = {id(resolve(path)) for path in listed()}
    packages = [skrnn]
    for found in pkgutil.iter_modules(skrnn.__path__, "skrnn."):
        if found.ispkg and not found.name.rpartition(".")[2].startswith("_"):
            packages.append(importlib.import_module(found.name))
    missing = []
    for package in packages:
        for name in getattr(package, "__all__", []):
            value = getattr(package, name)
            if inspect.ismodule(value):
                continue
            path = f"{package.__name__}.{name}"
            if id(value) not in known and f"``{path}``" not in text:
                missing.append(path)
    assert not missing, "add them to an autosummary of docs/api.rst"


def test_the_api_reference_names_each_thing_once() -> None:
    things = [id(resolve(path)) for path in listed()]
    assert len(things) == len(set(things)) > 20


# -- Links


def slugs(text: str) -> set[str]:
    """Return the anchors that MyST and GitHub give to the headings of a page."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", prose, flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", t.strip().lower()).replace(" ", "-") for t in titles
    }


def links(page: Path) -> list[str]:
    text = read(page)
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    found += re.findall(r"^:target: (\S+)$", text, flags=re.MULTILINE)
    found += re.findall(r"^```\{(?:image|figure)\} (\S+)$", text, flags=re.MULTILINE)
    return [link for link in found if not re.match(r"https?://", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_within_resolve(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        built = re.fullmatch(r"(?:\.\./)?(auto_examples|generated)/(.+)\.\w+", path)
        if built is None:
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in slugs(read(target)), link
        elif built[1] == "generated":
            assert built[2] in listed(), link
        else:
            name = re.sub(r"images/thumb/sphx_glr_(\w+)_thumb", r"\1", built[2])
            assert name in EXAMPLES, link


def test_every_page_is_in_a_toctree_and_every_entry_is_a_page() -> None:
    entries = {"index"}
    for page in SITE:
        for tree in re.findall(
            r"```\{toctree\}\n(.*?)```", read(page), flags=re.DOTALL
        ):
            lines = [line for line in tree.splitlines() if line and line[0] != ":"]
            entries |= {re.sub(r".*<(.+)>", r"\1", line) for line in lines}
    pages = {str(p.relative_to(DOCS).with_suffix("")) for p in SITE}
    assert entries == pages | {"api", "accuracy/README", "auto_examples/index"}


@pytest.mark.parametrize(
    "target",
    ["install", "first-model", "your-own-csv-file", "grid-search", "save-and-load"],
)
def test_the_landing_page_leads_a_newcomer_there(target: str) -> None:
    assert f":link: {target}\n" in read(DOCS / "index.md")
    assert f"({target})=\n" in read(DOCS / "start.md")


def test_the_tour_or_its_neighbors_show_every_example() -> None:
    tour = read(DOCS / "tour.md")
    assert {
        name for name in EXAMPLES if f"auto_examples/{name}.rst" in tour
    } == EXAMPLES


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("small data", "pretrained"),
        ("Chinese", "languages"),
        ("multilabel", "ratings_and_labels"),
        ("confusion matrix", "pipeline"),
    ],
)
def test_the_search_finds_the_page_that_treats_it(words: str, page: str) -> None:
    """Main index entries come first in Sphinx's search."""
    entries = {
        path.stem: re.findall(r"! ([^,\n]+)", "\n".join(directives))
        for path in SITE
        if (directives := re.findall(r"^```\{index\} .*$", read(path), re.MULTILINE))
    }
    assert [name for name, found in entries.items() if words in found] == [page]


# -- Figures and messages that are quoted


def test_figures_of_the_decision_table_are_those_of_the_tables() -> None:
    table, _, measured = read(DOCS / "choosing.md").partition("## Measured")
    measured += read(DOCS / "guide/pretrained.md") + read(DOCS / "guide/chapter.md")
    figures = set(re.findall(r"\b0\.\d{3}\b|\b\d[\d.]* min\b|\b\d,\d{3}\b", table))
    assert len(figures) > 10
    assert not {figure for figure in figures if figure not in measured}


def test_recipes_that_the_pages_name_exist() -> None:
    pages = "\n".join(read(page) for page in SITE)
    named = set(re.findall(r"recipes? `\"(\w+)\"`", pages))
    named |= set(re.findall(r"make_sentiment_pipeline\(\s*\"(\w+)\"", pages))
    assert {"fast", "chapter_lstm"} <= named <= set(skrnn.get_recipe_names())


def messages() -> str:
    """Return the string constants of the package, one after the other."""
    texts = []
    for path in (ROOT / "skrnn").rglob("*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    part.value if isinstance(part, ast.Constant) else "\0"
                    for part in node.values
                ]
                texts.append("".join(map(str, parts)))
    return "\n".join(texts)


def test_messages_of_the_troubleshooting_page_exist() -> None:
    page = read(DOCS / "troubleshooting.md")
    quoted = re.findall(r"^### `(.+)`$", page, flags=re.MULTILINE)
    known = messages()
    assert len(quoted) > 20
    parts = [part for message in quoted for part in message.split(" ... ")]
    assert [part for part in parts if part not in known] == []


# -- User guide


def test_the_user_guide_mentions_every_name_of_the_api_reference() -> None:
    guide = "\n".join(read(page) for page in GUIDE)
    names = {path.rpartition(".")[2] for path in listed()}
    assert {name for name in names if not re.search(rf"\b{name}\b", guide)} == set()


@pytest.mark.parametrize("page", GUIDE, ids=lambda p: p.stem)
def test_sections_of_the_user_guide_are_in_order(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)
    levels = [len(hashes) for hashes in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
