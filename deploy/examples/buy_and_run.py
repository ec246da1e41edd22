#!/usr/bin/env python3
"""Buys one unit of a profile and runs a command on it, through the local API of a scheduler's daemon. Standard library only.

    buy_and_run.py --data ~/.hypha-market --profile discovery-alpha --price 0.02 --port 2222 -- uname -a
    buy_and_run.py --url http://127.0.0.1:7780 --token-file ~/.hypha-market/api.token ... -- uname -a

Over the Unix socket of --data no token is needed; over the loopback port (api.port) it is. The worker allows --port in
worker.tunnelPorts and runs command_server.py there. The exit code is the command's; 1 and a sentence where it came to none.
"""
import argparse
import http.client
import json
import os
import socket
import sys
import time
import urllib.parse
import uuid

ANSWER_SECONDS = 60


class Refused(Exception):
    """The daemon's own words: what, and what would help."""


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the daemon's socket; the file's rights say who may."""

    def __init__(self, path):
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    def __init__(self, options):
        self.options = options
        self.headers = {"Accept": "application/json"}
        if options.url:
            with open(options.token_file, encoding="ascii") as file:
                self.headers["Authorization"] = "Bearer " + file.read().strip()

    def connect(self):
        if self.options.url:
            return http.client.HTTPConnection(urllib.parse.urlsplit(self.options.url).netloc, timeout=ANSWER_SECONDS)
        return UnixConnection(os.path.join(self.options.data, "api.sock"))

    def open(self, method, path, body=None, **headers):
        """The response, to be read as it comes."""
        connection = self.connect()
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body=None if body is None else json.dumps(body), headers={**self.headers, **headers})
        response = connection.getresponse()
        if response.status >= 400:
            error = json.loads(response.read() or b"{}")
            raise Refused(" ".join(filter(None, [error.get("reason", f"The daemon answered {response.status}."), error.get("hint")])))
        return response

    def ask(self, method, path, body=None, **headers):
        with self.open(method, path, body, **headers) as response:
            return json.load(response)


def buy(daemon, options):
    """Places a bid and waits for its lease. The key makes it safe to send again: the same order is placed once."""
    key = str(uuid.uuid4())
    deadline = time.monotonic() + options.wait
    bid = {"market": options.profile, "side": "bid", "price_micros": round(options.price * 1_000_000), "term_minutes": options.minutes}
    while True:
        try:
            order = daemon.ask("POST", "/v1/orders", bid, **{"Idempotency-Key": key})
            break
        except Refused as why:
            # The brokers of a market that nobody asked for yet form their set first.
            if "broker set" not in str(why) or time.monotonic() > deadline:
                raise
            time.sleep(1)
    print(f"order {order['id'][:10]} is {order['state']}", file=sys.stderr)
    while not order.get("leases"):
        if order["state"] in ("cancelled", "expired", "refused", "dropped"):
            raise Refused(f"The order is {order['state']}: {order.get('hint') or order.get('reason') or 'no reason given'}")
        if time.monotonic() > deadline:
            daemon.ask("DELETE", f"/v1/orders/{order['id']}")
            raise Refused(f"Nobody sold within {options.wait} seconds; the order is cancelled.")
        time.sleep(0.25)
        order = daemon.ask("GET", f"/v1/orders/{order['id']}")
    return order["leases"][0]


def run(daemon, lease, options):
    """Opens a tunnel, which lives as long as its response is open, and runs the command at its far end."""
    with daemon.open("POST", f"/v1/leases/{lease}/tunnel", {"local": "127.0.0.1:0", "remote_port": options.port}) as tunnel:
        host, port = json.loads(tunnel.readline())["local"].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as worker, worker.makefile("rwb") as lines:
            lines.write(json.dumps({"argv": options.command}).encode() + b"\n")
            lines.flush()
            return json.loads(lines.readline())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("HYPHAMARKET_DATA", os.path.expanduser("~/.hypha-market")), help="the daemon's data directory")
    parser.add_argument("--url", help="the daemon's loopback port, in place of its socket")
    parser.add_argument("--token-file", help="the token for --url; api.token of --data by default")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--price", type=float, required=True, help="credits a minute, at most")
    parser.add_argument("--minutes", type=int, default=1, help="the lease's term")
    parser.add_argument("--port", type=int, required=True, help="the worker's port, where command_server.py listens")
    parser.add_argument("--wait", type=float, default=120, help="seconds until the bid is given up")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    options.token_file = options.token_file or os.path.join(options.data, "api.token")
    daemon = Daemon(options)
    try:
        lease = buy(daemon, options)
        print(f"lease {lease[:10]} runs", file=sys.stderr)
        try:
            done = run(daemon, lease, options)
        finally:
            daemon.ask("POST", f"/v1/leases/{lease}/end", {"reason": "The command has run."})
    except (Refused, OSError, ValueError) as wrong:
        print(f"buy_and_run: {wrong}", file=sys.stderr)
        return 1
    sys.stdout.write(done["stdout"])
    sys.stderr.write(done["stderr"])
    return done["exit_code"]


if __name__ == "__main__":
    sys.exit(main())
