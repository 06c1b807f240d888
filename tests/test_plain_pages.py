from collections.abc import Callable

import pytest
from flask import Flask

from graph.release import Release
from server.facts import Facts
from server.pages import Page
from server.plain_pages import PlainPages
from server.problems import Problem
from server.site import Site


@pytest.fixture
def plain(release: Release) -> PlainPages:
    site = Site(Facts(release))
    return PlainPages(site.facts, site.renderer)


def counted() -> tuple[Callable[[], Page], list[int]]:
    made: list[int] = []

    def make() -> Page:
        made.append(1)
        return Page("problems.html", {"rows": []})

    return make, made


def test_a_page_is_made_once_for_each_address(plain: PlainPages) -> None:
    make, made = counted()
    bodies = []
    for address in ("/a?x=1", "/a?x=1", "/a?x=2"):
        with Flask(__name__).test_request_context(address):
            bodies.append(plain.answer(make).data)
    assert len(made) == 2
    assert bodies[0] == bodies[1]


def test_who_has_the_page_gets_nothing_made(plain: PlainPages) -> None:
    make, made = counted()
    with Flask(__name__).test_request_context("/a"):
        tag = plain.answer(make).headers["ETag"]
    with Flask(__name__).test_request_context("/a", headers={"If-None-Match": tag}):
        assert plain.answer(make).status_code == 304
    assert len(made) == 1


def test_what_fails_is_not_kept(plain: PlainPages) -> None:
    def fail() -> Page:
        raise Problem("bad-parameter")

    make, made = counted()
    with Flask(__name__).test_request_context("/a"):
        with pytest.raises(Problem):
            plain.answer(fail)
        assert plain.answer(make).status_code == 200
    assert len(made) == 1


def test_another_type_is_refused_before_anything_is_made(plain: PlainPages) -> None:
    make, made = counted()
    context = Flask(__name__).test_request_context("/a", headers={"Accept": "image/png"})
    with context, pytest.raises(Problem):
        plain.answer(make)
    assert made == []
