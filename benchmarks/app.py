"""How a server holds out: users who each ask for one full rest every five seconds, at a phase and from an address of their own.

    python benchmarks/app.py [USERS] [SECONDS] [class]

Each user asks of another cell (its K+ outside is the user's number), so that an answer that is another's would be seen. With `class` each user is a
student instead, who answers a question of a class and reads the page. Besides the times the CPU of the server and its workers is printed, which other
programs on the machine change little. Linux alone has so many addresses of its own machine.
"""

from __future__ import annotations

import http.client
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from vrest.description.library import source_of

EVERY = 5.0
CELL = "mammalian-neuron"


SET = "class: benchmark\nexercises: [nernst-potassium, raise-potassium, atp-of-leak]\n"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
Ask = Callable[..., tuple[int, http.client.HTTPMessage, bytes]]


def asks(user: int, port: int) -> Ask:
    """How a user asks: from an address of their own."""

    def ask(method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(f"127.0.1.{user + 1}", 0))
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    return ask


def full_rest(user: int, ask: Ask, text: str) -> Callable[[], str]:
    """A question whose answer shows whether it is the user's own."""
    outside = 1 + user / 10
    body = json.dumps({"yaml": text, "settings": {"outside.K": f"{outside!r} mM"}})

    def once() -> str:
        status, _, found = ask("POST", "/rest", body, JSON)
        own = status == 200 and abs(json.loads(found)["answer"]["ions"]["plasma"]["K"]["outside_mM"] - outside) < 1e-9
        return "own" if own else str(status)

    return once


def answer_in_class(user: int, ask: Ask, _: str) -> Callable[[], str]:
    """A question of a class read, and answered; the page names its student."""
    code = f"s{user}"
    _, headers, _ = ask("POST", "/class/join", urlencode({"student": code}), FORM)
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}

    def once() -> str:
        ask("POST", "/class/nernst-potassium", urlencode({"answer": f"{-random.random():.3f} mV"}), {**FORM, **cookie})
        status, _, found = ask("GET", "/class/nernst-potassium", None, cookie)
        return "own" if f"You are {code}." in found.decode() else str(status)

    return once


def one_user(once: Callable[[], str], ends: float) -> list[tuple[str, float]]:
    """What came of each question of a user, and how long it took [s]."""
    found = []
    time.sleep(random.random() * EVERY)
    while time.monotonic() < ends:
        begun = time.monotonic()
        what = once()
        took = time.monotonic() - begun
        found.append((what, took))
        time.sleep(max(0.0, EVERY - took))
    return found


def main(users: int, seconds: float, in_class: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "set.yaml")
        place.write_text(SET)
        words = [
            sys.executable,
            "-m",
            "vrest",
            "app",
            "--port",
            "0",
            "--no-practice",
            *(["--class", str(place)] if in_class else []),
        ]
        server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        port = int(server.stdout.readline().split("/")[2].rpartition(":")[2])
        threading.Thread(target=server.stdout.read, daemon=True).start()
        time.sleep(3)
        text, of = source_of(CELL).text, answer_in_class if in_class else full_rest
        try:
            every = [of(k, asks(k, port), text) for k in range(users)]
            ends = time.monotonic() + seconds
            with ThreadPoolExecutor(users) as many:
                found = [one for each in many.map(lambda once: one_user(once, ends), every) for one in each]
        finally:
            server.terminate()
            server.wait(20)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    what = "answers in a class" if in_class else f"full rests of {CELL}"
    times = sorted(1e3 * took for _, took in found)
    print(f"{users} users, {seconds:g} s, {len(found)} {what}: {dict(Counter(what for what, _ in found))}")
    print(f"median {times[len(times) // 2]:.0f} ms, 95 % {times[int(0.95 * len(times))]:.0f} ms, longest {times[-1]:.0f} ms")
    cpu = used.ru_utime + used.ru_stime
    print(f"CPU of the server and its workers: {cpu:.1f} s, with their start; {1e3 * cpu / len(found):.0f} ms for each")


if __name__ == "__main__":
    numbers = [word for word in sys.argv[1:] if word != "class"]
    main(int(numbers[0]) if numbers else 50, float(numbers[1]) if len(numbers) > 1 else 60.0, "class" in sys.argv)
