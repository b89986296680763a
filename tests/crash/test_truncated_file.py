#!/usr/bin/env python3
"""The spooled file is cut short under the daemon's mapping, at each page and between batches: the import says so, the
daemon and every other import go on.

PULTER_TEST_PAGES (6) says at how many page boundaries.
"""
import json
import os
import pathlib
import time

from crash_harness import check, harness, write_rows
from harness import make_webhook, workplace

PAGES = int(os.environ.get("PULTER_TEST_PAGES", "6"))


def largest_file(folder):
    spooled = [each for each in pathlib.Path(folder).rglob("*") if each.is_file() and not each.name.startswith("pulter.")
               and "sqlite" not in each.name and ".db" not in each.name]
    return max(spooled, key=lambda each: each.stat().st_mtime)


def cut_under_the_mapping():
    with workplace() as place:
        path = write_rows(place.path("rows.csv"), 3000)
        size = os.path.getsize(path)
        receiver = place.receiver("--delay", "15")
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url, retrySchedule=[0, 0])
        halted = 0
        for step in range(PAGES):
            at = (size * step // PAGES) // 4096 * 4096 + (0 if step % 2 == 0 else 1)
            taken = place.pulter("import", path, "--batch-size", "100", "--detach", daemon=daemon)
            check(taken.returncode == 0, f"the import was not taken: {taken.stderr}")
            import_id = taken.stdout.splitlines()[0]
            time.sleep(0.05)
            os.truncate(largest_file(daemon.data), at)
            until = time.monotonic() + 30
            while (found := daemon.json("GET", f"/v1/imports/{import_id}"))["state"] in ("queued", "delivering", "receiving"):
                check(time.monotonic() < until, f"cut at byte {at}: no end of the import: {found}")
                time.sleep(0.02)
            check(daemon.running(), f"cut at byte {at}: the daemon ended")
            if found["state"] == "halted":
                halted += 1
                event_id = next(lane["haltedEventId"] for lane in found["webhooks"] if lane["haltedEventId"])
                attempts = daemon.json("GET", f"/v1/events/{event_id}/attempts")["data"]
                why = attempts[-1]["error"]
                check("could not be read" in why or "cut short" in why, f"cut at byte {at}: the log says {why}")
            else:
                check(found["state"] in ("completed", "failed"), f"cut at byte {at}: {json.dumps(found)}")
        check(halted > 0, "no import met its cut: nothing was proved")
        last = place.pulter("import", path, "--batch-size", "1000", daemon=daemon)
        check(last.returncode == 0, f"an import of a whole file passes afterwards: {last.stdout}{last.stderr}")
        daemon.stop()
        print(f"cuts {PAGES}  halted {halted}", flush=True)


if __name__ == "__main__":
    harness.main([cut_under_the_mapping])
