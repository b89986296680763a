#!/usr/bin/env python3
"""Each way in which `pulter listen --chaos` misbehaves, and what becomes of an import then."""
import datetime
import json
import pathlib
import subprocess
import time

import harness
from harness import PULTER, SAMPLE, check, make_webhook, workplace

DELIVERED = ("500", "503-retry-after", "close-before-answer", "reset-before-answer", "close-after-answer", "slow")
HALTED = ("410", "400", "302")
# Answers that are no good: each batch comes again, and the second time it is answered.
REPEATED = ("slow-head", "slow-body", "no-answer", "huge-body", "endless-headers", "endless-header", "endless-interim",
            "chunk-extensions", "tiny-chunks", "endless-trailers", "two-lengths", "length-and-chunked", "bad-length",
            "length-list", "chunked-not-last", "unknown-coding", "bare-lf", "bare-cr", "nul", "folded-line",
            "space-before-colon", "bad-status", "bad-version", "close-in-head", "close-in-body", "reset-in-body", "101",
            "http-0.9", "http-2", "retry-after-negative", "retry-after-text", "retry-after-past")
# Strange answers that count all the same; and one that comes before the request was read, so it is no repeat.
COUNTED = ("endless-body", "gzip-body", "answer-in-advance", "close-unannounced", "204-with-body", "205", "http-1.0",
           "hostile-text", "cookies", "early-503")
ELSEWHERE = ("early-413", "retry-after-years")


def import_through(place, daemon, case):
    """One import through a receiver of its own: (exit code, its JSON, the receiver's summary)."""
    receiver = place.receiver("--chaos", case, name=case)
    template = daemon.json("POST", "/v1/importers", {"name": case})["id"]
    webhook = make_webhook(daemon, receiver.url, templateId=template, retrySchedule=[0, 0, 0],
                           timeoutMs=1000 if case in ("slow-head", "slow-body", "no-answer") else 30_000)
    done = place.pulter("--json", "import", SAMPLE, "--template", template, "--batch-size", "10000", daemon=daemon)
    check(done.stdout, f"{case}: no JSON: {done.stderr}")
    summary, problems = receiver.stop()
    check(not problems, f"{case}: the receiver saw {problems}")
    return done.returncode, json.loads(done.stdout), summary, webhook


def what_can_be_delivered_is():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        for case in DELIVERED:
            code, one, summary, _ = import_through(place, daemon, case)
            check((code, one["state"]) == (0, "completed"), f"{case}: exit {code}, {one}")
            check(summary["rows"] == 20000 and summary["importsComplete"] == 1, f"{case}: {summary}")
            repeats = 0 if case in ("close-after-answer", "slow") else 2
            check(summary["repeats"] == repeats, f"{case}: {summary['repeats']} repeats instead of {repeats}")


def what_cannot_be_delivered_halts():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        for case in HALTED:
            code, one, summary, webhook = import_through(place, daemon, case)
            check((code, one["state"]) == (1, "halted"), f"{case}: exit {code}, {one}")
            check(summary["requests"] == 1, f"{case}: {summary['requests']} requests")
            enabled = daemon.json("GET", f"/v1/webhooks/{webhook['id']}")["enabled"]
            check(enabled == (case != "410"), f"{case}: the webhook is {'enabled' if enabled else 'disabled'}")


def every_hostile_answer_is_survived():
    listed = subprocess.run([PULTER, "listen", "--help"], capture_output=True, text=True).stdout
    hostile = [line.split()[0] for line in listed.split("no decent server")[1].splitlines()[1:] if line.startswith("  ")]
    check(sorted(hostile) == sorted(REPEATED + COUNTED + ELSEWHERE), f"not tested: {hostile}")
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        for case in REPEATED + COUNTED:
            code, one, summary, _ = import_through(place, daemon, case)
            check((code, one["state"]) == (0, "completed"), f"{case}: exit {code}, {one}")
            check(summary["rows"] == 20000 and summary["importsComplete"] == 1, f"{case}: {summary}")
            repeats = 2 if case in REPEATED else 0
            check(summary["repeats"] == repeats, f"{case}: {summary['repeats']} repeats instead of {repeats}")
        code, one, summary, _ = import_through(place, daemon, "early-413")
        check((code, one["state"]) == (1, "halted") and summary["requests"] == 0, f"early-413: exit {code}, {one}")


def a_retry_after_of_years_is_capped():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        receiver = place.receiver("--chaos", "retry-after-years")
        make_webhook(daemon, receiver.url, retrySchedule=[0, 0])
        made = daemon.json("POST", "/v1/imports", SAMPLE.read_bytes(), {"Content-Type": "text/csv"})
        until, waiting = time.monotonic() + 20, None
        while waiting is None and time.monotonic() < until:
            events = daemon.json("GET", f"/v1/events?importId={made['id']}")["data"]
            waiting = next((each["nextAttemptAt"] for each in events if each["nextAttemptAt"]), None)
            time.sleep(0.02)
        check(waiting is not None, "no event waits for a retry")
        seconds = (datetime.datetime.fromisoformat(waiting.replace("Z", "+00:00"))
                   - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        # Jitter goes upward, by a fifth at most.
        check(86_300 < seconds < 1.2 * 86_400, f"the next attempt is in {seconds} s")


def refused_rows_can_be_had_as_csv():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        code, one, _, _ = import_through(place, daemon, "row-errors")
        check((code, one["rowErrors"]) == (0, 2000), f"exit {code}, {one}")
        errors = place.pulter("imports", "errors", one["id"], daemon=daemon)
        lines = errors.stdout.splitlines()
        check(lines[0].endswith(",_error") and lines[1].startswith("000001,"), f"errors.csv: {lines[:2]}")
        check("refused by --chaos row-errors" in lines[1], f"errors.csv: {lines[1]}")


def who_received_nothing_verified_nothing():
    listen = subprocess.Popen([PULTER, "listen", "--port", "0"], stdout=subprocess.PIPE, text=True)
    first = listen.stdout.readline()
    check(first.startswith("Listening on "), first)
    listen.terminate()
    said = listen.communicate(timeout=20)[0]
    check(listen.returncode == 0, f"exit {listen.returncode}")
    check(said.startswith("Received nothing in ") and "verified" not in said, said)


def tail_tells_what_happens():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        log = place.folder / "tail"
        with open(log, "w") as file:
            tail = subprocess.Popen([PULTER, "--socket", daemon.socket, "events", "tail", "--state", "delivered"],
                                    stdout=file)
        time.sleep(0.5)
        done = place.pulter("import", SAMPLE, daemon=daemon)
        check(done.returncode == 0, f"pulter import: {done.stderr}")
        until = time.monotonic() + 20
        while len(pathlib.Path(log).read_text().splitlines()) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        tail.terminate()
        tail.wait()
        lines = log.read_text().splitlines()
        check(len(lines) == 4 and "batch 4  5,000 rows" in lines[3], f"tail: {lines}")


if __name__ == "__main__":
    harness.main([what_can_be_delivered_is, what_cannot_be_delivered_halts, every_hostile_answer_is_survived,
                  a_retry_after_of_years_is_capped, refused_rows_can_be_had_as_csv,
                  who_received_nothing_verified_nothing, tail_tells_what_happens])
