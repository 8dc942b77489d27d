"""Every action of docs/compatibility.md's KMS table is called through the SDKs by some test: an action that is added there
without one fails here."""

import ast
import importlib
import importlib.util
import re

import pytest
from harness import ROOT
from services import LEGACY_PACKAGES, TEA_PACKAGES, snake

# Actions of Bailee's own, which no SDK has: they are called by hand.
OURS = {"GetKeyInventory", "StartKeyRewrap", "GetKeyRewrap", "RetireKeyVersion"}
# What an SDK has no method for. An SDK that learns one has to be tried with it.
LACKING = {
    "tea": OURS,
    "legacy": OURS | {"BatchGetSecretValue", "GenerateMac", "VerifyMac"},
}
# In tests, calls by these names go through each SDK that has the action.
THROUGH_SDKS = {"kms", "newer_kms"}


def actions() -> set:
    """The actions that the table says are served."""
    page = (ROOT / "docs" / "compatibility.md").read_text()
    section = re.search(r"^## Alibaba Cloud Kms .*?(?=^## )", page, re.MULTILINE | re.DOTALL)[0]
    return set(re.findall(r"^\| (\w+) \|.*\| (?:full|partial) \|$", section, re.MULTILINE))


def calls(file) -> set:
    """The name of the function and its texts, for each call that a test file makes."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            found.add((name, *(text for text in texts if isinstance(text, str))))
    return found


@pytest.fixture(scope="module")
def called():
    return set().union(*(calls(file) for file in (ROOT / "tests" / "clients").glob("*.py")))


def test_every_action_is_called(called):
    through = {call[1] for call in called if call[0] in THROUGH_SDKS and len(call) > 1}
    by_hand = {call[2] for call in called if call[:2] == ("call", "kms") and len(call) > 2}
    assert len(actions()) > 60
    assert actions() - through == OURS
    assert by_hand >= OURS


@pytest.mark.parametrize("sdk", LACKING)
def test_what_an_sdk_lacks(sdk):
    if sdk == "tea":
        client = importlib.import_module(f"{TEA_PACKAGES['kms']}.client").Client
        lacking = {action for action in actions() if not hasattr(client, snake(action))}
    else:
        lacking = {action for action in actions() if not importlib.util.find_spec(f"{LEGACY_PACKAGES['kms']}.{action}Request")}
    assert lacking == LACKING[sdk]
