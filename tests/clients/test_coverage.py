"""Every action that docs/compatibility.md has in its tables for Alibaba's services is called, with success, through each SDK
that has it: an action that is added there without a test fails here."""

import importlib
import importlib.util

import pytest
from harness import CALLED
from served import ELSEWHERE, served
from services import LEGACY_PACKAGES, TEA_PACKAGES, snake

PACKAGES = {"tea": TEA_PACKAGES, "legacy": LEGACY_PACKAGES}
PAIRS = [(sdk, service) for sdk, packages in PACKAGES.items() for service in packages]
# What is Bailee's own: no SDK has it, and it is called by hand.
OURS = {
    "kms": {"GetKeyInventory", "StartKeyRewrap", "GetKeyRewrap", "RetireKeyVersion"},
    "ims": {"BeginPasskeyRegistration", "RegisterPasskey"},
    "sts": {"BeginPasskeySignIn", "SignIn", "SignInWithPasskey", "SignInWithSAML"},
    "actiontrail": {"GetErasureReceipt", "GetEventReceipt", "GetRecordPreference", "SetRecordPreference"},
}
# What an SDK has no method for beside that. An SDK that learns one has to be tried with it.
LACKING = {("legacy", "kms"): {"BatchGetSecretValue", "GenerateMac", "VerifyMac"}}
# What cannot succeed in a test: seven days have to lie between two versions of a key.
REFUSED = {"kms": {"CreateKeyVersion"}}


def has(sdk: str, service: str, action: str) -> bool:
    package = PACKAGES[sdk][service]
    if sdk == "tea":
        return hasattr(importlib.import_module(f"{package}.client").Client, snake(action))
    return importlib.util.find_spec(f"{package}.{action}Request") is not None


def owed(sdk: str, service: str) -> set:
    """The actions that a test has to call."""
    return served(service) - OURS.get(service, set()) - LACKING.get((sdk, service), set())


@pytest.mark.parametrize(("sdk", "service"), PAIRS)
def test_what_an_sdk_lacks(sdk, service):
    assert {action for action in served(service) if has(sdk, service, action)} == owed(sdk, service)


@pytest.mark.whole_run
@pytest.mark.parametrize(("sdk", "service"), PAIRS)
def test_every_action_is_called(sdk, service):
    assert owed(sdk, service)
    owing = owed(sdk, service) - ELSEWHERE.get(service, set())
    assert owing - CALLED[sdk, service] == REFUSED.get(service, set())


@pytest.mark.whole_run
@pytest.mark.parametrize("service", OURS)
def test_what_is_bailees_own_is_called(service):
    # Responses of SAML have clients of their own (test_saml.py).
    assert CALLED["by hand", service] >= OURS[service] - {"SignInWithSAML"}
