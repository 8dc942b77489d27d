"""An identity provider process (tests/node/idp.mjs), and what its users do to get their ID tokens."""

import base64
import hashlib
import json
import re
import subprocess
import time
import urllib.parse

import requests
from harness import ROOT, clean_environment, free_port

START_SECONDS = 60
SECRET = "a secret of the client's"
VERIFIER = "a-verifier-of-the-code-which-is-long-enough-for-it"


class Idp:
    """One `oidc-provider` on loopback, started and stopped by who made it."""

    def __init__(self, folder, certificate: tuple[str, str] | None = None):
        """`certificate`: the chain and the key in PEM, for one that speaks TLS."""
        self.port, self.certificate = free_port(), certificate
        self.log = folder / "idp.log"
        self.process = None

    @property
    def issuer(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    @property
    def bare(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "Idp":
        told = {"port": self.port}
        if self.certificate:
            told |= dict(zip(("cert", "key"), self.certificate))
        script = ROOT / "tests" / "node" / "idp.mjs"
        with self.log.open("ab") as log:
            before = log.tell()
            env = clean_environment(IDP=json.dumps(told))
            self.process = subprocess.Popen(["node", str(script)], stdout=log, stderr=log, env=env, cwd=script.parent)
        give_up = time.monotonic() + START_SECONDS
        while b"ready:" not in self.log.read_bytes()[before:]:
            if self.process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the identity provider did not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(20)

    def restart(self):
        """With other keys."""
        self.stop()
        self.start()

    def sign(self, alg: str = "RS256", header: dict | None = None, **claims) -> str:
        """A token that says this, signed with the provider's key, whether or not it would issue such a one."""
        now = int(time.time())
        claims = {"sub": "alice", "aud": "client-RS256", "iat": now, "exp": now + 600, **claims}
        body = {"alg": alg, "header": header or {}, "claims": claims}
        return requests.post(f"{self.issuer}/sign", json=body, timeout=20, verify=False).text

    def sign_in(self, user: str, alg: str = "RS256") -> str:
        """The ID token that a user gets by signing in: the authorization code flow, page by page."""
        client, back = f"client-{alg}", f"{self.issuer}/callback"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {"client_id": client, "redirect_uri": back, "response_type": "code", "scope": "openid", "nonce": "n"}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256", "state": "s"}
        with requests.Session() as browser:
            page = browser.get(f"{self.issuer}/auth?{urllib.parse.urlencode(asked)}", allow_redirects=False, timeout=20)
            for _ in range(10):
                to = page.headers.get("location")
                if to and to.startswith(back):
                    break
                if to:
                    page = browser.get(urllib.parse.urljoin(self.issuer, to), allow_redirects=False, timeout=20)
                    continue
                prompt = re.search(r'name="prompt" value="(\w+)"', page.text)[1]
                form = re.search(r'action="([^"]+)"', page.text)[1]
                filled = {"prompt": prompt, "login": user, "password": "any"}
                url = urllib.parse.urljoin(self.issuer, form)
                page = browser.post(url, data=filled, allow_redirects=False, timeout=20)
            code = urllib.parse.parse_qs(urllib.parse.urlsplit(to).query)["code"][0]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": VERIFIER}
        auth = (urllib.parse.quote_plus(client), urllib.parse.quote_plus(SECRET))
        answer = requests.post(f"{self.issuer}/token", data=given, auth=auth, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()["id_token"]
