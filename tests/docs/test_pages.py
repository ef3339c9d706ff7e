"""Every Python and console block of the README and of the documentation runs, and shows what it prints."""

import pytest

import run_pages
from effort import slow_unless


@pytest.mark.parametrize(
    "page", slow_unless(lambda page: page.name in ("README.md", "index.md"), run_pages.PAGES), ids=lambda page: page.name
)
def test_the_examples_of_a_page_run_and_show_what_they_print(page):
    wrong, _ = run_pages.run_page(page)
    assert not wrong, "\n".join(wrong)


PAGE = """
```python
x = 1
```
```yaml
# cell.yaml
a: 1
```
```console
$ cat cell.yaml
# cell.yaml
a: 2
```
```console exit=3
$ echo ... ; exit 3
```
```python
assert x == 2
```
"""


def page_of(folder, text):
    page = folder / "page.md"
    page.write_text(text)
    return page


def test_a_page_that_shows_something_else_is_found_and_renewed(tmp_path):
    text = PAGE.replace("x == 2", "x == 1")
    wrong, fresh = run_pages.run_page(page_of(tmp_path, text))
    assert len(wrong) == 1
    assert wrong[0].startswith("page.md:10: the shown output of `cat cell.yaml`")
    renewed = text.replace("$ cat cell.yaml\n# cell.yaml\na: 2", "$ cat cell.yaml\n# cell.yaml\na: 1")
    assert fresh == renewed.replace("exit 3\n```", "exit 3\n...\n```")


def test_a_wrong_exit_code_is_found(tmp_path):
    wrong, _ = run_pages.run_page(page_of(tmp_path, "```console\n$ exit 2\n```\n"))
    assert len(wrong) == 1
    assert "exit code 2, not 0" in wrong[0]


def test_a_failing_assert_is_found_with_its_line(tmp_path):
    page = page_of(tmp_path, PAGE)
    with pytest.raises(AssertionError) as caught:
        run_pages.run_page(page)
    assert caught.traceback[-1].lineno + 1 == PAGE[: PAGE.index("assert")].count("\n") + 1
