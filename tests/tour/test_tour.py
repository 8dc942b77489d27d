"""The README's tour, run as it is printed: every fenced block marked `sh tour`, in order, in one shell."""

import contextlib
import os
import re
import shutil
import signal
import subprocess

from harness import ROOT, binary, clean_environment, free_port

BLOCK = re.compile(r"^```sh tour\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 150


def blocks() -> list[str]:
    return BLOCK.findall((ROOT / "README.md").read_text())


def script(listen: str, metrics: str) -> str:
    """The blocks as one script that stops at the first failure and ends whatever it left running.

    The tour is written for the reader's machine. Here the server is already built, other ports may be taken, and the
    Python and its tools are those of the test environment.
    """
    body = "\n".join(blocks())
    body = body.replace("cargo run --release -- ", "bailee ").replace("127.0.0.1:7070", listen)
    body = body.replace("127.0.0.1:7071", metrics)
    return f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\nset -x\n{body}\n"


def test_the_readme_has_a_tour():
    assert len(blocks()) >= 3, "the README has no blocks marked `sh tour`"


def test_the_tour_works_as_printed(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "bailee").symlink_to(binary())
    work = tmp_path / "work"
    work.mkdir()
    for name in ("README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, work)
    path = f"{tools}:{ROOT / '.venv' / 'bin'}:{ROOT / 'tests' / 'node' / 'node_modules' / '.bin'}"
    env = clean_environment()
    env["PATH"] = f"{path}:{env['PATH']}"
    command = ["bash", "-c", script(f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")]
    shell = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=work, start_new_session=True
    )
    try:
        said, _ = shell.communicate(timeout=SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, said[-8000:]
