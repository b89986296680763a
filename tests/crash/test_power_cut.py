#!/usr/bin/env python3
"""A power cut: the store lies on ext4 on a loop device; at the cut the device's image is copied as it is, without a
sync, and the daemon starts again on the copy. What was acknowledged must be there.

PULTER_TEST_CUTS (5) says how often, PULTER_TEST_SEED (the time) when. Needs root and loop devices.
"""
import os
import random
import shutil
import subprocess
import time

from crash_harness import HurtDaemon, await_all_completed, check, harness, judge, need_root, skip, write_rows
from harness import make_webhook, reference_rows, workplace

CUTS = int(os.environ.get("PULTER_TEST_CUTS", "5"))
SEED = int(os.environ.get("PULTER_TEST_SEED", str(time.time_ns())))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


class Disk:
    """An image file with ext4 on it, mounted."""

    def __init__(self, place):
        self.place = place
        self.image = place.path("disk.image")
        self.folder = place.path("disk")
        os.mkdir(self.folder)
        with open(self.image, "wb") as file:
            file.truncate(64 * 1024 * 1024)
        made = run("mkfs.ext4", "-q", "-F", self.image)
        if made.returncode != 0:
            skip(f"mkfs.ext4 does not work here: {made.stderr.strip()}")

    def mount(self):
        # Write-back soon and often, so that the image is caught in every state.
        mounted = run("mount", "-o", "loop,commit=1", self.image, self.folder)
        if mounted.returncode != 0:
            skip(f"a loop device cannot be mounted here: {mounted.stderr.strip()}")

    def cut(self):
        """The image as the device has it at this moment takes the place of the one in use."""
        copy = self.place.path("copy.image")
        shutil.copyfile(self.image, copy)
        return copy

    def unmount(self):
        run("umount", "-l", self.folder)

    def use(self, copy):
        os.replace(copy, self.image)


def power_cuts_lose_nothing_acknowledged():
    need_root("a loop device")
    print(f"seed {SEED}", flush=True)
    numbers = random.Random(SEED)
    with workplace() as place:
        path = write_rows(place.path("rows.csv"), 600)
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies, "--delay", "3")
        disk = Disk(place)
        disk.mount()
        try:
            daemon = HurtDaemon(place, data=disk.folder + "/data").wait_ready()
            make_webhook(daemon, receiver.url, retrySchedule=[0, 0, 1, 1])
            acknowledged = []
            for _ in range(CUTS):
                taken = place.pulter("import", path, "--batch-size", "20", "--detach", daemon=daemon)
                check(taken.returncode == 0, f"the import was not taken: {taken.stderr}")
                acknowledged.append(taken.stdout.splitlines()[0])
                time.sleep(0.4 * numbers.random())
                # What the daemon does until it is killed happened after the power was gone: stop it first.
                os.kill(daemon.process.pid, 19)
                copy = disk.cut()
                daemon.kill()
                disk.unmount()
                disk.use(copy)
                disk.mount()
                daemon = HurtDaemon(place, data=disk.folder + "/data").wait_ready()
            await_all_completed(daemon)
            daemon.stop()
            receiver.stop()
        finally:
            place.end_all()
            disk.unmount()
        counted = judge(receiver.journal_path, bodies, reference_rows(path), CUTS, acknowledged)
        print(f"power cuts {CUTS}  repeats {counted['repeats']}  imports {counted['imports']}  receipts "
              f"{counted['receipts']}", flush=True)


if __name__ == "__main__":
    harness.main([power_cuts_lose_nothing_acknowledged])
