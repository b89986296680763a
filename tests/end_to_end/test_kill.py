#!/usr/bin/env python3
"""kill -9 of the daemon at random moments; the receiver's own record is the judge.

PULTER_TEST_KILLS (30) says how often, PULTER_TEST_SEED (the time) when. A run prints its seed.
"""
import os
import random
import subprocess
import threading
import time

import harness
from harness import PULTER, SAMPLE, check, make_webhook, reference_rows, workplace
from judge import judge

KILLS = int(os.environ.get("PULTER_TEST_KILLS", "30"))
SEED = int(os.environ.get("PULTER_TEST_SEED", str(time.time_ns())))


class Client:
    """Hands the sample over and remembers the id if one was given, whatever happens to the daemon meanwhile."""

    def __init__(self, daemon):
        self.import_id = None
        self.command = [PULTER, "--socket", daemon.socket, "import", str(SAMPLE), "--batch-size", "250", "--detach"]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        done = subprocess.run(self.command, capture_output=True, text=True, timeout=60)
        if done.returncode == 0:
            self.import_id = done.stdout.splitlines()[0]

    def join(self):
        self.thread.join()
        return self.import_id


def kill_at_random_moments():
    print(f"seed {SEED}", flush=True)
    numbers = random.Random(SEED)
    rows = reference_rows(SAMPLE)
    with workplace() as place:
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies, "--delay", "4")
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url, retrySchedule=[0, 1, 1, 1, 1])
        acknowledged = []
        clients = []
        for kill in range(KILLS):
            # The kill falls anywhere: while a file is handed over, between batches, inside one, and (where nobody
            # waits for the start) inside the recovery from the kill before.
            if kill % 4 == 0 or numbers.random() < 0.8:
                daemon.await_(daemon.ready, "the daemon's restart")
            if kill % 4 == 0:
                clients.append(Client(daemon))
                if kill % 8 == 0:  # every second hand-over is left to end, so that there is something to deliver
                    clients[-1].join()
            time.sleep(0.2 * numbers.random())
            check(daemon.running(), "the daemon ended by itself")
            daemon.kill()
            daemon = place.daemon()
        for client in clients:
            if import_id := client.join():
                acknowledged.append(import_id)
        daemon.wait_ready()
        check(acknowledged, "no import was accepted between the kills: nothing was proved")
        deadline = time.monotonic() + 120
        while unfinished := [one for one in daemon.json("GET", "/v1/imports")["data"]
                             if one["state"] not in ("completed", "receiving")]:
            check(time.monotonic() < deadline, f"unfinished after the last kill: {unfinished}")
            time.sleep(0.05)
        daemon.stop()
        summary, problems = receiver.stop()
        check(not problems, f"the receiver saw: {problems}")
        counted = judge(receiver.journal_path, bodies, rows, KILLS, acknowledged)
        check(summary["rows"] == counted["imports"] * len(rows), f"the receiver counted {summary}")
        print(f"kills {KILLS}  repeats {counted['repeats']}  imports {counted['imports']}  batches {counted['batches']}"
              f"  receipts {counted['receipts']}  accepted {len(acknowledged)}", flush=True)


if __name__ == "__main__":
    harness.main([kill_at_random_moments])
