"""The server: answers are those of Python, what is hostile is refused with a sentence, and whatever comes it lives on."""

import asyncio
import concurrent.futures
import contextlib
import csv
import html
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

import vrest
from vrest import practice

pytest.importorskip("starlette", reason="the extra `app` is not installed: pip install 'vrest[app]'")
pytest.importorskip("uvicorn", reason="the extra `app` is not installed: pip install 'vrest[app]'")

from served import HOST, Served, running  # noqa: E402
from vrest.app.guard import REQUESTS, Guard, Place  # noqa: E402
from vrest.app.tasks import _quoted, answered, from_text  # noqa: E402
from vrest.app.workers import Limits, RefusedError, Workers  # noqa: E402
from vrest.cli.main import main  # noqa: E402
from vrest.description.library import CELLS, source_of  # noqa: E402
from vrest.page.exercises import practice_module  # noqa: E402
from vrest.page.write import page  # noqa: E402

NEURON = source_of("mammalian-neuron").text
OWN = "cell: mine\ntemperature: 310 K\nions:\n  K: {inside: 140 mM, outside: 5 mM, permeability: 1}\n"
LIKE = "mechanisms:\n  Na: {{like: {}, conductance: 1 S/m^2}}\n"
SLOW = source_of("squid-axon-excitable").text
MISTAKE = OWN.replace("140 mM", "140 mN")


@pytest.fixture(scope="module")
def server():
    with running(Limits(workers=1, seconds=60)) as one:
        yield one


def message(answer):
    status, given = answer
    return status, given["error"][0]["message"]


# -- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_is_sent_with_its_own_policy_and_may_ask_its_server_only(server):
    status, headers, body = server.ask("GET", "/")
    text = body.decode()
    policy = html.unescape(re.search(r'Security-Policy" content="([^"]*)"', text)[1])
    assert status == 200
    assert headers["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == rules["form-action"] == "'self'"
    assert all(re.fullmatch(r"'sha256-[\w+/=]+'", rules[name]) for name in ("script-src", "style-src"))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "textbook-neuron" in text


def test_a_page_that_is_a_file_holds_nothing_of_the_server():
    text = page(["textbook-neuron"], practice=None)
    assert "fetch(" not in text
    assert "server." not in text
    assert "connect-src" not in text


def test_a_page_has_the_exercises_that_its_server_keeps():
    given = {"task": "page", "library": "textbook-neuron", "language": "de"}
    module = practice_module([practice.exercise("nernst-potassium")], "de")
    with_them, without = (answered({**given, "exercises": text}).body.decode() for text in (module, ""))
    assert "exercises_of_page" in with_them
    assert "nernst-potassium" in with_them
    assert "practice.check" in with_them
    assert "practice.check" not in without


def test_every_cell_of_the_library_is_offered_and_one_is_shown_by_its_name(server):
    _, _, first = server.ask("GET", "/")
    assert all(f'"{path.stem}"' in first.decode() for path in CELLS.glob("*.yaml"))
    status, _, body = server.ask("GET", "/?cell=red-cell&language=de")
    assert status == 200
    assert '<html lang="de" ' in body.decode()
    for query in ("cell=../secret", "cell=nowhere", "language=xx"):
        assert server.ask("GET", f"/?{query}")[0] == 404


def test_a_description_that_is_sent_as_a_form_is_a_page_whose_names_are_text(server):
    title = "</script><img src=x onerror=alert(1)>"
    fields = urlencode({"yaml": OWN.replace("\n", "\r\n") + f'title: "{title}"\r\n', "language": "en"})
    status, headers, body = server.ask("POST", "/page", fields, {"Content-Type": "application/x-www-form-urlencoded"})
    assert (status, headers.get_content_type()) == (200, "text/html")
    assert body.decode().count("</script>") == 1
    assert "<img" not in body.decode()
    assert server.ask("GET", "/page")[0] == 303


def test_a_cell_is_its_contents_and_its_module(server):
    status, given = server.post("/cell", {"yaml": OWN})
    assert status == 200
    assert given["contents"]["cell"] == "mine"
    assert "export const cell" in given["module"]


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "more", "words"),
    [
        ("rest", {}, []),
        ("steady", {}, []),
        ("explain", {}, []),
        (
            "branches",
            {"over": "outside.K", "span": "2:20 mM:log", "of": "rest"},
            ["--over", "outside.K=2:20 mM:log", "--of", "rest"],
        ),
        ("tune", {"free": ["plasma.pump.max_current"]}, ["--free", "plasma.pump.max_current"]),
        ("simulate", {"protocol": "pump-block"}, ["pump-block"]),
    ],
)
def test_an_answer_is_that_of_the_command_line(server, capsys, question, more, words):
    code = main([question, "mammalian-neuron", *words, "--json"])
    said = json.loads(capsys.readouterr().out)
    status, given = server.post(f"/{question}", {"yaml": NEURON, **more})
    if code:
        assert status == 422
        assert given["error"][0]["message"] == said["error"][0]["message"]
    else:
        assert status == 200
        assert given["answer"] == said
        assert "ertified" in given["text"]


def test_a_tuned_description_comes_as_text(server):
    free = ["plasma.pump.max_current", "plasma.Na_leak.permeability"]
    status, given = server.post("/tune", {"yaml": NEURON, "free": free, "hold": {}})
    assert status == 200
    assert vrest.from_yaml(given["yaml"]).settable.keys() == vrest.from_yaml(NEURON).settable.keys()


def test_settings_are_applied_and_a_wrong_one_is_said(server):
    _, given = server.post("/rest", {"yaml": OWN, "settings": {"outside.K": "8 mM"}})
    expected = vrest.rest(vrest.from_yaml(OWN).replace({"outside.K": "8 mM"}))
    assert given["answer"]["V_mV"] == expected.to_dict()["V_mV"]
    assert "is not a path" in message(server.post("/rest", {"yaml": OWN, "settings": {"outside.Q": "8 mM"}}))[1]
    assert server.post("/rest", {"yaml": OWN, "settings": [1]})[0] == 422


def test_mistakes_come_as_a_list_with_line_and_column_and_as_text_with_a_caret(server):
    for path in ("/cell", "/rest"):
        status, given = server.post(path, {"yaml": MISTAKE})
        assert status == 422
        assert [(one["line"], one["column"], one["found"]) for one in given["error"]] == [(4, 15, "140 mN")]
        assert given["text"].rstrip().endswith("^")


def test_of_very_many_mistakes_the_first_are_listed():
    given = json.loads(answered({"task": "cell", "yaml": OWN + "z: 1\n" * 200}).body)
    assert len(given["error"]) == 51
    assert given["error"][-1]["message"].endswith("more problems are not listed")


def test_a_course_is_a_file_of_rows_or_netcdf(server):
    given = json.dumps({"yaml": NEURON, "until": "1 min"})
    kind = {"Content-Type": "application/json"}
    _, headers, body = server.ask("POST", "/simulate?format=csv", given, kind)
    assert "attachment" in headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(body.decode()))
    run = vrest.simulate("mammalian-neuron", until="1 min")
    assert len(rows) == len(run.time)
    assert float(rows[-1][head.index("V_plasma_mV")]) == pytest.approx(1e3 * run.V["plasma"][-1], rel=1e-12)
    xarray = pytest.importorskip("xarray")
    _, _, body = server.ask("POST", "/simulate?format=nc", given, kind)
    assert xarray.load_dataset(io.BytesIO(body)).sizes["time"] == len(run.time)
    assert server.ask("POST", "/rest?format=nc", given, kind)[0] == 422
    assert server.ask("POST", "/rest?format=exe", given, kind)[0] == 422


def test_text_that_a_sheet_would_take_for_a_formula_is_quoted():
    assert [_quoted(one) for one in ("=1+1", "@x", "+x", "-x", "K", -1.5)] == ["'=1+1", "'@x", "'+x", "'-x", "K", -1.5]


# -- what is hostile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", "", "[::", "a@127.0.0.1:{port}"]
)
def test_another_host_is_refused(server, host):
    status, _, body = server.ask("GET", "/", headers={"Host": host.format(port=server.port)})
    assert status in (400, 403)
    assert status == 400 or b"names another host" in body


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost"]
)
def test_a_page_of_another_origin_is_refused(server, origin):
    given = server.post("/rest", {"yaml": OWN}, Origin=origin.format(port=server.port))
    assert message(given) == (403, "this server answers only its own pages; the request comes from a page of another origin")


def test_the_own_origin_is_answered_under_each_name_of_this_machine(server):
    for name in (HOST, "localhost"):
        own = f"{name}:{server.port}"
        assert server.post("/rest", {"yaml": OWN}, Host=own, Origin=f"http://{own}")[0] == 200


def test_a_server_that_listens_everywhere_goes_by_addresses_and_its_own_name():
    place = Place("0.0.0.0", 8000)
    admitted = ("10.1.2.3:8000", "[fe80::1]:8000", "localhost:8000", f"{socket.gethostname()}:8000")
    assert all(map(place.admits, admitted))
    assert not any(map(place.admits, ("evil.example:8000", "10.1.2.3:8001", "10.1.2.3")))
    assert Place("axon.example", 80).admits("axon.example")
    assert not Place("axon.example", 80).admits("127.0.0.1")


@pytest.mark.parametrize("text", ["/etc/passwd", "../../secret.yaml", "./own.yaml", "channels/na.yaml", "~/x.yaml"])
@pytest.mark.parametrize("path", ["/cell", "/rest"])
def test_an_upload_names_no_file(server, path, text):
    status, given = server.post(path, {"yaml": OWN + LIKE.format(text)})
    assert status == 422
    assert [(one["line"], one["found"]) for one in given["error"]] == [(6, text)]
    assert "from the library only" in given["error"][0]["message"]


def test_a_channel_of_the_library_is_taken():
    assert "Na" in from_text(SLOW).membranes["plasma"].mechanisms
    assert "like:" in SLOW


@pytest.mark.parametrize("protocol", ["/etc/passwd", "-", "../protocols/pump-block", "pump-block.yaml", 1, [], "pump-blok"])
def test_a_protocol_is_a_name_or_what_a_file_of_one_holds(server, protocol):
    assert message(server.post("/simulate", {"yaml": NEURON, "protocol": protocol})) == (422, "there is no such protocol")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "\ud800",
        "a: &a [x, x]\nb: *a\n",
        "cell: !!python/object/apply:os.system [id]\n",
        "[" * 5000,
        "a: 1\n" * 2000,
        "- x\n" * 20_001,
        "x" * 256_001,
        "cell: x\n" + "é" * 130_000,
    ],
    ids=["empty", "zero", "surrogate", "bomb", "tag", "deep", "twice", "list", "large", "large in UTF-8"],
)
def test_a_text_that_is_no_description_gets_a_sentence(server, text):
    status, given = server.post("/rest", {"yaml": text})
    assert status == 422
    assert given["error"][0]["message"]
    assert len(json.dumps(given)) < 30_000


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('id')",
        "().__class__.__bases__",
        "exec('x')",
        "V.__class__",
        "lambda: 1",
        "open('/etc/passwd')",
        "9**9**9**9**9",
        "a" * 5000,
        "(" * 3000,
        "[1 for x in V]",
    ],
    ids=range(10),
)
def test_a_formula_that_would_run_as_code_is_refused_at_its_place(server, formula):
    text = f'{OWN}mechanisms:\n  x: {{kind: formula, stoichiometry: {{K: 1}}, rate: "{formula}"}}\n'
    status, given = server.post("/rest", {"yaml": text})
    assert status == 422
    assert given["error"][0]["line"] == 6
    assert len(json.dumps(given)) < 5000


def test_a_description_that_is_sent_twice_is_read_once():
    assert from_text(OWN) is from_text(OWN)
    assert from_text(OWN.replace("mine", "other")).name == "other"


def test_what_is_too_large_is_refused_before_it_is_read(server):
    headers = {"Content-Type": "application/json", "Content-Length": "100000000"}
    status, _, body = server.ask("POST", "/rest", b"", headers)
    assert status == 413
    assert b"larger than 1000 kB" in body
    parts = (b"x" * 65_536 for _ in range(1600))
    try:
        status, _, _ = server.ask("POST", "/rest", parts, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    except (BrokenPipeError, ConnectionResetError):
        status = 413
    assert status == 413
    assert server.post("/rest", {"yaml": OWN})[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_another_type_of_content_is_refused(server, kind):
    status, _, body = server.ask("POST", "/rest", json.dumps({"yaml": OWN}), {"Content-Type": kind})
    assert status == 415
    assert b"this takes application/json" in body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b'{"yaml": 1}', b'{"library": "squid-axon"}', b"\xff", b"[" * 100_000], ids=range(8)
)
def test_what_is_no_question_is_refused(server, body):
    assert server.post("/rest", body)[0] == 400


@pytest.mark.parametrize("value", ["1" + "0" * 400, "NaN", "-Infinity", "[[]]", '{"a": 1}', "null", '"\\ud800"'])
def test_a_setting_that_is_no_value_is_said(server, value):
    status, given = server.post("/rest", f'{{"yaml": {json.dumps(NEURON)}, "settings": {{"outside.K": {value}}}}}'.encode())
    assert status == 422
    assert "defect" not in given["text"]


def test_other_addresses_and_methods_are_refused_in_words(server):
    for method, path, wanted in (
        ("GET", "/rest", 405),
        ("GET", "/../etc/passwd", 404),
        ("POST", "/exit", 404),
        ("PUT", "/", 405),
    ):
        status, headers, body = server.ask(method, path)
        assert status == wanted
        assert json.loads(body)["error"][0]["message"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_answer_that_takes_too_long_is_ended_and_the_server_lives_and_wrote_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sentence = "this takes more than 1 s, which a server does not give to one answer"
    with running(Limits(workers=1, seconds=1)) as one:
        assert message(one.post("/excite", {"yaml": SLOW})) == (504, sentence)
        assert one.post("/cell", {"yaml": OWN})[0] == 200
    assert list(Path().iterdir()) == []


def test_rapid_questions_are_answered_or_refused_and_none_gets_the_answer_of_another():
    with running(Limits(workers=1, per_client=4, seconds=60)) as one, concurrent.futures.ThreadPoolExecutor(12) as many:
        outside = [1.0 + k for k in range(60)]
        texts = [OWN.replace("5 mM", f"{value!r} mM") for value in outside]
        found = list(many.map(lambda text: one.post("/rest", {"yaml": text}), texts))
        again = one.post("/rest", {"yaml": OWN})
    counts = Counter(status for status, _ in found)
    assert set(counts) <= {200, 429}
    assert counts[200] >= 4
    assert again[0] == 200
    for value, (status, given) in zip(outside, found, strict=True):
        if status == 200:
            assert given["answer"]["ions"]["membrane"]["K"]["outside_mM"] == pytest.approx(value)
        else:
            assert given["error"][0]["message"].startswith("you wait for 4 answers already")


def test_connections_that_ask_nothing_keep_nobody_out(server):
    with contextlib.ExitStack() as held:
        for _ in range(REQUESTS + 4):
            held.enter_context(socket.create_connection((HOST, server.port)))
        assert server.ask("GET", "/")[0] == 200


def test_a_connection_ends_where_no_whole_request_comes_and_the_oldest_silent_one_makes_room():
    def ended(one, seconds=10):
        one.settimeout(seconds)
        with contextlib.suppress(ConnectionError):
            while one.recv(65_536):
                pass

    with running(Limits(workers=1, silent=0.2, connections=4)) as server, contextlib.ExitStack() as held:

        def opened(*parts, pause=0.02):
            one = held.enter_context(socket.create_connection((HOST, server.port)))
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    one.sendall(part)
                    time.sleep(pause)
            return one

        head = f"GET /nothing HTTP/1.1\r\nHost: {HOST}:{server.port}\r\n".encode()
        upload = head.replace(b"GET", b"POST") + b"Content-Length: 900000\r\n\r\n"
        for parts in ([], [head], [head, b"\r\n", head], [head[k : k + 1] for k in range(30)], [upload, *[b"x"] * 30]):
            ended(opened(*parts))
    with running(Limits(workers=1, silent=60, connections=4)) as server, contextlib.ExitStack() as held:
        first, *others = (held.enter_context(socket.create_connection((HOST, server.port))) for _ in range(4))
        assert server.ask("GET", "/nothing")[0] == 404
        ended(first)
        for one in others:
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.recv(1)


def test_more_requests_than_can_be_in_hand_are_refused_in_words():
    async def many():
        reached, begun = asyncio.Event(), []

        async def waits(scope, receive, send):
            begun.append(scope)
            await reached.wait()

        guard, said = Guard(waits, Place(HOST, 80), 10), []

        async def send(message):
            said.append(message)

        scope = {"type": "http", "method": "GET", "headers": [(b"host", HOST.encode())]}
        every = [asyncio.create_task(guard(scope, None, send)) for _ in range(REQUESTS)]
        await asyncio.sleep(0)
        await guard(scope, None, send)
        reached.set()
        await asyncio.gather(*every)
        return len(begun), said[0]["status"], guard.in_hand

    assert asyncio.run(many()) == (REQUESTS, 503, 0)


def test_a_worker_that_ends_is_replaced():
    async def asked():
        question = {"task": "question", "question": "rest", "yaml": OWN}
        async with Workers(Limits(workers=1)) as workers:
            assert (await workers.ask("a", question)).status == 200
            waiting = asyncio.ensure_future(workers.ask("a", {"task": "question", "question": "excite", "yaml": SLOW}))
            await asyncio.sleep(0.1)
            workers.all[0].process.kill()
            with pytest.raises(RefusedError, match="ended before its answer"):
                await waiting
            return await workers.ask("a", question)

    assert asyncio.run(asked()).status == 200


def test_one_client_leaves_a_worker_to_the_others():
    async def asked():
        slow, quick = ({"task": "question", "question": one, "yaml": text} for one, text in (("excite", SLOW), ("rest", OWN)))
        async with Workers(Limits(workers=2)) as workers:
            long = [asyncio.ensure_future(workers.ask("a", slow)) for _ in range(3)]
            await asyncio.sleep(0)
            answer = await workers.ask("b", quick)
            waited = [one.done() for one in long]
            for one in long:
                one.cancel()
            await asyncio.gather(*long, return_exceptions=True)
            assert not workers.waiting
            assert not workers.turns
            return answer.status, waited

    assert asyncio.run(asked()) == (200, [False, False, False])


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "x"], "this is no port"),
        (["--port", "70000"], "this is no port"),
        (["--host", "no.such.host.invalid"], "cannot listen there"),
        (["squid-axn"], "squid-axon"),
        (["a-file-that-is-not-there.yaml"], "there is no such file"),
    ],
)
def test_what_is_at_fault_is_said_and_nothing_is_served(capsys, words, said):
    assert main(["app", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_cell_with_a_channel_that_is_a_file_is_not_served(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "na.yaml").write_text((CELLS / "channels" / "na-hodgkin-huxley.yaml").read_text())
    (tmp_path / "own.yaml").write_text(SLOW.replace("like: na-hodgkin-huxley", "like: ./na.yaml"))
    assert main(["check", "own.yaml"]) == 0
    assert main(["app", "own.yaml"]) == 2
    assert "from the library only" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys, server):
    assert main(["app", "--port", str(server.port)]) == 2
    assert "cannot listen there" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Ctrl-C is sent as a signal of Unix")
def test_the_command_serves_a_file_until_ctrl_c(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    words = [sys.executable, "-m", "vrest", "app", "own.yaml", "--port", "0", "--no-practice"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        port = int(re.match(r"vrest: http://127.0.0.1:(\d+)/ \(Ctrl-C ends it\)", process.stdout.readline())[1])
        status, _, body = patient(Served(port), "/")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)
    assert (status, process.returncode, rest) == (200, 0, ("", ""))
    assert '"cell":"mine"' in body.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["own.yaml"]


def patient(server, path):
    """An answer of a server that is just being started."""
    for _ in range(600):
        try:
            return server.ask("GET", path)
        except ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")
