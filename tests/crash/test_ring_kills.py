#!/usr/bin/env python3
"""kill -9 at the n-th entry into the ring, one n after the other; the receiver's own record is the judge.

PULTER_TEST_KILLS (40) says how many, PULTER_TEST_FROM (1) the first n. PULTER_TEST_STEP (3) is the distance between two.
"""
import os
import subprocess

from crash_harness import (PULTER, HurtDaemon, await_all_completed, check, harness, injecting, judge, need_strace, skip,
                           write_rows)
from harness import make_webhook, reference_rows, workplace

KILLS = int(os.environ.get("PULTER_TEST_KILLS", "40"))
FROM = int(os.environ.get("PULTER_TEST_FROM", "1"))
STEP = int(os.environ.get("PULTER_TEST_STEP", "3"))


def hand_over(daemon, path):
    """The id of the import, where the daemon lived long enough to say one."""
    command = [PULTER, "--socket", daemon.socket, "import", path, "--batch-size", "20", "--detach"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()[0] if done.returncode == 0 else None


def kill_at_every_ring_entry():
    need_strace()
    with workplace() as place:
        path = write_rows(place.path("rows.csv"), 400)
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies, "--delay", "1")
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url, retrySchedule=[0, 0, 0, 1, 1])
        daemon.kill()
        acknowledged, killed = [], 0
        for number in range(KILLS):
            daemon = HurtDaemon(place, prefix=injecting(f"signal=SIGKILL:when={FROM + number * STEP}"))
            if number % 3 == 0:
                # The hand-over is under way while entries are counted: it may fail, and then nothing was promised.
                try:
                    daemon.await_(daemon.ready, "the start", seconds=5)
                    if import_id := hand_over(daemon, path):
                        acknowledged.append(import_id)
                except AssertionError:
                    pass
            if daemon.await_end(1.0):
                killed += 1
            else:
                daemon.kill()
        if killed == 0:
            skip("strace injects nothing here: the daemon was never killed by it")
        daemon = place.daemon().wait_ready()
        if not acknowledged:
            import_id = hand_over(daemon, path)
            check(import_id, "an import is accepted after the kills")
            acknowledged.append(import_id)
        await_all_completed(daemon)
        daemon.stop()
        _, problems = receiver.stop()
        check(not problems, f"the receiver saw: {problems}")
        counted = judge(receiver.journal_path, bodies, reference_rows(path), KILLS, acknowledged)
        print(f"entries {FROM}..{FROM + (KILLS - 1) * STEP}  killed there {killed} of {KILLS}  repeats "
              f"{counted['repeats']}  imports {counted['imports']}  receipts {counted['receipts']}", flush=True)


if __name__ == "__main__":
    harness.main([kill_at_every_ring_entry])
