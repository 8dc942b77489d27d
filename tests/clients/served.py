"""What docs/compatibility.md says is served. The page is generated from the tables that route calls."""

import re

from harness import ROOT

# Actions that are not counted: test_oidc.py, test_saml.py, test_passkeys.py and test_recycle_bin.py call theirs through
# clients of their own, and test_identity_policies.py calls those of RAM through one SDK and those of IMS by hand. What is added besides has to be
# called through each of `services.SDKS` that has it.
ELSEWHERE = {
    "ram": {
        "DecodeDiagnosticMessage", "ListTagResources", "TagResources", "UntagResources",
    },
    "ims": {
        "AddClientIdToOIDCProvider", "AddFingerprintToOIDCProvider", "BeginPasskeyRegistration", "CreateOIDCProvider",
        "CreateSAMLProvider", "DeleteAccessKeyInRecycleBin", "DeletePasskey", "DeleteUserInRecycleBin",
        "GetAccessKeyInfoInRecycleBin", "GetUserInRecycleBin", "ListAccessKeysInRecycleBin", "ListUsersInRecycleBin",
        "RestoreAccessKeyFromRecycleBin", "RestoreUserFromRecycleBin",
        "DeleteOIDCProvider", "DeleteSAMLProvider", "GenerateCredentialReport", "GetAccessKeyPolicy",
        "GetAccessKeyPolicyForAccount", "GetAccountMFAInfo", "GetAccountSecurityPracticeReport",
        "GetAccountSummary", "GetCredentialReport", "GetDefaultDomain", "GetOIDCProvider", "GetPasswordPolicy",
        "GetSAMLProvider", "GetSecurityPreference", "GetUserSsoSettings", "ListOIDCProviders",
        "ListPasskeys", "ListSAMLProviders", "RegisterPasskey", "RemoveClientIdFromOIDCProvider", "RemoveFingerprintFromOIDCProvider",
        "SetAccessKeyPolicy", "SetAccessKeyPolicyForAccount", "SetPasswordPolicy", "SetSecurityPreference",
        "SetUserSsoSettings", "UpdateOIDCProvider", "UpdatePasskey", "UpdateSAMLProvider",
    },
    "sts": {
        "AssumeRoleWithOIDC", "AssumeRoleWithSAML",
    },
}


def served(service: str) -> set:
    """The actions of one of Alibaba's services that are answered, in whole or in part."""
    page = (ROOT / "docs" / "compatibility.md").read_text()
    section = re.search(rf"^## Alibaba Cloud {service.capitalize()} .*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[0]
    return set(re.findall(r"^\| (\w+) \|.*\| (?:full|partial) \|$", section, re.MULTILINE))
