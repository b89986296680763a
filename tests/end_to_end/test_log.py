#!/usr/bin/env python3
"""The event log and the response log of a real daemon: every field that is promised, filters, cursors, exact bodies,
resends, `events tail`, and the commands as text and as JSON; retention by bytes."""
import base64
import hashlib
import hmac
import json
import select
import subprocess

from harness import PULTER, SECRET, check, main, make_webhook, workplace

EVENT = {"id", "createdAt", "importId", "webhookId", "name", "index", "firstRow", "rows", "bodyBytes", "bodyDigest", "state",
         "attempts", "lastStatus", "nextAttemptAt", "deliveredAt"}
ATTEMPT = {"id", "createdAt", "number", "trigger", "startedAt", "durationMs", "phases", "remoteAddress", "requestHeaders",
           "bodyBytes", "bodyDigest", "status", "responseHeaders", "responseBody", "outcome", "error"}
PHASES = {"dnsMs", "connectMs", "tlsMs", "sendMs", "waitMs", "receiveMs"}


def write_rows(place, rows):
    path = place.path("rows.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("name,age\n" + "".join(f"n{row},{row % 90}\n" for row in range(1, rows + 1)))
    return path


def delivered_import(place, daemon, rows=25, batch=10, *flags):
    done = place.pulter("--json", "import", write_rows(place, rows), "--batch-size", batch, "--detach", *flags, daemon=daemon)
    check(done.returncode == 0, f"the import was not taken: {done.stderr}")
    return json.loads(done.stdout)["id"]


def fields_filters_and_cursors():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        receiver = place.receiver()
        webhook = make_webhook(daemon, receiver.url, events=["all", "import.completed"])
        first = delivered_import(place, daemon)
        daemon.await_import(first)
        second = delivered_import(place, daemon)
        daemon.await_import(second)
        events = daemon.json("GET", f"/v1/events?importId={first}")["data"]
        check([each["name"] for each in events] == ["import.completed", "all", "all", "all"], f"newest first: {events}")
        for event in events:
            check(EVENT <= set(event), f"an event lacks {EVENT - set(event)}")
            check(event["importId"] == first and event["webhookId"] == webhook["id"], f"whose it is: {event}")
            check(event["state"] == "delivered" and event["attempts"] == 1 and event["lastStatus"] == 200, f"{event}")
            check(event["nextAttemptAt"] is None and event["deliveredAt"], f"{event}")
        last = events[1]
        check((last["index"], last["firstRow"], last["rows"]) == (3, 21, 5), f"the last batch: {last}")
        log = daemon.json("GET", f"/v1/events/{last['id']}/attempts")["data"]
        check(len(log) == 1 and ATTEMPT <= set(log[0]), f"an attempt lacks {ATTEMPT - set(log[0])}")
        attempt = log[0]
        check(PHASES <= set(attempt["phases"]), f"phases lack {PHASES - set(attempt['phases'])}")
        check((attempt["number"], attempt["trigger"], attempt["outcome"], attempt["status"]) == (1, "delivery", "delivered", 200),
              f"{attempt}")
        check(receiver.url.startswith(f"http://{attempt['remoteAddress']}/"), f"{attempt['remoteAddress']} is not {receiver.url}")
        headers = {name.lower(): value for name, value in attempt["requestHeaders"].items()}
        status, body = daemon.request("GET", f"/v1/events/{last['id']}/body")
        check(status == 200 and len(body) == last["bodyBytes"] == attempt["bodyBytes"], "the exact body")
        check([row["name"] for row in json.loads(body)["data"]] == [f"n{row}" for row in range(21, 26)], "its rows")
        check(attempt["bodyDigest"] == last["bodyDigest"] and last["bodyDigest"].startswith("xxh3:"), "the digest of what was sent is that of the event")
        text = f"{last['id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        check(headers["webhook-signature"] == "v1," + signature, "the logged signature is that of the exact body")

        for query, count in ((f"importId={first}", 4), (f"webhookId={webhook['id']}", 8), ("state=delivered", 8), ("state=halted", 0),
                             ("name=import.completed", 2), (f"importId={second}&name=all", 3)):
            found = daemon.json("GET", "/v1/events?" + query)["data"]
            check(len(found) == count, f"{query}: {len(found)} events, not {count}")
        seen, cursor = [], ""
        while cursor is not None:
            page = daemon.json("GET", "/v1/events?limit=3" + (f"&cursor={cursor}" if cursor else ""))
            check(len(page["data"]) <= 3, "a page keeps its limit")
            seen += [each["id"] for each in page["data"]]
            cursor = page["next"]
        check(len(seen) == len(set(seen)) == 8, f"pages of 3: {seen}")
        status, refusal = daemon.request("GET", "/v1/events?state=lost")
        check(status == 422 and json.loads(refusal)["code"] == "bad_value", f"a state that does not exist: {status} {refusal}")
        daemon.stop()


def resends_are_the_same_bytes():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        bodies = place.path("bodies")
        receiver = place.receiver("--journal", place.path("receiver.journal"), "--save", bodies)
        make_webhook(daemon, receiver.url)
        import_id = delivered_import(place, daemon, 30, 10)
        before = daemon.await_import(import_id)
        events = daemon.json("GET", f"/v1/events?importId={import_id}")["data"]
        one = events[-1]
        status, body = daemon.request("GET", f"/v1/events/{one['id']}/body")
        done = place.pulter("events", "resend", one["id"], daemon=daemon)
        check(done.returncode == 0, f"events resend: {done.stderr}")
        attempts = lambda event: daemon.json("GET", f"/v1/events/{event['id']}/attempts")["data"]
        daemon.await_(lambda: len(attempts(one)) == 2, "the resend")
        again = attempts(one)[1]
        check((again["trigger"], again["bodyDigest"], again["number"]) == ("resend", one["bodyDigest"], 2), f"{again}")
        check(daemon.request("GET", f"/v1/events/{one['id']}/body") == (status, body), "the body is what it was")
        plan = daemon.json("POST", "/v1/events/resend", {"filter": {"importId": import_id}, "dryRun": True})
        check(plan["count"] == 3 and plan["rows"] == 30, f"a dry run says how many: {plan}")
        # What were sent would stand before this one in the lane.
        test = daemon.json("POST", f"/v1/webhooks/{one['webhookId']}/test")
        daemon.await_(lambda: attempts(test), "the test event")
        check([len(attempts(each)) for each in events] == [1, 1, 2], "a dry run sends nothing")
        daemon.json("POST", "/v1/events/resend", {"filter": {"importId": import_id}})
        daemon.await_(lambda: all(len(attempts(each)) >= 2 for each in events), "all of them again")
        check([len(attempts(each)) for each in events] == [2, 2, 3], "each once, the one that was resent before once more")
        after = daemon.json("GET", f"/v1/imports/{import_id}")
        check(after["delivered"] == before["delivered"] and after["state"] == "completed", "the cursor is where it was")
        daemon.stop()


def a_long_log_is_shown_whole():
    """More attempts than a page of the API holds."""
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        receiver = place.receiver()
        make_webhook(daemon, receiver.url)
        daemon.await_import(delivered_import(place, daemon, 1, 1))
        event = daemon.json("GET", "/v1/events")["data"][0]["id"]
        attempts = 1
        while attempts < 203:
            daemon.json("POST", f"/v1/events/{event}/resend")
            attempts += 1
            daemon.await_(lambda: daemon.json("GET", f"/v1/events/{event}")["attempts"] == attempts, f"attempt {attempts}")
        page = daemon.json("GET", f"/v1/events/{event}/attempts?limit=200")
        check(len(page["data"]) == 200 and page["next"], "the API gives pages")
        shown = place.pulter("events", "attempts", event, daemon=daemon).stdout
        check(sum("answered 200" in line for line in shown.splitlines()) == attempts, f"as text: {shown[-500:]}")
        listed = json.loads(place.pulter("--json", "events", "attempts", event, daemon=daemon).stdout)
        check([each["number"] for each in listed["data"]] == list(range(1, attempts + 1)), "as JSON, in order")
        check(listed["next"] is None, "nothing follows")
        whole = json.loads(place.pulter("--json", "events", "show", event, daemon=daemon).stdout)
        check(len(whole["responseLog"]) == attempts, "with its event")
        daemon.stop()


def commands_as_text_and_as_json():
    with workplace() as place:
        daemon = place.daemon().wait_ready()
        receiver = place.receiver()
        webhook = make_webhook(daemon, receiver.url)
        environment = {"PULTER_SOCKET": daemon.socket}
        tail = subprocess.Popen([PULTER, "--json", "events", "tail"], stdout=subprocess.PIPE, text=True, env=environment)
        place.started.append(Ended(tail))
        listening = False
        for _ in range(100):  # it prints nothing before the first change that it hears of
            daemon.json("POST", f"/v1/webhooks/{webhook['id']}/test")
            listening = bool(select.select([tail.stdout], [], [], 0.2)[0])
            if listening:
                break
        check(listening, "events tail prints no change")
        first = delivered_import(place, daemon, 10, 10, "--idempotency-key", "night-1")
        check(delivered_import(place, daemon, 10, 10, "--idempotency-key", "night-1") == first, "the same key, the same import")
        daemon.await_import(first)
        event = None
        while event is None or event["name"] == "test" or event["state"] != "delivered":
            event = json.loads(tail.stdout.readline())
        check(event["importId"] == first, f"events tail printed {event}")
        tail.terminate()
        shown = place.pulter("events", "show", event["id"], daemon=daemon)
        check(event["id"] in shown.stdout and "Response log" in shown.stdout and "answered 200" in shown.stdout, shown.stdout)
        whole = json.loads(place.pulter("--json", "events", "show", event["id"], daemon=daemon).stdout)
        check(whole["id"] == event["id"] and whole["responseLog"][0]["status"] == 200, f"{whole}")
        for command in (["imports", "pause", first], ["imports", "cancel", first], ["imports", "resume", first]):
            refused = place.pulter(*command, daemon=daemon)
            check(refused.returncode == 1 and "completed" in refused.stderr, f"{command}: {refused}")
        listed = json.loads(place.pulter("--json", "imports", "list", daemon=daemon).stdout)
        check(listed["data"][0]["id"] == first, f"{listed}")
        daemon.stop()


class Ended:
    """A process as the workplace ends it."""

    def __init__(self, process):
        self.process = process

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def over_its_bytes_the_oldest_goes():
    with workplace() as place:
        daemon = place.daemon("--retention-bytes", "2000").wait_ready()
        receiver = place.receiver()
        make_webhook(daemon, receiver.url)
        first = delivered_import(place, daemon, 200, 100)
        daemon.await_import(first)
        second = delivered_import(place, daemon, 200, 100)
        daemon.await_import(second)
        daemon.await_(lambda: daemon.request("GET", f"/v1/imports/{first}/content")[0] in (404, 409, 410), "the oldest file goes",
                      seconds=30)
        check(daemon.request("GET", f"/v1/imports/{second}/content")[0] == 200, "the newer one stays")
        check(daemon.json("GET", f"/v1/imports/{first}")["state"] == "completed", "what it was is still known")
        daemon.stop()


if __name__ == "__main__":
    main([fields_filters_and_cursors, resends_are_the_same_bytes, a_long_log_is_shown_whole, commands_as_text_and_as_json,
          over_its_bytes_the_oldest_goes])
