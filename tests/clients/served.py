"""What docs/compatibility.md says is served. The page is generated from the tables that route calls."""

import re

from harness import ROOT


def served(service: str) -> set:
    """The actions of one of Alibaba's services that are answered, in whole or in part."""
    page = (ROOT / "docs" / "compatibility.md").read_text()
    section = re.search(rf"^## Alibaba Cloud {service.capitalize()} .*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[0]
    return set(re.findall(r"^\| (\w+) \|.*\| (?:full|partial) \|$", section, re.MULTILINE))
