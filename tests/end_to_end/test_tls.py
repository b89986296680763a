#!/usr/bin/env python3
"""Receivers behind names and TLS, with servers of another make: nginx and `openssl s_server`."""
import json
import os
import pathlib
import shutil
import sys
import time

import harness
from harness import SAMPLE, check, make_webhook, workplace

sys.path.insert(0, str(pathlib.Path(__file__).parent / "tls"))
from authority import Authority  # noqa: E402
from name_server import NameServer  # noqa: E402
from servers import NGINX, Nginx, OpensslServer, PoliteServer, Proxy, free_port  # noqa: E402

HOST = "hooks.example.test"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def start(place, authority, names=None, **settings):
    """A daemon that trusts the authority beside the system's, and asks the test's own name server."""
    server = NameServer(names or {HOST: ["127.0.0.1"]})
    given = {"TLS_CA_FILE": str(authority.certificate), "DNS_SERVERS": server.address, **settings}
    environment = {f"PULTER_{name}": value for name, value in given.items()}
    os.environ.update(environment)
    try:
        return place.daemon().wait_ready(), server
    finally:
        for name in environment:
            del os.environ[name]


def send_test(daemon, webhook_id):
    return daemon.json("POST", f"/v1/webhooks/{webhook_id}/test")["id"]


def await_attempt(daemon, event_id, number=1, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        attempts = daemon.json("GET", f"/v1/events/{event_id}/attempts")["data"]
        if len(attempts) >= number:
            return sorted(attempts, key=lambda each: each["number"])[number - 1]
        time.sleep(0.01)
    raise AssertionError(f"{event_id} has no attempt {number} after {seconds} s")


def try_url(daemon, url):
    """One test event to `url`: the attempt."""
    webhook = make_webhook(daemon, url)
    return await_attempt(daemon, send_test(daemon, webhook["id"]))


def an_import_arrives_whole():
    with workplace() as place:
        authority = Authority(place.folder)
        daemon, names = start(place, authority)
        receiver = place.receiver()
        certificate, key = authority.issue(HOST)
        port = free_port()
        nginx = Nginx(place, [{"port": port, "certificate": certificate, "key": key}], receiver.url.rsplit("/", 1)[0])
        webhook = make_webhook(daemon, f"https://{HOST}:{port}/hook")
        made = daemon.json("POST", "/v1/imports?batchSize=2000", SAMPLE.read_bytes(), {"Content-Type": "text/csv"})
        done = daemon.await_import(made["id"])
        events = daemon.json("GET", f"/v1/events?importId={made['id']}&limit=100")["data"]
        attempts = [await_attempt(daemon, event["id"]) for event in events]
        first = min(attempts, key=lambda each: each["startedAt"])
        for phase in ("dnsMs", "connectMs", "tlsMs", "sendMs", "waitMs"):
            check(first["phases"][phase] is not None and first["phases"][phase] >= 0, f"{phase} of the first: {first}")
        check(first["remoteAddress"] == f"127.0.0.1:{port}", f"remoteAddress is {first['remoteAddress']}")
        check(done["delivered"] == done["count"], f"delivered {done['delivered']} of {done['count']}")
        connected = [each for each in attempts if each["phases"]["tlsMs"] is not None]
        check(len(connected) == 1, f"{len(connected)} of {len(attempts)} requests made a connection of their own")
        check(nginx.requests()[0][0] == "TLSv1.3", f"nginx saw {nginx.requests()[0]}")
        check(any(question == (HOST, 1) for question in names.questions), f"questions: {names.questions}")
        await_attempt(daemon, send_test(daemon, webhook["id"]))
        summary, problems = receiver.stop()
        check(not problems, f"the receiver saw {problems}")
        daemon.stop()


def versions_keys_and_resumption():
    with workplace() as place:
        authority = Authority(place.folder)
        daemon, _ = start(place, authority)
        receiver = place.receiver()
        sites = []
        for rsa in (False, True):
            certificate, key = authority.issue(HOST, rsa=rsa)
            for version in ("TLSv1.2", "TLSv1.3"):
                sites.append({"port": free_port(), "certificate": certificate, "key": key, "version": version,
                              "more": f"ssl_protocols {version}; keepalive_timeout 0; ssl_early_data on;"})
        nginx = Nginx(place, sites, receiver.url.rsplit("/", 1)[0])
        for site in sites:
            before = len(nginx.requests())
            webhook = make_webhook(daemon, f"https://{HOST}:{site['port']}/hook")
            for _ in range(3):
                attempt = await_attempt(daemon, send_test(daemon, webhook["id"]))
                check(attempt["outcome"] == "delivered", f"{site['version']}: {attempt['error']}")
            # nginx writes its log after its answer.
            nginx.await_(lambda count=before + 3: len(nginx.requests()) >= count, "nginx's log of three requests")
            seen = nginx.requests()[before:]
            check(all(request[0] == site["version"] for request in seen), f"nginx saw {seen}")
            check([request[1] for request in seen] == [".", "r", "r"], f"sessions were not resumed: {seen}")
            # nginx would take a request with the first flight of a resumed session (RFC 8446, 2.3): anybody could
            # send that again.
            check(all(request[2] == "early=-" for request in seen), f"early data was sent: {seen}")
        daemon.stop()


def refusals_name_their_reason():
    with workplace() as place:
        authority = Authority(place.folder)
        stranger = Authority(place.folder, "Strange Root")
        daemon, _ = start(place, authority)
        receiver = place.receiver()
        middle = authority.issue("Middle", authority=True)
        cases = [
            (authority.issue(HOST, end="20210101000000Z"), f"TLS: the certificate of {HOST} has expired (Jan  1"),
            (authority.issue(HOST, start="20980101000000Z"), "is not valid before Jan  1"),
            (authority.self_signed(HOST), f"TLS: the certificate of {HOST} is self-signed"),
            (stranger.issue(HOST), "issued by \"CN = Strange Root\", an unknown root"),
            (authority.issue("other.test"), f"for another host: it is for other.test, not for {HOST}"),
            (authority.issue(HOST, alternatives=""), "it is for no name at all (it has no subjectAltName)"),
            (authority.issue(HOST, alternatives="IP:127.0.0.1"), f"it is for 127.0.0.1, not for {HOST}"),
            (authority.issue(HOST, issuer=middle), "whose intermediate certificate the receiver does not send"),
        ]
        sites = [{"port": free_port(), "certificate": certificate, "key": key} for (certificate, key), _ in cases]
        sites.append({**sites[0], "port": free_port(), "more": "ssl_verify_client on; ssl_client_certificate "
                      f"{authority.certificate};", "certificate": authority.issue(HOST)[0]})
        sites[-1]["certificate"], sites[-1]["key"] = authority.issue(HOST)
        Nginx(place, sites, receiver.url.rsplit("/", 1)[0])
        for site, (_, words) in zip(sites, cases):
            attempt = try_url(daemon, f"https://{HOST}:{site['port']}/hook")
            check(attempt["outcome"] == "unreachable", f"{words}: {attempt}")
            check(words in attempt["error"], f"expected \"{words}\", found: {attempt['error']}")
            check(attempt["phases"]["tlsMs"] is not None and attempt["phases"]["sendMs"] is None, f"phases: {attempt}")
        # nginx answers 400 where it misses a client certificate: an answer like others.
        attempt = try_url(daemon, f"https://{HOST}:{sites[-1]['port']}/hook")
        check(attempt["status"] == 400, f"a client certificate is missing: {attempt}")
        plain = receiver.url.replace("http://127.0.0.1", f"https://{HOST}")
        attempt = try_url(daemon, plain)
        check("does not speak TLS on this port. Is it an http URL?" in attempt["error"], f"plain: {attempt['error']}")
        daemon.stop()


def each_webhook_brings_its_own():
    """A certificate of the receiver's own authority, and a client certificate that nginx and s_server insist on."""
    with workplace() as place:
        authority, private, clients = (Authority(place.folder, name) for name in ("Test Root", "Private Root", "Clients"))
        daemon, _ = start(place, authority)
        receiver = place.receiver()
        certificate, key = private.issue(HOST)
        insist = f"ssl_verify_client on; ssl_client_certificate {clients.certificate};"
        port = free_port()
        nginx = Nginx(place, [{"port": port, "certificate": certificate, "key": key, "more": insist}],
                      receiver.url.rsplit("/", 1)[0])
        own, own_key = clients.issue("pulter", alternatives="")
        stranger, stranger_key = authority.issue("stranger", alternatives="")
        url = f"https://{HOST}:{port}/hook"

        def pem(path):
            return path.read_text()

        def try_with(**fields):
            return await_attempt(daemon, send_test(daemon, make_webhook(daemon, url, **fields)["id"]))

        attempt = try_with()
        check("an unknown root" in attempt["error"] and "tlsCa of the webhook" in attempt["error"], f"bare: {attempt}")
        attempt = try_with(tlsCa=pem(private.certificate))
        check(attempt["status"] == 400, f"nginx wants a client certificate: {attempt}")
        attempt = try_with(tlsCa=pem(private.certificate), tlsCertificate=pem(stranger), tlsPrivateKey=pem(stranger_key))
        check(attempt["status"] == 400, f"a certificate of another authority: {attempt}")
        made = place.pulter("--json", "webhooks", "create", url, "--secret", harness.SECRET, "--tls-ca",
                            private.certificate, "--tls-certificate", own, "--tls-private-key", own_key, daemon=daemon)
        webhook = json.loads(made.stdout)
        check("PRIVATE" not in made.stdout and webhook["tlsCertificate"] == pem(own), f"created: {made.stdout}")
        before = len(nginx.requests())
        for _ in range(2):
            attempt = await_attempt(daemon, send_test(daemon, webhook["id"]))
            check(attempt["outcome"] == "delivered", f"with everything: {attempt}")
        check(len(nginx.requests()) == before + 2, f"nginx saw {nginx.requests()}")
        # The key is nowhere but in the store's row: not in any answer, and not in the log.
        secret_line = pem(own_key).splitlines()[1]
        for path in ("/v1/webhooks", f"/v1/webhooks/{webhook['id']}"):
            check(secret_line not in daemon.request("GET", path)[1].decode(), f"{path} tells the key")
        check(secret_line not in (place.folder / "pulterd.log").read_text(), "the log tells the key")
        # Taken away again: the next request does without, on a connection of its own.
        daemon.json("PATCH", f"/v1/webhooks/{webhook['id']}", {"tlsCertificate": None})
        attempt = await_attempt(daemon, send_test(daemon, webhook["id"]))
        check(attempt["status"] == 400, f"without the certificate: {attempt}")
        # s_server ends the handshake without one; with one it sees whose.
        server = OpensslServer(place, certificate, key, "-Verify", 1, "-CAfile", clients.certificate)
        with_it = make_webhook(daemon, f"https://{HOST}:{server.port}/hook", tlsCa=pem(private.certificate),
                               tlsCertificate=pem(own), tlsPrivateKey=pem(own_key))
        event = send_test(daemon, with_it["id"])
        server.await_seen(rb"POST /hook HTTP/1.1.*\"metadata\":{}}")
        server.write(OK)
        check(await_attempt(daemon, event)["outcome"] == "delivered", "s_server with a client certificate")
        daemon.stop()


def certificates_are_renewed_while_it_runs():
    """The receiver moves to another authority, and the operator replaces the file: no restart."""
    with workplace() as place:
        old, new = Authority(place.folder), Authority(place.folder, "New Root")
        trusted = place.folder / "trusted.pem"
        shutil.copy(old.certificate, trusted)
        daemon, _ = start(place, old, TLS_CA_FILE=str(trusted))
        receiver = place.receiver()
        sites = [{"port": free_port(), "certificate": one[0], "key": one[1], "more": "keepalive_timeout 0;"}
                 for one in (old.issue(HOST), new.issue(HOST))]
        Nginx(place, sites, receiver.url.rsplit("/", 1)[0])
        webhooks = [make_webhook(daemon, f"https://{HOST}:{site['port']}/hook") for site in sites]

        def outcomes():
            return [await_attempt(daemon, send_test(daemon, webhook["id"]))["outcome"] for webhook in webhooks]

        check(outcomes() == ["delivered", "unreachable"], "before")
        shutil.copy(new.certificate, trusted)
        until = time.monotonic() + 60
        while (found := outcomes()) != ["unreachable", "delivered"]:
            check(time.monotonic() < until, f"after a minute: {found}")
            time.sleep(0.5)
        check("The trusted certificates were changed" in (place.folder / "pulterd.log").read_text(), "the log")
        daemon.stop()


def through_a_proxy():
    with workplace() as place:
        authority = Authority(place.folder)
        proxy = Proxy()
        names = {HOST: ["127.0.0.1"], "private.test": ["10.1.2.3"]}
        daemon, _ = start(place, authority, names, PROXY=proxy.url)
        receiver = place.receiver()
        certificate, key = authority.issue(HOST)
        stranger, stranger_key = authority.issue("other.test")
        sites = [{"port": free_port(), "certificate": certificate, "key": key},
                 {"port": free_port(), "certificate": stranger, "key": stranger_key}]
        nginx = Nginx(place, sites, receiver.url.rsplit("/", 1)[0])
        for _ in range(2):
            attempt = try_url(daemon, f"https://{HOST}:{sites[0]['port']}/hook")
            check(attempt["outcome"] == "delivered", f"https: {attempt['error']}")
            check(attempt["remoteAddress"] == proxy.url.removeprefix("http://"), f"remoteAddress: {attempt}")
        check(set(proxy.asked) == {f"CONNECT {HOST}:{sites[0]['port']} HTTP/1.1"}, f"asked: {proxy.asked}")
        check(nginx.requests()[0][0] == "TLSv1.3", f"nginx saw {nginx.requests()}")
        # The tunnel's end is verified as ever.
        attempt = try_url(daemon, f"https://{HOST}:{sites[1]['port']}/hook")
        check("for another host" in attempt["error"], f"behind the proxy: {attempt['error']}")
        plain = receiver.url.replace("127.0.0.1", HOST)
        attempt = try_url(daemon, plain)
        check(attempt["outcome"] == "delivered", f"http: {attempt['error']}")
        check(proxy.asked[-1] == f"POST {plain} HTTP/1.1", f"asked: {proxy.asked[-1]}")
        # What may not be reached is not asked for either.
        asked = len(proxy.asked)
        attempt = try_url(daemon, "https://private.test/hook")
        check("refused" in attempt["error"] and len(proxy.asked) == asked, f"private.test: {attempt['error']}")
        daemon.stop()


def literal_addresses_have_their_own_name():
    with workplace() as place:
        authority = Authority(place.folder)
        daemon, _ = start(place, authority)
        receiver = place.receiver()
        good, bad = authority.issue("ip", alternatives="IP:127.0.0.1"), authority.issue("ip", alternatives="DNS:127.0.0.1")
        sites = [{"port": free_port(), "certificate": one[0], "key": one[1]} for one in (good, bad)]
        Nginx(place, sites, receiver.url.rsplit("/", 1)[0])
        attempt = try_url(daemon, f"https://127.0.0.1:{sites[0]['port']}/hook")
        check(attempt["outcome"] == "delivered", f"IP SAN: {attempt['error']}")
        attempt = try_url(daemon, f"https://127.0.0.1:{sites[1]['port']}/hook")
        check("is for another host" in attempt["error"], f"a name that looks like an address: {attempt['error']}")
        daemon.stop()


def what_s_server_can_do():
    with workplace() as place:
        authority = Authority(place.folder)
        daemon, _ = start(place, authority)
        certificate, key = authority.issue(HOST)

        def post_to(server):
            webhook = make_webhook(daemon, f"https://{HOST}:{server.port}/hook")
            event = send_test(daemon, webhook["id"])
            server.await_seen(rb"POST /hook HTTP/1.1.*\"metadata\":{}}")
            return event

        # An answer, and an orderly end.
        server = OpensslServer(place, certificate, key, "-tls1_3", "-num_tickets", 8)
        event = post_to(server)
        server.write(OK)
        check(await_attempt(daemon, event)["outcome"] == "delivered", "TLS 1.3 with tickets")
        # New keys are asked for in the middle of the answer (RFC 8446, 4.6.3).
        server = OpensslServer(place, certificate, key, "-tls1_3")
        event = post_to(server)
        server.write(OK[:20])
        time.sleep(0.1)
        server.write(b"K\n")
        time.sleep(0.1)
        server.write(OK[20:])
        attempt = await_attempt(daemon, event)
        check(attempt["outcome"] == "delivered", f"KeyUpdate: {attempt['error']}")
        # New keys without end, and tickets without end (RFC 8446, 4.6.1).
        server = OpensslServer(place, certificate, key, "-tls1_3")
        event = post_to(server)
        for _ in range(40):
            server.write(b"K\n")
            time.sleep(0.005)
        attempt = await_attempt(daemon, event)
        check("failed: protocol error TOO_MANY_KEY_UPDATES" in attempt["error"], f"many keys: {attempt['error']}")
        server = OpensslServer(place, certificate, key, "-tls1_3", "-num_tickets", 100)
        attempt = try_url(daemon, f"https://{HOST}:{server.port}/hook")
        check("session tickets without end" in attempt["error"], f"many tickets: {attempt['error']}")
        # A renegotiation is refused.
        server = OpensslServer(place, certificate, key, "-tls1_2")
        event = post_to(server)
        server.write(b"R\n")
        attempt = await_attempt(daemon, event)
        check("asked for a renegotiation, which is not allowed" in attempt["error"], f"renegotiation: {attempt['error']}")
        check(attempt["outcome"] == "unknown", f"the request had left: {attempt}")
        # A body that ends with the connection: whole with close_notify, suspect without.
        polite = PoliteServer(certificate, key, b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
        attempt = try_url(daemon, f"https://{HOST}:{polite.port}/hook")
        check(attempt["outcome"] == "delivered", f"close_notify: {attempt['error']}")
        check(attempt["responseBody"] == "until the end", f"close_notify: {attempt}")
        server = OpensslServer(place, certificate, key, "-tls1_3")
        event = post_to(server)
        server.write(b"HTTP/1.1 200 OK\r\n\r\nuntil the")
        time.sleep(0.2)
        server.write(b"Q\n")
        attempt = await_attempt(daemon, event)
        check("no close_notify" in attempt["error"], f"cut: {attempt['error']}")
        check(attempt["outcome"] == "unknown", f"cut: {attempt}")
        # Old versions, and a client certificate that is asked for.
        server = OpensslServer(place, certificate, key, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        attempt = try_url(daemon, f"https://{HOST}:{server.port}/hook")
        check("alert \"protocol version\"" in attempt["error"], f"TLS 1.1: {attempt['error']}")
        server = OpensslServer(place, certificate, key, "-Verify", 1, "-CAfile", authority.certificate)
        attempt = try_url(daemon, f"https://{HOST}:{server.port}/hook")
        check("it asks for a client certificate" in attempt["error"], f"client certificate: {attempt['error']}")
        daemon.stop()


def names_that_lead_nowhere():
    with workplace() as place:
        authority = Authority(place.folder)
        names = {"private.test": ["10.1.2.3"], "mixed.test": ["93.184.215.14", "10.1.2.3"], "empty.test": []}
        daemon, _ = start(place, authority, names)
        for host in ("private.test", "mixed.test"):
            attempt = try_url(daemon, f"https://{host}/hook")
            check("the name leads to an address that may not be dialled" in attempt["error"], attempt["error"])
            check("10.1.2.3" not in attempt["error"], f"the address is told: {attempt['error']}")
        attempt = try_url(daemon, "https://missing.test/hook")
        check("The name missing.test does not exist" in attempt["error"], attempt["error"])
        attempt = try_url(daemon, "https://empty.test/hook")
        check("The name empty.test has no address" in attempt["error"], attempt["error"])
        daemon.stop()


if __name__ == "__main__":
    if not os.path.exists(NGINX) or shutil.which("openssl") is None:
        print("skipped: nginx or openssl is not installed (tools/ci/install-dependencies test)")
        sys.exit(77)
    harness.main([an_import_arrives_whole, versions_keys_and_resumption, refusals_name_their_reason,
                  each_webhook_brings_its_own, certificates_are_renewed_while_it_runs, through_a_proxy,
                  literal_addresses_have_their_own_name, what_s_server_can_do, names_that_lead_nowhere])
