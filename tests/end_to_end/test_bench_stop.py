#!/usr/bin/env python3
"""`pulter bench`, stopped in the middle: no folder and no daemon is left behind."""
import os
import pathlib
import signal
import subprocess

from harness import PULTER, PULTERD, Program, check, main, workplace


def processes_of(folder):
    """Programs that were started with a path in that folder."""
    found = []
    for each in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes()
        except OSError:
            continue  # it has ended
        if str(folder).encode() in words and int(each.parent.name) != os.getpid():
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def stopped_by(number):
    with workplace() as place:
        made = place.folder / "made"
        made.mkdir()
        bench = Program(place, "bench", [PULTER, "bench", "slow", "--daemon", PULTERD, "--no-rivals", "--folder", str(made)])
        bench.await_(lambda: list(made.glob("pulter-bench-*/*.sock")), "a daemon of the bench", seconds=60)
        bench.process.send_signal(number)
        try:
            code = bench.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            code = None
        check(code == 128 + number, f"it ended with {code}, not with {128 + number}")
        check(not list(made.iterdir()), f"left behind: {list(made.rglob('*'))}")
        # Its daemon was told to end, and does so when it has: nothing here waits for it.
        for _ in range(600):
            left = processes_of(made)
            if not left:
                return
            signal.sigtimedwait([], 0.05)
        check(not left, f"still running: {left}")


def ctrl_c_leaves_nothing():
    stopped_by(signal.SIGINT)


def sigterm_leaves_nothing():
    stopped_by(signal.SIGTERM)


if __name__ == "__main__":
    main([ctrl_c_leaves_nothing, sigterm_leaves_nothing])
