"""Programs that people use: the AWS CLI and others of its kind."""

import os
import pathlib
import subprocess
import sys

from harness import REGION, Credentials, Server, clean_environment

# The programs that come as Python packages.
BIN = pathlib.Path(sys.executable).parent


def run(*command, env: dict, fails: bool = False) -> str:
    """Runs a program, and gives back what it prints; where it has to fail, also what it complains of."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, env=env)
    assert (done.returncode != 0) == fails, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + (done.stderr if fails else "")


def aws_environment(server: Server, credentials: Credentials) -> dict:
    """What tells a program with an AWS SDK inside whom to call and as whom; it looks nowhere else."""
    return clean_environment(
        AWS_ACCESS_KEY_ID=credentials.id,
        AWS_SECRET_ACCESS_KEY=credentials.secret,
        AWS_DEFAULT_REGION=REGION,
        AWS_REGION=REGION,
        AWS_ENDPOINT_URL=server.url,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_MAX_ATTEMPTS="1",
    )
