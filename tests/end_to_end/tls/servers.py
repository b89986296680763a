"""Real servers that speak TLS: nginx in front of a receiver, and `openssl s_server` whose answers the test writes."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

from harness import Program

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx(Program):
    """`sites`: a list of dicts with port, certificate, key, and nginx's own lines in `more`."""

    def __init__(self, place, sites, upstream, name="nginx"):
        folder = place.path(name)
        os.mkdir(folder)
        servers = "".join(f"""
  server {{
    listen 127.0.0.1:{site["port"]} ssl;
    ssl_certificate {site["certificate"]};
    ssl_certificate_key {site["key"]};
    {site.get("more", "")}
    location / {{ proxy_pass {upstream}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}""" for site in sites)
        config = f"""
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log combined; client_max_body_size 64m; client_body_buffer_size 4m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; ssl_session_cache shared:tls:1m; ssl_protocols TLSv1.2 TLSv1.3;
  keepalive_requests 1000; log_format tls "$ssl_protocol $ssl_session_reused early=$ssl_early_data"; access_log {folder}/tls.log tls;
  {servers}
}}"""
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(config)
        self.tls_log = f"{folder}/tls.log"
        super().__init__(place, name, [NGINX, "-p", folder, "-c", f"{folder}/nginx.conf"])
        self.await_(lambda: is_listening(sites[-1]["port"]), "nginx's start")

    def requests(self):
        with open(self.tls_log) as log:
            return [line.split() for line in log]


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Proxy:
    """An HTTP proxy: CONNECT makes a tunnel to the port that was asked for, on this machine.
    `.asked` are the first lines of what it was asked."""

    def __init__(self):
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, near):
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(65536)
        line = head.split(b"\r\n")[0].decode()
        self.asked.append(line)
        method, target, _ = line.split()
        place = target if method == "CONNECT" else target.split("/")[2]
        far = socket.create_connection(("127.0.0.1", int(place.rsplit(":", 1)[1])))
        if method == "CONNECT":
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far.sendall(head)
        threading.Thread(target=self.pass_on, args=[near, far], daemon=True).start()
        self.pass_on(far, near)

    @staticmethod
    def pass_on(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class PoliteServer:
    """Answers one request with `answer`, then says good-bye as TLS wants it (close_notify)."""

    def __init__(self, certificate, key, answer):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with self.context.wrap_socket(self.listener.accept()[0], server_side=True) as connection:
            seen = b""
            while not seen.endswith(b"}}"):
                seen += connection.recv(65536)
            connection.sendall(self.answer)
            connection.unwrap()


class OpensslServer:
    """`openssl s_server` on a port of its own. What it receives is in `.seen`; `.write` sends bytes as they are, and
    a line with one letter at its start does what s_server's manual says: R renegotiates, K asks for new keys, Q closes
    the socket without a word."""

    def __init__(self, place, certificate, key, *flags):
        self.port = free_port()
        self.seen = b""
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", str(certificate), "-key", str(key),
             *map(str, flags)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        place.started.append(self)
        threading.Thread(target=self.read, daemon=True).start()
        self.await_seen(rb"ACCEPT\n")

    def read(self):
        while True:
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return
            self.seen += piece

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def await_seen(self, pattern, seconds=20):
        until = time.monotonic() + seconds
        while not re.search(pattern, self.seen, re.DOTALL):
            if time.monotonic() > until:
                raise AssertionError(f"s_server never showed {pattern}; it showed {self.seen[-2000:]}")
            time.sleep(0.005)

    def end(self):
        self.process.kill()
        self.process.wait()
