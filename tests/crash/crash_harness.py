"""What the crash tests share: the end-to-end harness, and ways to hurt a daemon that only a kernel knows."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))

import harness  # noqa: E402
from harness import PULTER, PULTERD, Daemon, check  # noqa: E402
from judge import judge, read_journal  # noqa: E402,F401

SKIPPED = 77


def skip(why):
    """Ends the program as skipped: ctest shows it, and nothing is claimed."""
    print(f"skipped: {why}", flush=True)
    sys.exit(SKIPPED)


def need_root(what):
    if os.geteuid() != 0:
        skip(f"{what} needs root")


def need_strace():
    if shutil.which("strace") is None:
        skip("strace is not installed (tools/ci/dependencies, group test)")
    tried = subprocess.run(["strace", "-f", "-e", "trace=none", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        skip(f"strace may not trace here: {tried.stderr.strip().splitlines()[-1] if tried.stderr else 'no reason given'}")


class HurtDaemon(Daemon):
    """pulterd behind a program that makes its life harder (`prefix`), or with its store elsewhere (`data`)."""

    def __init__(self, place, prefix=(), data=None, name="pulterd", flags=()):  # pylint: disable=super-init-not-called
        self.socket = place.path(name + ".sock")
        self.data = data or place.path(name + "-data")
        harness.Program.__init__(self, place, name, [
            *prefix, PULTERD, "--data-dir", self.data, "--socket", self.socket, "--allow-network", "127.0.0.0/8",
            "--allow-http", *flags])

    def end(self):
        # strace and others let go of their child when they are killed: the daemon goes first.
        kill_children(self.process.pid)
        super().end()

    def kill(self):
        kill_children(self.process.pid)
        super().kill()

    def await_end(self, seconds):
        """True when the daemon ended by itself, or by what was done to it, within that time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.running():
                return True
            time.sleep(0.01)
        return False


def injecting(what):
    """A prefix for HurtDaemon: strace counts the entries of each thread by itself, so `when=n` is the n-th entry of any
    one thread."""
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=io_uring_enter", "-e", f"inject=io_uring_enter:{what}"]


def children_of(pid):
    try:
        return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill_children(pid):
    for child in children_of(pid):
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass


def unfinished(daemon):
    return [one for one in daemon.json("GET", "/v1/imports")["data"] if one["state"] not in ("completed", "receiving")]


def await_all_completed(daemon, seconds=60):
    until = time.monotonic() + seconds
    while left := unfinished(daemon):
        check(time.monotonic() < until, f"unfinished after {seconds} s: {left}")
        time.sleep(0.05)


def write_rows(path, rows):
    """A CSV of `rows` rows; gives its path."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("name,age,note\n")
        for row in range(1, rows + 1):
            file.write(f"\"n{row}, x\",{row % 90},{'x' * 60}\n")
    return path


__all__ = ["PULTER", "PULTERD", "SKIPPED", "HurtDaemon", "await_all_completed", "check", "harness", "injecting", "judge",
           "kill_children", "need_root", "need_strace", "read_journal", "skip", "unfinished", "write_rows"]
