#!/usr/bin/env python3
"""A disk without room: uploads are refused with the reason, lanes hold what they have, /readyz says it, and all goes on
by itself when there is room again."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import time

from crash_harness import HurtDaemon, await_all_completed, check, harness, judge, need_root, skip, write_rows
from harness import make_webhook, reference_rows, workplace

JOURNAL = 4 * 1024 * 1024  # made whole at the start
ROOM = 24 * 1024 * 1024
DISK = ROOM + JOURNAL


@contextlib.contextmanager
def small_disk(place):
    folder = place.path("disk")
    os.mkdir(folder)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield pathlib.Path(folder)
    finally:
        place.end_all()
        subprocess.run(["umount", "-l", folder], check=False)


def fill(disk):
    """Takes all the room there is; gives the file to be removed."""
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
    return filler


def uploads_over_the_room_are_refused():
    need_root("a disk of its own")
    with workplace() as place, small_disk(place) as disk:
        daemon = HurtDaemon(place, data=str(disk / "data")).wait_ready()
        receiver = place.receiver()
        make_webhook(daemon, receiver.url)
        status, answer = daemon.request("POST", "/v1/imports", body=b"a,b\n" + b"1,2\n" * (ROOM // 4),
                                        headers={"Content-Type": "text/csv"})
        check(status == 507, f"an upload over the room was answered {status}: {answer}")
        check(b"disk" in answer.lower() or b"room" in answer.lower(), f"the answer does not say why: {answer}")
        small = write_rows(place.path("small.csv"), 50)
        taken = place.pulter("import", small, daemon=daemon)
        check(taken.returncode == 0, f"after the refusal there is room: {taken.stdout}{taken.stderr}")
        left = [each.name for each in (disk / "data").rglob("*") if each.is_file() and each.stat().st_size > DISK // 4]
        check(not [name for name in left if "db" not in name and "sqlite" not in name], f"half an upload stayed: {left}")


def lanes_hold_while_the_disk_is_full():
    need_root("a disk of its own")
    with workplace() as place, small_disk(place) as disk:
        rows = write_rows(place.path("rows.csv"), 2000)
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies, "--delay", "20")
        daemon = HurtDaemon(place, data=str(disk / "data")).wait_ready()
        make_webhook(daemon, receiver.url)
        taken = place.pulter("import", rows, "--batch-size", "10", "--detach", daemon=daemon)
        check(taken.returncode == 0, f"the import was not taken: {taken.stderr}")
        time.sleep(0.5)
        filler = fill(disk)
        daemon.await_(lambda: daemon.request("GET", "/readyz")[0] == 503, "/readyz says that the disk is full", seconds=30)
        reason = daemon.request("GET", "/readyz")[1]
        check(b"full" in reason or b"room" in reason, f"/readyz does not say why: {reason}")
        status, answer = daemon.request("POST", "/v1/imports", body=b"a\n1\n", headers={"Content-Type": "text/csv"})
        check(status in (503, 507), f"an upload to a full disk was answered {status}: {answer}")
        before = pathlib.Path(receiver.journal_path).read_text().count("\n")
        time.sleep(2)
        after = pathlib.Path(receiver.journal_path).read_text().count("\n")
        check(after - before <= 1, f"{after - before} requests left while their answers could not be stored")
        filler.unlink()
        await_all_completed(daemon)
        daemon.await_(daemon.ready, "/readyz says that all is well again")
        daemon.stop()
        receiver.stop()
        counted = judge(receiver.journal_path, bodies, reference_rows(rows), 0, [taken.stdout.splitlines()[0]])
        print(f"receipts {counted['receipts']}  repeats {counted['repeats']}", flush=True)


def a_file_size_limit_is_no_end():
    if shutil.which("prlimit") is None:
        skip("prlimit is not installed (util-linux)")
    with workplace() as place:
        daemon = HurtDaemon(place, prefix=["prlimit", "--fsize=2000000"]).wait_ready()
        receiver = place.receiver()
        make_webhook(daemon, receiver.url)
        status, answer = daemon.request("POST", "/v1/imports", body=b"a,b\n" + b"1,2\n" * 1_000_000,
                                        headers={"Content-Type": "text/csv"})
        check(daemon.running(), "the daemon ended over a file size limit (SIGXFSZ)")
        check(status in (413, 500, 503, 507), f"an upload over the file size limit was answered {status}: {answer}")
        small = write_rows(place.path("small.csv"), 50)
        taken = place.pulter("import", small, daemon=daemon)
        check(taken.returncode == 0, f"a small import passes all the same: {taken.stdout}{taken.stderr}")


if __name__ == "__main__":
    harness.main([uploads_over_the_room_are_refused, lanes_hold_while_the_disk_is_full, a_file_size_limit_is_no_end])
