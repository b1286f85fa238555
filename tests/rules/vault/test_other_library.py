"""Files go both ways between the vault and ``age-encryption``, which shares no line with it."""

import json
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from heedline.vault import keys
from heedline.vault.containers.container import Container, open_container, seal

VECTORS = Path(__file__).parents[2] / "vectors"
SIZES = {"empty": 0, "short": 11, "one chunk": 65_536, "one more": 65_537, "two chunks": 131_072}


@pytest.mark.thorough  # needs what make test installs for browsers
def test_both_libraries_open_what_the_other_sealed() -> None:
    if not (VECTORS / "node_modules" / "age-encryption").is_dir():
        pytest.fail("the other library is missing: run `npm ci --prefix tests/vectors`")
    seed, other = keys.new_seed(), keys.new_seed()
    plain = {name: bytes(i % 251 for i in range(size)) for name, size in SIZES.items()}
    recipients = [keys.public_key(other), keys.public_key(seed)]
    sealed = {name: seal(body, recipients).to_bytes() for name, body in plain.items()}
    asked = {
        "identity": keys.identity_text(seed),
        "files": {name: b64encode(file).decode() for name, file in sealed.items()},
    }

    run = subprocess.run(
        ["node", str(VECTORS / "both_ways.mjs")],
        input=json.dumps(asked).encode(),
        capture_output=True,
        timeout=180,
        check=False,
    )

    assert run.returncode == 0, run.stderr.decode()
    answer = json.loads(run.stdout)
    assert answer["recipient"] == keys.recipient_text(keys.public_key(seed))
    assert {name: b64decode(text) for name, text in answer["opened"].items()} == plain
    back = {name: Container.from_bytes(b64decode(text)) for name, text in answer["sealed"].items()}
    assert {name: open_container(file, [other, seed]) for name, file in back.items()} == plain
