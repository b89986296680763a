#!/usr/bin/env python3
"""/metrics: well-formed Prometheus text whose figures agree with what the receiver and the log say."""
import re

import harness
from harness import SAMPLE, SECRET, check, workplace

SAMPLE_LINE = re.compile(r'([a-z_]+)(?:\{([a-z]+="[^"]*")\})? (-?[0-9]+(?:\.[0-9]+)?)$')


def scrape(daemon):
    """Every sample by its name and label; a line that is none is an error, and so is a sample without its family."""
    status, body = daemon.request("GET", "/metrics")
    check(status == 200, f"/metrics answered {status}")
    text = body.decode()
    check(text.endswith("\n"), "the last line has no end")
    samples, families, helped = {}, {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ", 3)[2])
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            check(name in helped and name not in families, f"{name}: help missing, or given twice")
            families[name] = kind
            continue
        found = SAMPLE_LINE.match(line)
        check(found, f"not a sample: {line!r}")
        name, label, value = found.groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        check(families.get(name) in ("counter", "gauge") or families.get(family) == "histogram", f"no family: {line!r}")
        key = name + (f"{{{label}}}" if label else "")
        check(key not in samples, f"twice: {key}")
        samples[key] = float(value)
    return samples


def figures_follow_a_delivery():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        before = scrape(daemon)
        check(before['pulter_attempts_total{outcome="delivered"}'] == 0, "attempts before the first import")
        daemon.json("POST", "/v1/webhooks", {"url": receiver.url, "secret": SECRET})
        done = place.pulter("import", SAMPLE, "--batch-size", "1000", daemon=daemon)
        check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
        after = scrape(daemon)
        check(set(before) == set(after), f"series came or went: {set(before) ^ set(after)}")
        summary, problems = receiver.stop()
        check(problems == [], f"{problems}")
        expected = {
            'pulter_attempts_total{outcome="delivered"}': 20, "pulter_batches_delivered_total": 20,
            "pulter_rows_delivered_total": 20000, "pulter_connections_total": 1, "pulter_tls_handshakes_total": 0,
            "pulter_attempt_seconds_count": 20, 'pulter_attempt_seconds_bucket{le="+Inf"}': 20,
            'pulter_imports{state="completed"}': 1, 'pulter_imports{state="halted"}': 0, "pulter_halts_total": 0,
            "pulter_requests_in_flight": 0, "pulter_ready": 1,
        }
        for name, value in expected.items():
            check(after[name] == value, f"{name} is {after[name]}, not {value}")
        events = daemon.json("GET", "/v1/events?limit=200")["data"]
        check(after["pulter_body_bytes_total"] == sum(event["bodyBytes"] for event in events), "body bytes")
        buckets = [value for name, value in after.items() if name.startswith("pulter_attempt_seconds_bucket")]
        check(buckets == sorted(buckets), f"buckets do not count from below: {buckets}")


def a_halt_is_counted_and_shown():
    with workplace() as place:
        receiver = place.receiver("--chaos", "400")
        daemon = place.daemon().wait_ready()
        done = place.pulter("import", SAMPLE, "--webhook-url", receiver.url, daemon=daemon)
        check(done.returncode == 1, f"pulter import: {done.stdout}{done.stderr}")
        figures = scrape(daemon)
        check(figures["pulter_halts_total"] == 1, "halts")
        check(figures['pulter_imports{state="halted"}'] == 1, "halted imports")
        check(figures['pulter_attempts_total{outcome="refused"}'] == 1, "refused attempts")


if __name__ == "__main__":
    harness.main([figures_follow_a_delivery, a_halt_is_counted_and_shown])
