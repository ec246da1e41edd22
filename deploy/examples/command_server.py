#!/usr/bin/env python3
"""Runs commands for whoever can reach its port: what a worker may put behind worker.tunnelPorts, to try a lease out.

It listens on loopback alone, and a tunnel lets in nobody but the buyer of a running lease; whoever is let in acts as this
program's user, so run it as one that may do no harm, or put sshd there instead.

One connection is one command: a line of JSON, {"argv": ["uname", "-a"]}, answered by a line,
{"exit_code": 0, "stdout": "...", "stderr": "..."}.
"""
import json
import socketserver
import subprocess
import sys

LONGEST_LINE = 64 * 1024
DEADLINE_SECONDS = 60


class Command(socketserver.StreamRequestHandler):
    timeout = DEADLINE_SECONDS

    def handle(self):
        try:
            argv = json.loads(self.rfile.readline(LONGEST_LINE))["argv"]
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=DEADLINE_SECONDS, check=False)
            answer = {"exit_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        except (ValueError, KeyError, TypeError, OSError, subprocess.TimeoutExpired) as wrong:
            answer = {"exit_code": 127, "stdout": "", "stderr": f"{wrong}\n"}
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Command) as server:
        print(f"listening on {server.server_address[1]}", flush=True)
        server.serve_forever()
