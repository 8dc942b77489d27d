"""A token in software, for tests of keys and seals in an HSM."""

import contextlib
import os
import pathlib
import subprocess

from harness import Server

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "1234"


class Token:
    """An empty token of its own, in a folder, and the configuration that names it."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.pin, self.config = folder / "tokens", folder / "pin", folder / "bailee.toml"
        self.folder.mkdir()
        settings = folder / "softhsm2.conf"
        settings.write_text(f"directories.tokendir = {self.folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(settings)}
        made = ["softhsm2-util", "--init-token", "--free", "--label", "bailee", "--pin", PIN, "--so-pin", "5678"]
        subprocess.run(made, env={**os.environ, **self.environment}, check=True, capture_output=True)
        self.pin.write_text(f"{PIN}\n")
        self.config.write_text(f'[pkcs11]\nmodule = "{MODULE}"\ntoken = "bailee"\npin_file = "{self.pin}"\n')

    def server(self, folder: pathlib.Path) -> Server:
        """A server that is told of the token; not started."""
        made = Server(folder, "--config", str(self.config))
        made.environment = self.environment
        return made

    def keys(self) -> int:
        """How many objects are in the token."""
        return len([path for path in self.folder.glob("*/*.object") if path.name != "token.object"])

    @contextlib.contextmanager
    def away(self):
        """Meanwhile there is no token where it was."""
        elsewhere = self.folder.with_name("away")
        self.folder.rename(elsewhere)
        self.folder.mkdir()
        try:
            yield
        finally:
            self.folder.rmdir()
            elsewhere.rename(self.folder)
