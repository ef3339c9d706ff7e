"""Settings of the whole suite: what is drawn at random is the same on every run; `--hypothesis-profile=default` draws anew."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, print_blob=True)
settings.load_profile("same")
