"""Every link in the documentation leads to something: files that git has, and headings that there are."""

import functools
import os
import pathlib
import re
import subprocess
import urllib.parse

import pytest
from harness import ROOT

FENCES = re.compile(r"^( *)(```|~~~).*?^\1\2", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+(?:\([^()\s]*\))?)\)|^\[[^\]]+\]: (\S+)", re.MULTILINE)


@functools.cache
def files() -> set:
    """What git has or would take, and the folders of it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {pathlib.PurePath(name) for name in listed.splitlines()}
    return found | {folder for file in found for folder in file.parents}


PAGES = sorted(str(file) for file in files() if file.suffix == ".md")


@functools.cache
def prose(page: str) -> str:
    """A page without what stands in it as code."""
    return FENCES.sub("", (ROOT / page).read_text())


@functools.cache
def anchors(page: str) -> set:
    """The names that GitHub gives the headings of a page."""
    found = []
    for heading in re.findall(r"^#{1,6} (.+?)#*$", prose(page), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found.append(f"{name}-{found.count(name)}" if name in found else name)
    return set(found)


def target(page: str, link: str) -> tuple[str, str]:
    """The file and the anchor that a link leads to."""
    path, _, anchor = link.partition("#")
    place = os.path.normpath(os.path.join(os.path.dirname(page), urllib.parse.unquote(path))) if path else page
    return place, anchor


def links(page: str) -> list:
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    found = [first or second for first, second in LINK.findall(text)]
    return [link for link in found if not re.match(r"[a-z][a-z+.-]*:", link)]


def test_there_are_pages():
    assert {"README.md", "docs/compatibility.md", "docs/formats/keys.md"} <= set(PAGES)
    assert sum(len(links(page)) for page in PAGES) > 50


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    dead = []
    for link in links(page):
        place, anchor = target(page, link)
        if pathlib.PurePath(place) not in files() or anchor and anchor not in anchors(place):
            dead.append(link)
    assert not dead
