"""Settings and fixtures of the whole suite: what is drawn at random is the same on every run; `--hypothesis-profile=default` draws anew."""

import os
import signal
import tempfile

from hypothesis import settings

from in_browser import browser, file  # noqa: F401
from on_host import gpu  # noqa: F401

settings.register_profile("same", derandomize=True, print_blob=True)
settings.load_profile("same")

os.environ["VREST_PRACTICE"] = os.path.join(
    tempfile.mkdtemp(prefix="vrest-practice-"), "practice.json"
)  # not the user's own progress
os.environ["VREST_CACHE"] = ""  # machine code is compiled anew, and nothing of it kept

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # in the background of a shell; what the tests start would never see a Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
