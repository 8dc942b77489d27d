"""Every parameter of every KMS action: missing, empty, malformed, too long, in the wrong state, somebody else's. The answer
is the documented code and status, names what is wrong, and nothing has changed."""

import json
import re

import pytest
from harness import REGION, Connections, Rpc, fresh
from served import served
from services import der, encoded, kms_of, new_key, version_of

LOST = "00000000-0000-4000-8000-000000000000"
INVALID, MISSING = ("InvalidParameter", 400), ("MissingParameter", 400)
# The same answer, where the text need not name the parameter: what does not open, and what does not go together.
DAMAGED = UNFIT = ("InvalidParameter", 400, "any text")
NO_KEY, NO_ALIAS = ("Forbidden.KeyNotFound", 404), ("Forbidden.AliasNotFound", 404)
NO_ALIAS_HERE, NO_VERSION = ("Unsupported.Alias", 400), ("Forbidden.KeyVersionNotFound", 404)
NO_SECRET, HIDDEN = ("Forbidden.ResourceNotFound", 404), ("Forbidden.NoPermission", 403)
POLICY = ("MalformedPolicyDocument", 400)
DIGEST = encoded(bytes(32))
TAGS = json.dumps([{"TagKey": "a", "TagValue": "b"}])


class World:
    """Keys in every state, and one of everything else, of one account."""

    def __init__(self, server, owner):
        self.rpc, self.account = Rpc(server, owner, Connections()), owner.account
        self.call = kms = kms_of(self.rpc)
        self.key, self.disabled, self.pending = (new_key(kms) for _ in range(3))
        self.empty = new_key(kms, Origin="EXTERNAL")
        self.pair = new_key(kms, KeySpec="EC_P256", KeyUsage="SIGN/VERIFY")
        self.opener = new_key(kms, KeySpec="EC_SM2", KeyUsage="ENCRYPT/DECRYPT")
        self.mac = new_key(kms, KeySpec="HMAC_SHA_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.blob = self.call("Encrypt", KeyId=self.key, Plaintext="aGk=")["CiphertextBlob"]
        self.alias, self.secret, self.leaving = f"alias/{fresh('a')}", fresh("secret"), fresh("secret")
        self.call("CreateAlias", KeyId=self.key, AliasName=self.alias)
        for name in (self.secret, self.leaving):
            self.call("CreateSecret", SecretName=name, VersionId="v1", SecretData="x")
        self.call("DeleteSecret", SecretName=self.leaving, RecoveryWindowInDays=7)
        self.call("DisableKey", KeyId=self.disabled)
        self.call("ScheduleKeyDeletion", KeyId=self.pending, PendingWindowInDays=7)
        self.versions = {key: version_of(kms, key) for key in (self.key, self.pair, self.opener)}
        self.public = encoded(der(self.call("GetPublicKey", **self.of(self.opener))["PublicKey"]))

    def arn(self, key):
        return f"acs:kms:{REGION}:{self.account}:key/{key}"

    def whole(self, parameter, name):
        """The ARN of one of its things."""
        kind = "secret" if "Secret" in parameter else "key"
        return f"acs:kms:{REGION}:{self.account}:{kind}/{name}"

    def of(self, key):
        return {"KeyId": key, "KeyVersionId": self.versions[key]}

    def state(self):
        """What bad input must leave as it is."""
        told = [self.call("DescribeKey", KeyId=key) for key in (self.key, self.disabled, self.pending, self.empty)]
        told += [self.call("ListResourceTags", KeyId=self.key), self.call("GetKeyPolicy", KeyId=self.key)]
        told += [self.call("ListAliasesByKeyId", KeyId=self.key), self.call("DescribeSecret", SecretName=self.secret)]
        told += [self.call("ListSecretVersionIds", SecretName=self.secret)]
        counts = [self.call(action)["TotalCount"] for action in ("ListKeys", "ListAliases", "ListSecrets")]
        return [{name: value for name, value in one.items() if name != "RequestId"} for one in told], counts


@pytest.fixture(scope="module")
def world(server):
    return World(server, server.third)


def policy(world, action) -> str:
    owner = {"RAM": [f"acs:ram::{world.account}:root"]}
    statement = {"Effect": "Allow", "Principal": owner, "Action": [action], "Resource": ["*"]}
    return json.dumps({"Version": "1", "Statement": [statement]})


def complete(world) -> dict:
    """For each action the parameters it cannot do without, all of them right; a trailing `?` marks one it can."""
    key, secret = {"KeyId": world.key}, {"SecretName": world.secret}
    wrapping = {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
    to = {"PublicKeyBlob": world.public, **wrapping}
    blob, context = {"CiphertextBlob": world.blob}, {"EncryptionContext?": "{}"}
    page = {"PageNumber?": "1", "PageSize?": "10"}
    length = {"NumberOfBytes?": "32", "KeySpec?": "AES_256"}
    signed = {**world.of(world.pair), "Algorithm": "ECDSA_SHA_256", "Digest": DIGEST}
    sealed = {**world.of(world.opener), "Algorithm": "SM2PKE"}
    coded = {"KeyId": world.mac, "Algorithm": "HMAC_SHA_256", "Message": "aGk="}
    both = {"ResourceType": "key", "ResourceId.1": world.key}
    return {
        "CreateKey": {
            **{"KeySpec?": "Aliyun_AES_256", "KeyUsage?": "ENCRYPT/DECRYPT", "Origin?": "Aliyun_KMS", "Tags?": TAGS},
            **{"ProtectionLevel?": "SOFTWARE", "EnableAutomaticRotation?": "true", "RotationInterval?": "7d"},
            **{"Description?": "x", "Policy?": ""},
        },
        "DescribeKey": key,
        "ListKeys": {**page, "Filters?": "[]"},
        "EnableKey": key,
        "DisableKey": key,
        "ScheduleKeyDeletion": {**key, "PendingWindowInDays": "7"},
        "CancelKeyDeletion": key,
        "UpdateKeyDescription": {**key, "Description?": "x"},
        "SetDeletionProtection": {"ProtectedResourceArn": world.arn(world.key), "EnableDeletionProtection": "false"},
        "Encrypt": {**key, "Plaintext": "aGk=", **context, "DryRun?": "false"},
        "Decrypt": {**blob, **context, "DryRun?": "false"},
        "GenerateDataKey": {**key, **length, **context},
        "GenerateDataKeyWithoutPlaintext": {**key, **length, **context},
        "CreateAlias": {**key, "AliasName": f"alias/{fresh('a')}"},
        "UpdateAlias": {**key, "AliasName": world.alias},
        "DeleteAlias": {"AliasName": world.alias},
        "ListAliases": page,
        "ListAliasesByKeyId": {**key, **page},
        "GetKeyInventory": key,
        "StartKeyRewrap": key,
        "GetKeyRewrap": key,
        "RetireKeyVersion": world.of(world.key),
        "ListKeyVersions": {**key, **page},
        "DescribeKeyVersion": world.of(world.key),
        "UpdateRotationPolicy": {**key, "EnableAutomaticRotation": "true", "RotationInterval": "7d"},
        "CreateKeyVersion": {"KeyId": world.pair},
        "GetParametersForImport": {"KeyId": world.empty, **wrapping},
        "ImportKeyMaterial": {
            **{"KeyId": world.empty, "ImportToken": "aGk=", "EncryptedKeyMaterial": "aGk="},
            **{"KeyMaterialExpireUnix?": "0"},
        },
        "DeleteKeyMaterial": {"KeyId": world.empty},
        "SetKeyPolicy": {**key, "Policy": policy(world, "kms:*"), "PolicyName?": "default"},
        "GetKeyPolicy": {**key, "PolicyName?": "default"},
        "DescribeRegions": {},
        "DescribeAccountKmsStatus": {},
        "OpenKmsService": {},
        "ReEncrypt": {
            **{**blob, "DestinationKeyId": world.key, "SourceEncryptionContext?": "{}"},
            **{"DestinationEncryptionContext?": "{}"},
        },
        "ExportDataKey": {**blob, **to, **context},
        "GenerateAndExportDataKey": {**key, **to, **length, **context},
        "AsymmetricEncrypt": {**sealed, "Plaintext": "aGk="},
        "AsymmetricDecrypt": {**sealed, "CiphertextBlob": "aGk="},
        "AsymmetricSign": signed,
        "AsymmetricVerify": {**signed, "Value": "aGk="},
        "GetPublicKey": world.of(world.pair),
        "GenerateMac": coded,
        "VerifyMac": {**coded, "Mac": "aGk="},
        "TagResource": {**key, "Tags": TAGS},
        "UntagResource": {**key, "TagKeys": '["a"]'},
        "ListResourceTags": key,
        "TagResources": {**both, "Tag.1.Key": "a", "Tag.1.Value?": "b"},
        "UntagResources": {**both, "TagKey.1": "a"},
        "ListTagResources": {"ResourceType": "key", "ResourceId.1?": world.key},
        "CreateSecret": {
            **{"SecretName": fresh("secret"), "VersionId": "v1", "SecretData": "x", "SecretDataType?": "text"},
            **{"EncryptionKeyId?": world.key, "SecretType?": "Generic", "Tags?": TAGS, "Description?": "x"},
            **{"RotationInterval?": "7d", "EnableAutomaticRotation?": "true", "Policy?": ""},
        },
        "DescribeSecret": {**secret, "FetchTags?": "true"},
        "ListSecrets": {**page, "Filters?": "[]", "FetchTags?": "true"},
        "GetSecretValue": {**secret, "VersionId?": "v1", "VersionStage?": "", "FetchExtendedConfig?": "true"},
        "BatchGetSecretValue": {"SecretsList.1.SecretName": world.secret},
        "PutSecretValue": {
            **{**secret, "VersionId": "v2", "SecretData": "x", "SecretDataType?": "text"},
            **{"VersionStages?": '["Mine"]'},
        },
        "ListSecretVersionIds": {**secret, **page, "IncludeDeprecated?": "true"},
        "UpdateSecret": {**secret, "Description?": "x"},
        "UpdateSecretVersionStage": {
            **{**secret, "VersionStage": "Mine", "MoveToVersion?": "v1", "RemoveFromVersion?": ""},
        },
        "DeleteSecret": {**secret, "RecoveryWindowInDays?": "7", "ForceDeleteWithoutRecovery?": "false"},
        "RestoreSecret": secret,
        "GetRandomPassword": {
            **{"PasswordLength?": "20", "ExcludeLowercase?": "true", "ExcludeUppercase?": "false"},
            **{"ExcludeNumbers?": "false", "ExcludePunctuation?": "false", "RequireEachIncludedType?": "true"},
        },
        "RotateSecret": {**secret, "VersionId": "v9"},
        "UpdateSecretRotationPolicy": {
            **{**secret, "EnableAutomaticRotation": "true", "RotationInterval?": "7d"},
        },
        "SetSecretPolicy": {**secret, "Policy": policy(world, "kms:*"), "PolicyName?": "default"},
        "GetSecretPolicy": {**secret, "PolicyName?": "default"},
    }


BASE64 = [("not base64!", INVALID)]
BOOLEAN = [("perhaps", INVALID), ("1", INVALID)]
WORD = [("unheard-of", INVALID)]
KEYS = [("no key", INVALID), ("x" * 513, INVALID), (LOST.upper().replace("0", "A"), INVALID), (LOST, NO_KEY)]
CONTEXT = [(text, INVALID) for text in ("{", "[]", '{"a":1}', '{"a":"b","a":"b"}', json.dumps({"a": "x" * 8192}))]
SECRETS = [("no name!", INVALID), ("x" * 193, INVALID), ("none", NO_SECRET)]
VERSIONS = [("x" * 65, INVALID), ("no version!", INVALID)]
INTERVALS = [(text, INVALID) for text in ("x", "7w", "-7d", "1s", "9999d", "99999999999999999999d", "7.5d")]
TAG_LISTS = [
    *[(text, INVALID) for text in ("x", "{}", '[{"TagValue":"b"}]', '[{"TagKey":"acs:a","TagValue":"b"}]')],
    *[(json.dumps([{"TagKey": name, "TagValue": value}]), INVALID) for name, value in (("k" * 129, ""), ("k", "v" * 129))],
    *[(json.dumps([{"TagKey": "a", "TagValue": "1"}] * 2), INVALID)],
]
FILTERS = [(text, INVALID) for text in ("x", "{}", '[{"Key":"Colour","Values":["red"]}]', '[{"Key":"KeyState"}]')]
# By parameter: what is wrong, and what the answer is. An entry with an action in front counts for that alone.
WRONG = {
    "KeyId": KEYS,
    "DestinationKeyId": [*KEYS, ("alias/none", NO_ALIAS)],
    "EncryptionKeyId": KEYS,
    "ProtectedResourceArn": [("x", INVALID), (LOST, INVALID), (f"acs:kms:{REGION}:1:key/x", INVALID)],
    "KeyVersionId": [("x", INVALID), ("x" * 500, INVALID), (LOST, NO_VERSION)],
    "KeySpec": WORD,
    "KeyUsage": [*WORD, ("SIGN/VERIFY", ("Unsupported.KeyUsage", 400))],
    "Origin": [*WORD, ("external", INVALID)],
    "ProtectionLevel": [*WORD, ("HSM", ("Unsupported.ProtectionLevel", 400))],
    "Description": [("x" * 8193, INVALID)],
    "Tags": TAG_LISTS,
    "TagKeys": [(text, INVALID) for text in ("x", "{}", "[1]")],
    "Policy": [("x", POLICY), ("[]", POLICY), ('{"Version":"1"}', POLICY), (" " * 32769, UNFIT)],
    "PolicyName": [("other", INVALID)],
    "EnableAutomaticRotation": BOOLEAN,
    "EnableDeletionProtection": BOOLEAN,
    "DryRun": BOOLEAN,
    "RotationInterval": INTERVALS,
    "PageNumber": [(text, INVALID) for text in ("0", "-1", "x", "99999999999")],
    "PageSize": [(text, INVALID) for text in ("0", "101", "-1", "x")],
    "Filters": FILTERS,
    "PendingWindowInDays": [(text, INVALID) for text in ("6", "367", "-7", "x", "7.5")],
    "Plaintext": [*BASE64, (encoded(bytes(6145)), INVALID)],
    "CiphertextBlob": [(text, DAMAGED) for text in ("not base64!", "AAAA", encoded(bytes(100)))],
    "EncryptionContext": CONTEXT,
    "SourceEncryptionContext": CONTEXT,
    "DestinationEncryptionContext": CONTEXT,
    "NumberOfBytes": [(text, INVALID) for text in ("0", "1025", "-1", "x")],
    "AliasName": [(text, INVALID) for text in ("x", "alias/", "alias/acs/mine", "alias/a b", "alias/" + "x" * 256)],
    "CreateSecret.RotationInterval": [*[(text, INVALID) for text in ("x", "7w", "-7d")], ("7d", UNFIT)],
    "UpdateSecretRotationPolicy.RotationInterval": [*[(text, INVALID) for text in ("x", "7w", "-7d")], ("7d", UNFIT)],
    "DeleteAlias.AliasName": [("x", INVALID), ("alias/none", NO_ALIAS)],
    "UpdateAlias.AliasName": [("x", INVALID), ("alias/none", NO_ALIAS)],
    "Algorithm": [*WORD, ("RSA_PSS_SHA_256", INVALID)],
    "Digest": [*BASE64, (encoded(bytes(31)), INVALID)],
    "Value": BASE64,
    "Message": [*BASE64, (encoded(bytes(4097)), INVALID)],
    "Mac": BASE64,
    "WrappingKeySpec": WORD,
    "WrappingAlgorithm": [*WORD, ("RSAES_OAEP_SHA_256", UNFIT)],
    "PublicKeyBlob": [*BASE64, ("aGk=", INVALID), (encoded(bytes(4096)), INVALID)],
    "ImportToken": [*BASE64, ("aGk=", ("InvalidImportToken", 400))],
    "EncryptedKeyMaterial": BASE64,
    "KeyMaterialExpireUnix": [(text, INVALID) for text in ("1", "-1", "x", "99999999999999")],
    "ResourceType": WORD,
    "ResourceId.1": KEYS,
    "Tag.1.Key": [("k" * 129, INVALID), ("aliyun.x", INVALID)],
    "Tag.1.Value": [("v" * 129, INVALID)],
    "TagKey.1": [],
    "SecretName": SECRETS,
    "CreateSecret.SecretName": [("no name!", INVALID), ("x" * 193, INVALID), ("acs/mine", INVALID)],
    "SecretsList.1.SecretName": SECRETS,
    "VersionId": VERSIONS,
    "GetSecretValue.VersionId": [*VERSIONS, ("none", NO_SECRET)],
    "SecretData": [("x" * 30721, INVALID)],
    "SecretDataType": [*WORD, ("binary", INVALID)],
    "SecretType": WORD,
    "VersionStage": [("x" * 65, INVALID)],
    "GetSecretValue.VersionStage": [("x" * 65, INVALID), ("Mine", NO_SECRET)],
    "VersionStages": [(text, INVALID) for text in ("x", "{}", "[1]", json.dumps([f"s{n}" for n in range(9)]))],
    "MoveToVersion": [("none", NO_SECRET)],
    "RemoveFromVersion": VERSIONS,
    "RecoveryWindowInDays": [(text, INVALID) for text in ("6", "31", "x", "-7")],
    "PasswordLength": [(text, INVALID) for text in ("7", "129", "x")],
    "FetchTags": BOOLEAN,
    "FetchExtendedConfig": BOOLEAN,
    "IncludeDeprecated": BOOLEAN,
    "ForceDeleteWithoutRecovery": BOOLEAN,
    "ExcludeLowercase": BOOLEAN,
    "ExcludeUppercase": BOOLEAN,
    "ExcludeNumbers": BOOLEAN,
    "ExcludePunctuation": BOOLEAN,
    "RequireEachIncludedType": BOOLEAN,
}


def names(parameters: dict, optional: bool = True):
    return [name.removesuffix("?") for name in parameters if optional or not name.endswith("?")]


def given(parameters: dict) -> dict:
    """A request with everything that has to be there."""
    return {name: value for name, value in parameters.items() if not name.endswith("?")}


def named(parameter: str, text: str) -> bool:
    """Whether an error says which parameter it is about; of lists, what they are lists of."""
    words = re.findall(r"\w+", text)
    return any(part in words or f"{part}s" in words for part in parameter.split(".") if not part.isdigit())


def answer(rpc, action, parameters) -> tuple:
    """Code, status and text of a call."""
    got = rpc.send("kms", action, **parameters)
    body = got.json()
    return (body.get("Code"), got.status_code), body.get("Message", "")


def test_every_served_action_is_here(world):
    table = complete(world)
    assert table.keys() == served("kms")
    missing = {name for parameters in table.values() for name in names(parameters)} - WRONG.keys()
    assert not missing


@pytest.mark.parametrize("action", sorted(served("kms")))
def test_bad_parameters(world, action):
    parameters, before = complete(world)[action], world.state()
    wrong = []
    for name in names(parameters, optional=False):
        for absent in ({}, {name: ""}):
            rest = {other: value for other, value in given(parameters).items() if other != name}
            got, text = answer(world.rpc, action, {**rest, **absent})
            if got != MISSING or not named(name, text):
                wrong.append((name, absent, got, text))
    for name in names(parameters):
        for value, expected in WRONG.get(f"{action}.{name}", WRONG[name]):
            got, text = answer(world.rpc, action, {**given(parameters), name: value})
            if got != expected[:2] or not text or len(text) > 1000 or expected is INVALID and not named(name, text):
                wrong.append((name, value[:60], got, text[:200]))
    assert not wrong, "\n".join(map(str, wrong))
    assert world.state() == before


LOOKS = ("DescribeKey", "ListAliasesByKeyId", "ListKeyVersions", "ListResourceTags", "GetKeyPolicy", "GetKeyInventory")
IN_STATES = {
    # Action: what it answers for a key that is Disabled, PendingDeletion, PendingImport (alibaba-wire §5.2).
    **dict.fromkeys(
        ("Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateAndExportDataKey", "UpdateRotationPolicy"),
        ("Rejected.Disabled", "Rejected.PendingDeletion", "Rejected.PendingImport"),
    ),
    **dict.fromkeys(("EnableKey", "DisableKey"), (None, "Rejected.StateModifiedFailed", "Rejected.StateModifiedFailed")),
    "ScheduleKeyDeletion": (None, "Rejected.StateModifiedFailed", None),
    "CancelKeyDeletion": ("Rejected.StateModifiedFailed", None, "Rejected.StateModifiedFailed"),
    "CreateAlias": (None, "Rejected.StateModifiedFailed", None),
    **dict.fromkeys(("UpdateKeyDescription", "TagResource", "UntagResource", "UpdateAlias"), (None, "Rejected.PendingDeletion", None)),
    **dict.fromkeys(LOOKS, (None, None, None)),
}


@pytest.mark.parametrize("action", IN_STATES)
def test_wrong_states(world, action):
    table, wrong = complete(world)[action], []
    for key, code in zip((world.disabled, world.pending, world.empty), IN_STATES[action], strict=True):
        if code is None and action not in LOOKS:
            # What is allowed would change the state that the others need; the state table's own test has it.
            continue
        got, text = answer(world.rpc, action, {**given(table), "KeyId": key})
        if got != ((code, 409) if code else (None, 200)):
            wrong.append((key, got, text))
    assert not wrong


def test_a_secret_on_its_way_out(world):
    table = complete(world)
    leaving = ("Rejected.ResourceInDeleteWindow", 409)
    refusing = ("GetSecretValue", "PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage", "CreateSecret")
    for action in (*refusing, "ListSecretVersionIds", "SetSecretPolicy"):
        got, _ = answer(world.rpc, action, {**given(table[action]), "SecretName": world.leaving, "MoveToVersion": "v1"})
        assert got == leaving, action
    assert answer(world.rpc, "DescribeSecret", {"SecretName": world.leaving})[0] == (None, 200)
    assert answer(world.rpc, "RestoreSecret", {"SecretName": world.secret})[0] == ("Rejected.StateModifiedFailed", 409)


# Parameters that name something of an account: a plain id is looked for in one's own account, an ARN says whose it is.
IDS = {"KeyId", "DestinationKeyId", "SecretName", "ResourceId.1", "SecretsList.1.SecretName", "ProtectedResourceArn"}


def strangers_calls(world):
    """For each action about something that there is: the parameters as its owner writes them, with ARNs, and with ARNs of
    what is not there."""
    for action, parameters in complete(world).items():
        named = IDS & parameters.keys()
        if action == "CreateSecret" or not named and "CiphertextBlob" not in parameters:
            continue
        plain = given(parameters)
        full = {name: value if ":" in value else world.whole(name, value) for name, value in plain.items() if name in named}
        there = {**plain, **full}
        lost = {name: value.replace(world.key, LOST).replace(world.secret, "none") for name, value in full.items()}
        yield action, plain, there, {**there, **lost}


def test_what_is_somebody_elses(world, server):
    """Another account's root gets none of it, and does not learn whether it is there."""
    stranger, tried, wrong = Rpc(server, server.second, Connections()), 0, []
    for action, plain, there, lost in strangers_calls(world):
        answers = [answer(stranger, action, parameters)[0] for parameters in (plain, there, lost)]
        allowed = {NO_KEY, NO_SECRET, NO_VERSION, HIDDEN}
        if action in ("CreateAlias", "UpdateAlias"):
            # An alias stands for a key of its own account.
            allowed.add(INVALID)
        if not allowed.issuperset(answers) or answers[1] != answers[2]:
            wrong.append((action, answers))
        tried += 1
    assert not wrong and tried > 40


# The actions that take an alias for a key (alibaba-wire §5.4), and Bailee's own.
TAKE_ALIASES = {
    *("DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateAndExportDataKey"),
    *("AsymmetricEncrypt", "AsymmetricDecrypt", "AsymmetricSign", "AsymmetricVerify", "GetPublicKey"),
    *("GenerateMac", "VerifyMac", "GetKeyInventory"),
}


def test_where_an_alias_is_not_allowed(world):
    wrong, taken = [], set()
    for action, parameters in complete(world).items():
        if "KeyId" in parameters:
            got, _ = answer(world.rpc, action, {**given(parameters), "KeyId": "alias/none"})
            if got == NO_ALIAS:
                taken.add(action)
            elif got != NO_ALIAS_HERE:
                wrong.append((action, got))
    assert not wrong and taken == TAKE_ALIASES
