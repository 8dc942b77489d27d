"""A real server process, and the accounts that use it."""

import base64
import collections
import hashlib
import hmac
import json
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import time
import urllib.parse
import uuid
from dataclasses import dataclass

import requests
import urllib3

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "local-1"
START_SECONDS = 30
STOP_SECONDS = 30


def binary() -> pathlib.Path:
    """The server under test: BAILEE_BIN, else the release build."""
    given = os.environ.get("BAILEE_BIN") or os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/bailee")
    path = (ROOT / given).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"no server at {path}: cargo build --release --package bailee")
    return path


def free_port() -> int:
    """A port nobody listens on, below those that outgoing connections are given, so that none takes it meanwhile."""
    while True:
        port = random.randrange(10_240, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def clean_environment(**more) -> dict:
    """The environment for child processes: nothing in it may point a client elsewhere or change the server."""
    unwanted = ("AWS_", "ALIBABA_", "OSS_", "BAILEE_", "RCLONE_", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, **more}


@dataclass(frozen=True)
class Credentials:
    """An access key, with the token that belongs to it if it is temporary."""

    id: str
    secret: str
    token: str | None = None
    account: str | None = None
    user: str | None = None

    @classmethod
    def lent(cls, given: dict, **more) -> "Credentials":
        """Temporary ones, as either vendor's STS answers them."""
        secret = given.get("AccessKeySecret") or given["SecretAccessKey"]
        token = given.get("SecurityToken") or given["SessionToken"]
        return cls(given["AccessKeyId"], secret, token, **more)


class Server:
    """One `bailee serve` on free loopback ports, with its data in a folder of its own."""

    def __init__(self, folder: pathlib.Path, *arguments: str):
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.arguments = arguments
        self.environment = {}
        self.port, self.metrics_port = free_port(), free_port()
        self.process = None

    @classmethod
    def configured(cls, folder: pathlib.Path, settings: str) -> "Server":
        """One with a configuration file of these settings."""
        config = folder / "bailee.toml"
        config.write_text(settings)
        made = cls(folder, "--config", str(config))
        made.config = config
        return made

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self.metrics_port}"

    @property
    def credentials_file(self) -> pathlib.Path:
        return self.data / "first-credentials.json"

    @property
    def root(self) -> Credentials:
        written = json.loads(self.credentials_file.read_text())
        return Credentials(written["access_key_id"], written["access_key_secret"], account=written["account_id"])

    def start(self) -> "Server":
        command = [binary(), "serve", "--data", self.data, "--listen", self.address]
        command += ["--metrics-listen", f"127.0.0.1:{self.metrics_port}", *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=clean_environment(**self.environment))
        give_up = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.kill()
                raise RuntimeError(f"the server did not become ready:\n{self.tail()}")
            time.sleep(0.05)
        return self

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.metrics_url}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> int:
        """Asks the server to stop, waits for it, and gives back its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def finish(self):
        """Stops the server when its tests are over: it has to stop well, and nothing in it may have panicked."""
        assert self.stop() == 0, self.tail()
        assert "panicked" not in self.log.read_text(errors="replace"), self.tail()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def tail(self, lines: int = 60) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def run(self, *arguments, check: bool = True, **environment) -> subprocess.CompletedProcess:
        """Runs `bailee` with these arguments and the server's environment; unless told otherwise it has to succeed."""
        command = [str(part) for part in (binary(), *arguments)]
        env = clean_environment(**{**self.environment, **environment})
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
        if check:
            assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
        return done

    def create_account(self, name: str) -> Credentials:
        """Makes another account; the server has to be stopped."""
        made = json.loads(self.run("account", "create", "--data", self.data, name).stdout)
        return Credentials(made["access_key_id"], made["access_key_secret"], account=made["account_id"])

    def with_accounts(self, *names: str) -> tuple["Server", list[Credentials]]:
        """The server, started with these accounts beside its first one, and their root keys."""
        self.start()
        assert self.stop() == 0, self.tail()
        accounts = [self.create_account(name) for name in names]
        return self.start(), accounts


class Connections:
    """The part of `requests` that `Rpc` needs, over connections that stay open, at a third of the cost."""

    def __init__(self, most: int = 1):
        self.pool = urllib3.PoolManager(maxsize=most, retries=False)

    def post(self, url: str, data, timeout: float, headers: dict | None = None):
        if isinstance(data, dict):
            data, headers = urllib.parse.urlencode(data), {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.pool.request("POST", url, body=data, timeout=timeout, headers=headers)
        answer.status_code = answer.status
        return answer


# The actions that were called with success so far, by SDK (or "by hand") and service.
CALLED = collections.defaultdict(set)
VERSIONS = {
    "kms": "2016-01-20",
    "ram": "2015-05-01",
    "ims": "2019-08-15",
    "sts": "2015-04-01",
    "actiontrail": "2020-07-06",
}


class RpcError(Exception):
    """What a service answered instead of a result."""

    def __init__(self, status: int, body: dict):
        super().__init__(f"{status} {body}")
        self.status, self.body, self.code = status, body, body.get("Code")


class Rpc:
    """The Alibaba RPC protocol by hand (HMAC-SHA1), where a test needs exact control or an exact answer."""

    def __init__(self, server: Server, credentials: Credentials | None, http=requests):
        """`http` may be `Connections` or a session, which keep theirs open."""
        self.server, self.credentials, self.http = server, credentials, http

    def parameters(self, service: str, action: str, given: dict) -> dict:
        """The unsigned parameters of a call."""
        parameters = {
            "Action": action,
            "Version": VERSIONS.get(service, service),
            "Format": "JSON",
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "SignatureNonce": uuid.uuid4().hex,
        }
        if self.credentials:
            parameters |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "AccessKeyId": self.credentials.id}
            if self.credentials.token:
                parameters["SecurityToken"] = self.credentials.token
        return parameters | {name: str(value) for name, value in given.items()}

    def signature(self, method: str, parameters: dict) -> str:
        encoded = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(parameters.items()))
        to_sign = f"{method}&%2F&{quote(encoded)}"
        key = f"{self.credentials.secret}&".encode()
        return base64.b64encode(hmac.new(key, to_sign.encode(), hashlib.sha1).digest()).decode()

    def send(self, service: str, action: str, method: str = "POST", change: dict | None = None, **given):
        """Sends a call and gives back the raw answer. `change` alters parameters after signing."""
        parameters = self.parameters(service, action, given)
        if self.credentials:
            parameters["Signature"] = self.signature(method, parameters)
        parameters |= change or {}
        if method == "GET":
            return self.http.get(self.server.url, params=parameters, timeout=30)
        return self.http.post(self.server.url, data=parameters, timeout=30)

    def call(self, service: str, action: str, **given) -> dict:
        """Sends a call that has to succeed; raises RpcError otherwise."""
        answer = self.send(service, action, **given)
        body = answer.json()
        if answer.status_code != 200:
            raise RpcError(answer.status_code, body)
        CALLED["by hand", service].add(action)
        return body

    def assume(self, role: str, session: str = "tester") -> Credentials:
        """What the role with this ARN is lent."""
        return Credentials.lent(self.call("sts", "AssumeRole", RoleArn=role, RoleSessionName=session)["Credentials"])


def quote(text: str) -> str:
    return urllib.parse.quote(text, safe="~")


def allow(*actions: str, resource="*", **statement) -> dict:
    """A policy statement that allows the actions."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **statement}


def deny(*actions: str, resource="*", **statement) -> dict:
    return {**allow(*actions, resource=resource, **statement), "Effect": "Deny"}


def document(*statements: dict) -> str:
    """A RAM policy of these statements."""
    return json.dumps({"Version": "1", "Statement": list(statements)})


def aws_document(*statements: dict) -> str:
    """The same in Amazon's grammar."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(account: str) -> str:
    """The trust policy of a role that an account may lend to those it lets assume roles."""
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [f"acs:ram::{account}:root"]}})


class People:
    """Makes users, policies and roles of one account, with names nobody used before."""

    def __init__(self, rpc: Rpc):
        self.rpc = rpc

    def policy(self, *statements: dict) -> str:
        name = fresh("policy")
        self.rpc.call("ram", "CreatePolicy", PolicyName=name, PolicyDocument=document(*statements))
        return name

    def user(self, *statements: dict, system: tuple = ()) -> Credentials:
        """A user with an access key, allowed what the statements and the named system policies say."""
        name = fresh("user")
        self.rpc.call("ram", "CreateUser", UserName=name)
        if statements:
            attach = {"PolicyType": "Custom", "PolicyName": self.policy(*statements), "UserName": name}
            self.rpc.call("ram", "AttachPolicyToUser", **attach)
        for policy in system:
            self.rpc.call("ram", "AttachPolicyToUser", PolicyType="System", PolicyName=policy, UserName=name)
        key = self.rpc.call("ram", "CreateAccessKey", UserName=name)["AccessKey"]
        account = self.rpc.credentials.account
        return Credentials(key["AccessKeyId"], key["AccessKeySecret"], account=account, user=name)

    def assumer(self) -> Credentials:
        """A user who may assume roles and nothing else."""
        return self.user(system=("AliyunSTSAssumeRoleAccess",))

    def role(self, *statements: dict) -> str:
        """A role that anyone of this account may assume; gives back its ARN."""
        name, account = fresh("role"), self.rpc.credentials.account
        made = self.rpc.call("ram", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(account))
        if statements:
            attach = {"PolicyType": "Custom", "PolicyName": self.policy(*statements), "RoleName": name}
            self.rpc.call("ram", "AttachPolicyToRole", **attach)
        return made["Role"]["Arn"]


def totp(seed: str, steps: int = 0) -> str:
    """The code of RFC 6238 that an authenticator app shows so many steps from now."""
    mac = hmac.new(base64.b32decode(seed), struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def eventually(look, seconds: float):
    """What `look` gives back, asked until there is something; the test fails if there is nothing after so long."""
    give_up = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < give_up, f"nothing after {seconds} seconds"
        time.sleep(0.1)
    return found


def fresh(kind: str) -> str:
    """A name that no other test uses; also a legal bucket name."""
    return f"{kind}-{uuid.uuid4().hex[:12]}"


def pattern(size: int, seed: int = 0) -> bytes:
    """Bytes that look random, the same for the same arguments."""
    block = b"".join(hashlib.sha256(f"{seed}:{n}".encode()).digest() for n in range(min(size // 32 + 1, 4096)))
    return (block * (size // len(block) + 1))[:size]
