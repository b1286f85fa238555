"""A local timestamp authority (RFC 3161) that runs openssl and is trusted only by this installation."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
ess_cert_id_alg = sha256
accuracy = secs:1
"""
_ROOT = ("-subj", "/CN=Heedline demonstration root", "-addext", "basicConstraints=critical,CA:TRUE")
_SIGNER = (
    *("-subj", "/CN=Heedline demonstration timestamp authority"),
    *("-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature"),
    *("-addext", "extendedKeyUsage=critical,timeStamping"),
)


class SmallAuthority:
    """A timestamp authority with its keys in a folder. `root` is the certificate to trust."""

    def __init__(self, folder: Path) -> None:
        """Create the keys if missing. Raise OSError if openssl is not installed."""
        self._folder, self.root = folder, folder / "root.pem"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / "tsa.pem").exists():
            key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650")
            self._run(
                "req", "-x509", *key, "-keyout", f"{folder}/root.key", "-out", f"{folder}/root.pem", *_ROOT
            )
            signed = ("-CA", f"{folder}/root.pem", "-CAkey", f"{folder}/root.key")
            made = ("-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.pem")
            self._run("req", "-x509", *key, *signed, *made, *_SIGNER)
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder), encoding="ascii")
        if not (folder / "serial").exists():
            (folder / "serial").write_text("01\n", encoding="ascii")

    def reply(self, query: bytes) -> bytes:
        """Return the reply to a timestamp query."""
        asked = self._folder / "query.tsq"
        asked.write_bytes(query)
        config = f"{self._folder}/tsa.cnf"
        return self._run("ts", "-reply", "-queryfile", str(asked), "-config", config, "-section", "one")

    def _run(self, *words: str) -> bytes:
        program = shutil.which("openssl", path="/usr/bin:/usr/local/bin")
        if program is None:
            raise FileNotFoundError("openssl")
        done = subprocess.run(  # noqa: S603 - our own words
            [program, *words],
            capture_output=True,
            check=True,
            timeout=20,
            env={"PATH": os.environ.get("PATH", "/usr/bin"), "HOME": str(self._folder)},
        )
        return done.stdout
