#!/usr/bin/env python3
"""Every way to get a file in (contract, section 6) delivers the same rows; then what the API shows of it."""
import gzip
import json
import os
import pathlib
import socket
import subprocess
import threading

import harness
from harness import SAMPLE, check, make_webhook, reference_rows, workplace

BATCH_SIZE = 1000


def curl(daemon, *arguments, stdin=None):
    done = subprocess.run(["curl", "-sS", "--fail-with-body", "--max-time", "60", "--unix-socket", daemon.socket,
                           *map(str, arguments)], input=stdin, capture_output=True)
    check(done.returncode == 0, f"curl {arguments}: {done.stderr.decode()} {done.stdout.decode()}")
    return json.loads(done.stdout)


def by_body(daemon):
    return curl(daemon, "-H", "Content-Type: text/csv", "--data-binary", f"@{SAMPLE}",
                f"http://pulter/v1/imports?batchSize={BATCH_SIZE}&fileName=a.csv&user=%7B%22id%22%3A%22u1%22%7D")


def by_chunks(daemon):
    return curl(daemon, "-X", "POST", "-H", "Content-Type: text/csv", "-H", "Transfer-Encoding: chunked", "-T", "-",
                f"http://pulter/v1/imports?batchSize={BATCH_SIZE}", stdin=SAMPLE.read_bytes())


def by_path(daemon):
    body = {"batchSize": BATCH_SIZE, "source": {"path": str(SAMPLE)}}
    return curl(daemon, "-H", "Content-Type: application/json", "-d", json.dumps(body), "http://pulter/v1/imports")


def in_two_steps(daemon):
    made = curl(daemon, "-H", "Content-Type: application/json", "-d", json.dumps({"batchSize": BATCH_SIZE}),
                "http://pulter/v1/imports")
    check(made["state"] == "receiving", f"an import without a source is {made['state']}")
    curl(daemon, "-X", "PUT", "-H", "Content-Type: text/csv", "--data-binary", f"@{SAMPLE}",
         f"http://pulter/v1/imports/{made['id']}/content")
    return made


def by_descriptor(daemon, place):
    done = place.pulter("--json", "import", SAMPLE, "--batch-size", BATCH_SIZE, daemon=daemon)
    check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def by_standard_input(daemon, place):
    done = place.pulter("--json", "import", "-", "--batch-size", BATCH_SIZE, stdin=SAMPLE.read_bytes(), daemon=daemon)
    check(done.returncode == 0, f"pulter import -: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def by_passed_pipe(daemon):
    """The read end of a pipe beside the request: what is read of it is gone, so nothing may be read twice."""
    body = json.dumps({"batchSize": BATCH_SIZE, "source": {"fd": True}}).encode()
    head = (b"POST /v1/imports HTTP/1.1\r\nHost: pulter\r\nConnection: close\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body))
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as into, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(60)
        connection.connect(daemon.socket)
        socket.send_fds(connection, [head + body], [read_end])
        os.close(read_end)
        threading.Thread(target=lambda: (into.write(SAMPLE.read_bytes()), into.close())).start()
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    check(answer.startswith(b"HTTP/1.1 201 "), f"a passed pipe: {answer.decode(errors='replace')}")
    return json.loads(answer.split(b"\r\n\r\n", 1)[1])


def packed_for_its_way(daemon):
    return curl(daemon, "-H", "Content-Type: text/csv", "-H", "Content-Encoding: gzip", "--data-binary", "@-",
                f"http://pulter/v1/imports?batchSize={BATCH_SIZE}", stdin=gzip.compress(SAMPLE.read_bytes()))


def packed_file(daemon, place):
    path = pathlib.Path(place.path("sample.csv.gz"))
    path.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    done = place.pulter("--json", "import", path, "--batch-size", BATCH_SIZE, daemon=daemon)
    check(done.returncode == 0, f"pulter import {path}: {done.stdout}{done.stderr}")
    made = json.loads(done.stdout)
    check(made["bytes"] == path.stat().st_size, f"a packed file keeps its length: {made['bytes']}")
    check([note["code"] for note in made["notes"]] == ["unpacked"], f"notes: {made['notes']}")
    status, content = daemon.request("GET", f"/v1/imports/{made['id']}/content")
    check((status, content) == (200, path.read_bytes()), f"the packed file: {status}, {len(content)} bytes")
    return made


def delivered_rows(bodies, import_id):
    """(the first body's envelope, all rows) of one import, from the receiver's record."""
    rows, first = [], None
    for path in sorted(pathlib.Path(bodies).iterdir()):
        body = json.loads(path.read_bytes())
        if body["id"] != import_id:
            continue
        first = first or body
        rows += body["data"]
    return first, rows


def every_way_in():
    expected = reference_rows(SAMPLE)
    with workplace() as place:
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies)
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        made = {
            "body": by_body(daemon),
            "chunks": by_chunks(daemon),
            "path": by_path(daemon),
            "two steps": in_two_steps(daemon),
            "descriptor": by_descriptor(daemon, place),
            "standard input": by_standard_input(daemon, place),
            "passed pipe": by_passed_pipe(daemon),
            "packed for its way": packed_for_its_way(daemon),
            "packed file": packed_file(daemon, place),
        }
        for way, one in made.items():
            done = daemon.await_import(one["id"])
            check(done["totalRows"] == len(expected), f"{way}: totalRows is {done['totalRows']}")
            check(done["count"] == done["delivered"] == len(expected) // BATCH_SIZE, f"{way}: {done}")
            check(done["dataSync"] is True, f"{way}: dataSync is not true by default")
            check(way == "packed file" or done["bytes"] == SAMPLE.stat().st_size, f"{way}: bytes is {done['bytes']}")
            envelope, rows = delivered_rows(bodies, one["id"])
            check(list(envelope) == ["id", "templateId", "index", "count", "totalRows", "event_name", "data", "user",
                                     "metadata"], f"{way}: the keys are {list(envelope)}")
            check(len({row.pop("__index") for row in rows}) == len(expected), f"{way}: row ids are not unique")
            check(rows == expected, f"{way}: the rows are not those of the file")
        check(daemon.json("GET", f"/v1/imports/{made['body']['id']}")["user"] == {"id": "u1"}, "user was not kept")
        status, content = daemon.request("GET", f"/v1/imports/{made['chunks']['id']}/content")
        check((status, content) == (200, SAMPLE.read_bytes()), f"the original file: {status}, {len(content)} bytes")
        summary, problems = receiver.stop()
        check(not problems and summary["notVerified"] == 0, f"the receiver saw {problems} and counted {summary}")
        daemon.stop()


def an_idempotency_key_gives_the_first_import_again():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "once"}
        first = daemon.json("POST", "/v1/imports", b"a,b\n1,2\n", headers)
        again = daemon.json("POST", "/v1/imports", b"a,b\n1,2\n", headers)
        check(first["id"] == again["id"], f"two imports under one key: {first['id']} and {again['id']}")
        daemon.await_import(first["id"])
        check(receiver.stop()[0]["batches"] == 1, "the repeat was delivered too")


def an_announced_limit_holds_for_the_content():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        made = daemon.json("POST", "/v1/imports", {"maxFileSize": 20})
        content = f"/v1/imports/{made['id']}/content"
        for body in (b"a,b\n" + b"1,2\n" * 5, gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)):
            status, answer = daemon.request("PUT", content, body, {"Content-Type": "text/csv"})
            check((status, json.loads(answer)["code"]) == (413, "file_too_large"), f"{status}: {answer}")
        check(daemon.json("GET", f"/v1/imports/{made['id']}")["state"] == "receiving", "a refusal ended the import")
        daemon.json("PUT", content, b"a,b\n1,2\n", {"Content-Type": "text/csv"})
        daemon.await_import(made["id"])
        check(receiver.stop()[0]["rows"] == 1, "the content that was within the limit was not delivered")


def the_log_tells_what_happened():
    with workplace() as place:
        receiver = place.receiver("--fail", "1:500")
        daemon = place.daemon().wait_ready()
        webhook = make_webhook(daemon, receiver.url, retrySchedule=[0, 1])
        check(webhook["secret"] == harness.SECRET, "the answer to POST has the secret")
        check("secret" not in daemon.json("GET", f"/v1/webhooks/{webhook['id']}"), "a secret in the answer to GET")
        made = daemon.json("POST", "/v1/imports", b"a,b\n1,2\n", {"Content-Type": "text/csv"})
        done = daemon.await_import(made["id"])
        check([lane["webhookId"] for lane in done["webhooks"]] == [webhook["id"]], f"lanes: {done['webhooks']}")
        events = daemon.json("GET", f"/v1/events?importId={made['id']}")["data"]
        check(len(events) == 1 and events[0]["state"] == "delivered", f"events: {events}")
        check(events[0]["attempts"] == 2 and events[0]["lastStatus"] == 200, f"event: {events[0]}")
        attempts = daemon.json("GET", f"/v1/events/{events[0]['id']}/attempts")["data"]
        by_number = {one["number"]: one for one in attempts}
        check(by_number[1]["status"] == 500 and by_number[1]["outcome"] == "refused", f"first attempt: {by_number[1]}")
        check(by_number[2]["status"] == 200 and by_number[2]["trigger"] == "retry", f"second attempt: {by_number[2]}")
        check(by_number[1]["bodyDigest"] == by_number[2]["bodyDigest"], "the retry had other bytes")
        for command in (["events", "list"], ["events", "attempts", events[0]["id"]], ["imports", "list"],
                        ["imports", "show", made["id"]], ["webhooks", "list"], ["importers", "list"]):
            shown = place.pulter(*command, daemon=daemon)
            check(shown.returncode == 0 and shown.stdout, f"pulter {command}: {shown.stdout}{shown.stderr}")
        receiver.stop()


if __name__ == "__main__":
    harness.main([every_way_in, an_idempotency_key_gives_the_first_import_again,
                  an_announced_limit_holds_for_the_content, the_log_tells_what_happened])
