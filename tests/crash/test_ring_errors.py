#!/usr/bin/env python3
"""io_uring_enter failing with EINTR, EAGAIN and EBUSY every few calls: nobody outside notices."""
from crash_harness import HurtDaemon, await_all_completed, check, harness, injecting, judge, need_strace, write_rows
from harness import make_webhook, reference_rows, workplace


def errors_of_the_ring_are_survived():
    need_strace()
    for error in ("EINTR", "EAGAIN", "EBUSY"):
        with workplace() as place:
            path = write_rows(place.path("rows.csv"), 300)
            bodies = place.path("bodies")
            receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies)
            daemon = HurtDaemon(place, prefix=injecting(f"error={error}:when=5+7")).wait_ready()
            make_webhook(daemon, receiver.url)
            taken = place.pulter("import", path, "--batch-size", "10", "--detach", daemon=daemon)
            check(taken.returncode == 0, f"{error}: the import was not taken: {taken.stderr}")
            await_all_completed(daemon)
            check(daemon.running(), f"{error}: the daemon ended")
            daemon.kill()
            receiver.stop()
            counted = judge(receiver.journal_path, bodies, reference_rows(path), 0, [taken.stdout.splitlines()[0]])
            print(f"{error}: receipts {counted['receipts']}  repeats {counted['repeats']}", flush=True)


if __name__ == "__main__":
    harness.main([errors_of_the_ring_are_survived])
