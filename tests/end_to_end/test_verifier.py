#!/usr/bin/env python3
"""The published verifier of Standard Webhooks (npm: standardwebhooks) accepts every request."""
import json
import os
import pathlib
import shutil
import sys

import harness
from harness import SAMPLE, SECRET, Program, check, workplace

NODE = pathlib.Path(__file__).parent / "node"
SKIPPED = 77


def the_published_verifier_accepts_every_request():
    if shutil.which("node") is None or not (NODE / "node_modules/standardwebhooks").is_dir():
        print(f"skipped: node, or the package in {NODE}, is missing; tools/test installs both")
        sys.exit(SKIPPED)
    with workplace() as place:
        ready, summary_path = place.path("verifier.ready"), place.path("verifier.json")
        verifier = Program(place, "verifier", ["node", str(NODE / "verifier.mjs"), SECRET, "raw secret", ready,
                                               summary_path])
        verifier.await_(lambda: os.path.exists(ready) and os.path.getsize(ready) > 0, "the verifier's start")
        url = "http://" + pathlib.Path(ready).read_text().strip()
        daemon = place.daemon().wait_ready()
        # One webhook for each kind of secret: generated form, and raw text.
        for path, secret in (("/prefixed", SECRET), ("/raw", "raw secret")):
            daemon.json("POST", "/v1/webhooks", {"url": url + path, "secret": secret,
                                                 "events": ["all", "import.started", "import.completed"]})
        done = place.pulter("--json", "import", SAMPLE, "--batch-size", "1000", "--user", "u1", daemon=daemon)
        check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
        verifier.process.terminate()
        verifier.process.wait(timeout=20)
        summary = json.loads(pathlib.Path(summary_path).read_text())
        check(summary["refused"] == [], f"refused: {summary['refused'][:3]}")
        check(summary["accepted"] == {"/prefixed": 22, "/raw": 22}, f"accepted: {summary['accepted']}")
        check(summary["rows"] == {"/prefixed": 20000, "/raw": 20000}, f"rows: {summary['rows']}")
        print(f"accepted {summary['accepted']}")


if __name__ == "__main__":
    harness.main([the_published_verifier_accepts_every_request])
