"""How a server holds out: users who each ask for one full rest every five seconds, at a phase and from an address of their own.

    python benchmarks/app.py [USERS] [SECONDS]

Each user asks of another cell (its K+ outside is the user's number), so that an answer that is another's would be seen. Linux alone has so many
addresses of its own machine.
"""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from vrest.description.library import source_of

EVERY = 5.0
CELL = "mammalian-neuron"


def one_user(user: int, port: int, ends: float, text: str) -> list[tuple[str, float]]:
    """What came of each question of a user, and how long it took [s]."""
    found = []
    body = json.dumps({"yaml": text, "settings": {"outside.K": f"{1 + user / 10!r} mM"}})
    time.sleep(random.random() * EVERY)
    while time.monotonic() < ends:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(f"127.0.1.{user + 1}", 0))
        try:
            connection.request("POST", "/rest", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            given = json.loads(answer.read())
        finally:
            connection.close()
        took = time.monotonic() - begun
        own = answer.status == 200 and abs(given["answer"]["ions"]["plasma"]["K"]["outside_mM"] - (1 + user / 10)) < 1e-9
        found.append(("own" if own else f"{answer.status}", took))
        time.sleep(max(0.0, EVERY - took))
    return found


def main(users: int, seconds: float) -> None:
    words = [sys.executable, "-m", "vrest", "app", "--port", "0"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline().split("/")[2].rpartition(":")[2])
    threading.Thread(target=server.stdout.read, daemon=True).start()
    time.sleep(3)
    text = source_of(CELL).text
    try:
        with ThreadPoolExecutor(users) as many:
            ends = time.monotonic() + seconds
            found = [one for each in many.map(lambda k: one_user(k, port, ends, text), range(users)) for one in each]
    finally:
        server.terminate()
        server.wait(20)
    times = sorted(1e3 * took for _, took in found)
    print(f"{users} users, {seconds:g} s, {len(found)} full rests of {CELL}: {dict(Counter(what for what, _ in found))}")
    print(f"median {times[len(times) // 2]:.0f} ms, 95 % {times[int(0.95 * len(times))]:.0f} ms, longest {times[-1]:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, float(sys.argv[2]) if len(sys.argv) > 2 else 60.0)
