#!/usr/bin/env python3
"""Each bad input is answered by a message that says what happened, to what, and what to do."""
import socket

import harness
from harness import check, make_webhook, workplace

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def expect(done, exit_code, *words):
    text = done.stdout + done.stderr
    check(done.returncode == exit_code, f"exit {done.returncode} instead of {exit_code}: {text}")
    for word in words:
        check(word.lower() in text.lower(), f"\"{word}\" is not said in: {text}")


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def files_that_cannot_be_delivered():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)

        def import_of(name, content):
            path = place.folder / name
            path.write_bytes(content)
            return place.pulter("import", path, daemon=daemon)

        expect(import_of("open.csv", b'a,b\n1,2\n3,"x\n4,5\n'), 1, "open.csv", "quote", "row 2", "line 3", "imp_")
        expect(import_of("picture.csv", PNG), 1, "picture.csv", "PNG")
        expect(import_of("empty.csv", b""), 0, "empty.csv", "0 rows")
        expect(import_of("header.csv", b"a,b\n"), 0, "header.csv", "0 rows")
        expect(import_of("odd.csv", b"a;;a\n\xe9;1\n"), 0, "odd.csv", "read as windows-1252, delimiter semicolon",
               "column_2", "a_2", "(row 1)")
        expect(place.pulter("import", place.path("missing.csv"), daemon=daemon), 1, "missing.csv", "no file")
        expect(place.pulter("import", place.folder, daemon=daemon), 1, "folder")
        summary, problems = receiver.stop()
        check(summary["requests"] == 1 and not problems, f"more was sent than odd.csv: {summary} {problems}")


def webhooks_that_cannot_be_reached():
    with workplace() as place:
        good = place.folder / "good.csv"
        good.write_bytes(b"a,b\n1,2\n")
        daemon = place.daemon().wait_ready()
        url = f"http://127.0.0.1:{closed_port()}/hook"
        make_webhook(daemon, url, retrySchedule=[0])
        expect(place.pulter("import", good, daemon=daemon), 1, "halted", "refused", "pulter imports resume imp_",
               "pulter events attempts evt_")
        for refused, why in (("http://169.254.169.254/latest", "metadata"), ("http://10.0.0.1/", "private"),
                             ("ftp://example.com/", "http"), ("http://user:pw@127.0.0.1/", "user")):
            expect(place.pulter("import", good, "--webhook-url", refused, daemon=daemon), 1, why)
            expect(place.pulter("explain", refused, "--allow-http"), 1, why)
        expect(place.pulter("explain", "http://127.0.0.1/", "--allow-http", "--allow-network", "127.0.0.0/8"), 0,
               "allowed")


def commands_that_cannot_be_run():
    with workplace() as place:
        expect(place.pulter("imports", "list"), 3, "no-daemon.sock", "pulterd --data-dir")
        expect(place.pulter("import", harness.SAMPLE), 3, "no-daemon.sock", "pulterd --data-dir")
        expect(place.pulter("import", harness.SAMPLE, "--batch-sise", "5"), 2, "--batch-sise", "pulter import --help")
        expect(place.pulter("import"), 2, "FILE", "pulter import --help")
        expect(place.pulter("improt"), 2, "--help")
        expect(place.pulter("import", harness.SAMPLE, "--metadata", "nonsense"), 2, "--metadata")
        daemon = place.daemon().wait_ready()
        expect(place.pulter("imports", "show", "imp_nonsense", daemon=daemon), 1, "imp_nonsense")
        answer = daemon.request("POST", "/v1/imports", {"batchSise": 5})
        check(answer[0] == 422 and b"batchSise" in answer[1], f"an unknown field: {answer}")
        check(b'"code"' in answer[1], f"no problem object: {answer}")


def a_daemon_that_cannot_start():
    with workplace() as place:
        first = place.daemon().wait_ready()
        second = place.daemon(name="second")  # its own folder and socket: fine beside the first
        second.wait_ready()
        for flags in (["--no-such-flag"], ["--allow-network", "nonsense"], ["--config", place.path("missing.toml")]):
            broken = place.daemon(*flags, name="broken")
            code = broken.process.wait(timeout=20)
            text = (place.folder / "broken.log").read_text()
            check(code not in (0, None) and flags[-1] in text, f"{flags}: exit {code}, {text}")
        same = place.daemon(name="pulterd")  # the same folder and socket as the first
        check(same.process.wait(timeout=20) != 0, "two daemons on one socket")
        check(first.ready(), "the second start broke the first daemon")
        first.stop()
        second.stop()


if __name__ == "__main__":
    harness.main([files_that_cannot_be_delivered, webhooks_that_cannot_be_reached, commands_that_cannot_be_run,
                  a_daemon_that_cannot_start])
