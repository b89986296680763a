#!/usr/bin/env python3
"""The daemon's anonymous memory stays under 64 MB while a large file passes: test_memory.py [MEGABYTES]."""
import sys
import threading
import time

from harness import SAMPLE, check, make_webhook, workplace

MEGABYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
LIMIT = 64 * 1000 * 1000


def write_large_file(path, megabytes):
    """The sample's rows over and over; returns the number of rows."""
    header, _, rows = SAMPLE.read_bytes().partition(b"\n")
    times = megabytes * 1_000_000 // len(rows) + 1
    with open(path, "wb") as file:
        file.write(header + b"\n")
        for _ in range(times):
            file.write(rows)
    return times * 20_000


class Peak(threading.Thread):
    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.watched, self.bytes, self.done = daemon, 0, False
        self.start()

    def run(self):
        while not self.done and self.watched.running():
            self.bytes = max(self.bytes, self.watched.anonymous_bytes())
            time.sleep(0.01)


def memory_is_bounded():
    with workplace() as place:
        path = place.path("large.csv")
        rows = write_large_file(path, MEGABYTES)
        receiver = place.receiver("--no-verify", secret=None)
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        peak = Peak(daemon)
        started = time.monotonic()
        done = place.pulter("import", path, daemon=daemon, timeout=600)
        took = time.monotonic() - started
        peak.done = True
        check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
        print(f"{MEGABYTES} MB, {rows} rows: peak anonymous memory {peak.bytes / 1e6:.1f} MB, {took:.1f} s, "
              f"{daemon.cpu_seconds():.1f} CPU-seconds", flush=True)
        check(0 < peak.bytes <= LIMIT, f"anonymous memory reached {peak.bytes / 1e6:.1f} MB")
        receiver.stop()


if __name__ == "__main__":
    memory_is_bounded()
