#!/usr/bin/env python3
"""Few descriptors and many webhooks: work waits its turn, and nothing fails for that."""
import os

import harness
from harness import SECRET, check, workplace

WEBHOOKS = int(os.environ.get("PULTER_TEST_WEBHOOKS", "1000"))
DESCRIPTORS = 256


def start_with(place, descriptors):
    """A daemon that may open so many descriptors, whatever it asks for."""
    return place.daemon(prefix=["sh", "-c", f'ulimit -n {descriptors}; exec "$0" "$@"']).wait_ready()


def a_thousand_webhooks_through_256_descriptors():
    with workplace() as place:
        receiver = place.receiver()
        daemon = start_with(place, DESCRIPTORS)
        importer = daemon.json("POST", "/v1/importers", {"name": "many"})["id"]
        for number in range(WEBHOOKS):
            daemon.json("POST", "/v1/webhooks", {"url": f"{receiver.url}/{number}", "secret": SECRET,
                                                 "templateId": importer})
        made = daemon.json("POST", f"/v1/imports?templateId={importer}&batchSize=2", b"name\na\nb\nc\n",
                           {"Content-Type": "text/csv"})
        most = 0

        def is_completed():
            nonlocal most
            most = max(most, len(os.listdir(f"/proc/{daemon.process.pid}/fd")))
            found = daemon.json("GET", f"/v1/imports/{made['id']}")
            check(found["state"] in ("queued", "delivering", "completed"), f"the import is {found['state']}")
            return found["state"] == "completed"

        daemon.await_(is_completed, "the end of the import", seconds=240)
        check(most <= DESCRIPTORS, f"{most} descriptors")
        summary, problems = receiver.stop()
        check(not problems, f"the receiver saw {problems}")
        check(summary["requests"] == 2 * WEBHOOKS and summary["repeats"] == 0, f"each batch once: {summary}")
        log = (place.folder / "pulterd.log").read_text()
        check("descriptor" not in log and "could not be accepted" not in log, "the log tells of a shortage")
        daemon.stop()


if __name__ == "__main__":
    harness.main([a_thousand_webhooks_through_256_descriptors])
