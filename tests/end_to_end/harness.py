"""What the end-to-end tests share: the real daemon, the real command line, real sockets, in a folder of their own.

Each test file is a program: ctest gives it the programs under test in PULTER and PULTERD. Set PULTER_TEST_KEEP to
keep the folder of a run that failed.
"""
import contextlib
import csv
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PULTER = os.environ.get("PULTER", str(ROOT / "build/release/tools/pulter/pulter"))
PULTERD = os.environ.get("PULTERD", str(ROOT / "build/release/tools/pulterd/pulterd"))
SAMPLE = ROOT / "tools/sample/contacts.csv"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def check(condition, text):
    """Ends the test with a sentence when something is not as promised."""
    if not condition:
        raise AssertionError(text)


@contextlib.contextmanager
def workplace():
    """A folder that vanishes, with everything that was started in it ended."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pulter-test-"))
    place = Place(folder)
    try:
        yield place
    except BaseException:
        place.show_logs()
        if "PULTER_TEST_KEEP" in os.environ:
            print(f"kept: {folder}", file=sys.stderr)
            place.end_all()
            raise
        place.end_all()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    place.end_all()
    shutil.rmtree(folder, ignore_errors=True)


class Place:
    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def path(self, name):
        return str(self.folder / name)

    def end_all(self):
        for program in reversed(self.started):
            program.end()

    def show_logs(self):
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(errors="replace")
            if text:
                print(f"--- {log.name} (its end)\n{text[-4000:]}", file=sys.stderr)

    def daemon(self, *flags, name="pulterd", prefix=()):
        """`prefix`: a command that runs it, such as one that sets a limit first."""
        return Daemon(self, name, flags, prefix)

    def receiver(self, *flags, name="receiver", secret=SECRET):
        return Receiver(self, name, flags, secret)

    def pulter(self, *arguments, stdin=None, daemon=None, timeout=120):
        """Runs one command; gives what subprocess.run gives, as text."""
        environment = dict(os.environ, PULTER_SOCKET=daemon.socket if daemon else self.path("no-daemon.sock"))
        return subprocess.run([PULTER, *map(str, arguments)], input=stdin, env=environment, capture_output=True,
                              timeout=timeout, text=not isinstance(stdin, bytes))


class Program:
    def __init__(self, place, name, command):
        self.place = place
        self.log = open(place.path(name + ".log"), "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        place.started.append(self)

    def running(self):
        return self.process.poll() is None

    def end(self):
        if self.running():
            self.process.kill()
        self.process.wait()
        self.log.close()

    def await_(self, ready, what, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if ready():
                return
            check(self.running(), f"{what}: the program ended with {self.process.returncode}")
            time.sleep(0.005)
        raise AssertionError(f"{what}: not within {seconds} s")


class Daemon(Program):
    """pulterd with its store in the workplace; started again, it finds the store of before."""

    def __init__(self, place, name, flags, prefix=()):
        self.socket = place.path(name + ".sock")
        self.data = place.path(name + "-data")
        super().__init__(place, name, [*prefix, PULTERD, "--data-dir", self.data, "--socket", self.socket, "--allow-network",
                                       "127.0.0.0/8", "--allow-http", *flags])

    def wait_ready(self):
        self.await_(lambda: self.ready(), "the daemon's start")
        return self

    def ready(self):
        try:
            return self.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def request(self, method, target, body=None, headers=None):
        """One HTTP request over the Unix socket: (status, body bytes)."""
        connection = http.client.HTTPConnection("pulter", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.connect(self.socket)
        try:
            if isinstance(body, dict):
                body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, method, target, body=None, headers=None):
        """A request that must succeed; its JSON answer."""
        status, answer = self.request(method, target, body, headers)
        check(200 <= status < 300, f"{method} {target} answered {status}: {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else None

    def await_import(self, import_id, seconds=120, states=("completed",)):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.json("GET", f"/v1/imports/{import_id}")
            if found["state"] in states:
                return found
            check(found["state"] not in ("halted", "failed", "cancelled"), f"the import ended as {found}")
            time.sleep(0.02)
        raise AssertionError(f"{import_id} is {found['state']} after {seconds} s: {found}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(timeout=40) == 0, f"the daemon's exit was {self.process.returncode} after SIGTERM")

    def anonymous_bytes(self):
        """Its memory now that no file stands behind: anonymous and shared (proc(5), RssAnon and RssShmem)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return sum(int(line.split()[1]) * 1024 for line in status if line.startswith(("RssAnon:", "RssShmem:")))

    def cpu_seconds(self):
        """User and system time of all its threads, those that ended included (proc(5), fields 14 and 15)."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Receiver(Program):
    """`pulter listen` with a journal; .url is where it listens."""

    def __init__(self, place, name, flags, secret):
        self.journal_path = place.path(name + ".journal")
        self.summary_path = place.path(name + ".log")
        ready = place.path(name + ".ready")
        pathlib.Path(ready).unlink(missing_ok=True)
        secrets = ["--secret", secret] if secret else []
        super().__init__(place, name, [PULTER, "--json", "listen", "--port", "0", "--quiet", "--ready-file", ready,
                                       *secrets, *flags])
        self.await_(lambda: os.path.exists(ready) and os.path.getsize(ready) > 0, "the receiver's start")
        self.url = "http://" + pathlib.Path(ready).read_text().strip() + "/hook"

    def stop(self):
        """Ends it; gives its summary. Its exit code tells whether it saw a problem."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        lines = pathlib.Path(self.summary_path).read_text().splitlines()
        problems = [line for line in lines if line.startswith("problem:")]
        summary = json.loads(next(line for line in reversed(lines) if line.startswith("{")))
        return summary, problems


def make_webhook(daemon, url, **fields):
    return daemon.json("POST", "/v1/webhooks", {"url": url, "secret": SECRET, **fields})


def reference_rows(path):
    """The rows of a CSV by Python's own reader, as objects."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        return [dict(zip(header, row)) for row in reader if row]


def main(tests):
    """Runs the named test functions, or those on the command line."""
    wanted = sys.argv[1:]
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        started = time.monotonic()
        test()
        print(f"ok  {test.__name__}  {time.monotonic() - started:.1f} s", flush=True)
