"""A server on a free port of this machine, run in a thread, and what is sent to it."""

import contextlib
import http.client
import json
import threading
import time

from vrest.app.server import Offer, bound, uvicorn_server

HOST = "127.0.0.1"


class Served:
    """A server that runs."""

    def __init__(self, port):
        self.port, self.address = port, f"http://{HOST}:{port}/"

    def ask(self, method, path, body=None, headers=None, timeout=60):
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def post(self, path, given, **headers):
        """Status and object of an answer to an object."""
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        status, _, text = self.ask("POST", path, body, {"Content-Type": "application/json", **headers})
        return status, json.loads(text)


@contextlib.contextmanager
def running(limits=None, first=None, lesson=None, practises=False):
    listening = bound(HOST, 0)
    server = uvicorn_server(listening, HOST, limits, Offer(first, lesson, practises))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        ends = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < ends, "the server did not start"
            time.sleep(0.02)
        yield Served(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
