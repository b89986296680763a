#!/usr/bin/env python3
"""tools/run does what the README says, and leaves nothing behind."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import harness
from harness import ROOT, check


def run(folder, *arguments):
    return subprocess.run([ROOT / "tools/run", *arguments], env=dict(os.environ, TMPDIR=folder), capture_output=True,
                          text=True, timeout=600)


def left_behind(folder):
    return [str(path) for path in pathlib.Path(folder).iterdir()]


def the_sample_is_delivered_and_summed_up():
    with tempfile.TemporaryDirectory() as folder:
        done = run(folder)
        check(done.returncode == 0, f"tools/run: {done.stdout}{done.stderr}")
        for words in ("20,000 rows", "20 batches", "Signatures: 20 of 20", "Order: verified", "What to type next"):
            check(words in done.stdout, f"\"{words}\" is not said in: {done.stdout}")
        check(not left_behind(folder), f"left behind: {left_behind(folder)}")


def an_interrupt_cleans_up():
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([ROOT / "tools/run"], env=dict(os.environ, TMPDIR=folder), start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 300
        while not list(pathlib.Path(folder).glob("*/pulterd.log")) and time.monotonic() < until:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        check(process.wait(timeout=60) != 0, "an interrupted run says that all is well")
        check(not left_behind(folder), f"left behind: {left_behind(folder)}")


if __name__ == "__main__":
    harness.main([the_sample_is_delivered_and_summed_up, an_interrupt_cleans_up])
