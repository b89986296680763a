#!/usr/bin/env python3
"""A day's work in Python, standard library only. Keeps nothing, retries nothing; see ../README.md for how it is called."""
import base64
import csv
import hashlib
import hmac
import http.client
import json
import sys
import threading
import time
import urllib.parse
import uuid

IMPORT_ID = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV"
WORKERS = 64


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.reader(file)


class Sender:
    def __init__(self, url, secret):
        parts = urllib.parse.urlsplit(url)
        self.path = parts.path
        self.secret = secret.encode()
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)

    def send(self, event_id, body):
        timestamp = str(int(time.time()))
        mac = hmac.new(self.secret, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        self.connection.request("POST", self.path, body, {
            "Content-Type": "application/json", "webhook-id": event_id, "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(mac).decode()})
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"answered {answer.status}")


def deliver(path, url, batch_size, secret):
    total = sum(1 for _ in rows_of(path)) - 1
    count = (total + batch_size - 1) // batch_size
    rows = rows_of(path)
    names = next(rows)
    sender = Sender(url, secret)
    for index in range(1, count + 1):
        data = []
        for row in rows:
            one = dict(zip(names, row))
            one["__index"] = str(uuid.uuid4())
            data.append(one)
            if len(data) == batch_size:
                break
        body = {"id": IMPORT_ID, "templateId": "default", "index": index, "count": count, "totalRows": total,
                "event_name": "all", "data": data, "user": {"id": "u1"}, "metadata": {}}
        sender.send(f"evt_{index}", json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())


def deliver_to_all(path, list_path, batch_size, secret):
    with open(list_path, encoding="utf-8") as file:
        urls = file.read().split()
    print("ready", flush=True)
    sys.stdin.readline()

    def work():
        while urls:
            try:
                url = urls.pop()
            except IndexError:
                return
            deliver(path, url, batch_size, secret)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    mode, path, target, batch_size, secret = sys.argv[1:]
    (deliver if mode == "firehose" else deliver_to_all)(path, target, int(batch_size), secret)


main()
