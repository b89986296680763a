#!/usr/bin/env python3
"""The database file in trouble: locked by another program, overwritten with noise while the daemon runs, no database at
all. Each leads to a stated behaviour: 503 or 507 with the reason, /readyz says it, reading goes on where it can, and it
recovers by itself where it can."""
import os
import pathlib
import sqlite3
import time

from crash_harness import HurtDaemon, await_all_completed, check, harness, judge, write_rows
from harness import PULTERD, make_webhook, reference_rows, workplace

CSV = {"Content-Type": "text/csv"}


def database_of(daemon):
    found = [each for each in pathlib.Path(daemon.data).iterdir() if each.suffix in (".db", ".sqlite", ".sqlite3")]
    check(len(found) == 1, f"one database was expected in {daemon.data}: {list(pathlib.Path(daemon.data).iterdir())}")
    return found[0]


def a_lock_is_waited_for():
    with workplace() as place:
        rows = write_rows(place.path("rows.csv"), 400)
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies, "--delay", "5")
        daemon = HurtDaemon(place).wait_ready()
        make_webhook(daemon, receiver.url)
        taken = place.pulter("import", rows, "--batch-size", "10", "--detach", daemon=daemon)
        check(taken.returncode == 0, f"the import was not taken: {taken.stderr}")
        other = sqlite3.connect(database_of(daemon), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        # SQLite waits five seconds for the lock, then says so.
        daemon.await_(lambda: daemon.request("GET", "/readyz")[0] == 503, "/readyz says that the file is locked", seconds=20)
        reason = daemon.request("GET", "/readyz")[1]
        check(b"lock" in reason, f"/readyz does not say why: {reason}")
        status, answer = daemon.request("POST", "/v1/imports", body=b"a\n1\n", headers=CSV)
        check(status == 503 and b"lock" in answer, f"an upload to a locked store was answered {status}: {answer}")
        check(daemon.request("GET", "/v1/imports")[0] == 200, "reading goes on")
        other.execute("ROLLBACK")
        other.close()
        await_all_completed(daemon)
        daemon.await_(daemon.ready, "/readyz says that all is well again")
        daemon.stop()
        receiver.stop()
        judge(receiver.journal_path, bodies, reference_rows(rows), 0, [taken.stdout.splitlines()[0]])


def noise_in_the_file_stops_writing():
    with workplace() as place:
        daemon = HurtDaemon(place).wait_ready()
        receiver = place.receiver()
        make_webhook(daemon, receiver.url)
        taken = place.pulter("import", write_rows(place.path("rows.csv"), 50), daemon=daemon)
        check(taken.returncode == 0, f"the import was not delivered: {taken.stderr}")
        daemon.stop()
        path = database_of(daemon)
        size = path.stat().st_size
        with open(path, "r+b") as file:
            # The schema's page stays, so that the file opens; every other page is noise.
            file.seek(4096)
            file.write(os.urandom(size - 4096))
        daemon = HurtDaemon(place)
        until = time.monotonic() + 15
        while daemon.running() and time.monotonic() < until:
            try:
                status, answer = daemon.request("POST", "/v1/imports", body=b"a\n1\n", headers=CSV)
            except OSError:
                time.sleep(0.02)
                continue
            check(status in (500, 503), f"an upload to a damaged store was answered {status}: {answer}")
            check(daemon.request("GET", "/readyz")[0] == 503, "/readyz says that the store is damaged")
            break
        log = pathlib.Path(place.path("pulterd.log")).read_text(errors="replace")
        check("damaged" in log, f"the log does not say what is wrong: {log[-1500:]}")
        check("check failed" not in log, f"a bug was met: {log[-1500:]}")


def no_database_is_refused_at_the_start():
    with workplace() as place:
        daemon = HurtDaemon(place).wait_ready()
        daemon.stop()
        path = database_of(daemon)
        for suffix in ("-wal", "-shm"):
            pathlib.Path(str(path) + suffix).unlink(missing_ok=True)
        path.write_text("this is no database, it is a letter to whoever looks\n" * 200)
        daemon = HurtDaemon(place)
        check(daemon.await_end(15), f"{PULTERD} serves a store that is no database")
        check(daemon.process.returncode == 1, f"exit code {daemon.process.returncode}")
        log = pathlib.Path(place.path("pulterd.log")).read_text(errors="replace")
        check("is damaged or is no Pulter database" in log, f"the last line does not say why: {log[-800:]}")


if __name__ == "__main__":
    harness.main([a_lock_is_waited_for, noise_in_the_file_stops_writing, no_database_is_refused_at_the_start])
