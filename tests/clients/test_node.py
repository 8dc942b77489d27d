"""The Node SDKs: each file of tests/node runs as `node --test`, told by its environment where the server is."""

import json
import subprocess

import pytest
from harness import REGION, ROOT, clean_environment

FILES = sorted((ROOT / "tests" / "node").glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_node(server, root, people, file):
    assumer = people.user(system=("AliyunSTSAssumeRoleAccess",))
    role = people.role({"Effect": "Allow", "Action": "oss:GetObject", "Resource": "*"})
    told = {
        "url": server.url,
        "address": server.address,
        "port": server.port,
        "region": REGION,
        "account": root.account,
        "id": root.id,
        "secret": root.secret,
        "assumer": {"id": assumer.id, "secret": assumer.secret},
        "role": role,
    }
    command = ["node", "--test", "--test-reporter=spec", str(file)]
    env = clean_environment(BAILEE_TEST=json.dumps(told))
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, env=env, cwd=file.parent)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
