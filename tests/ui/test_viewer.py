import dataclasses

import pytest

from medcore.imaging.view import Plane, Window
from medcore.ui import viewer
from medcore.ui.viewer import ViewState
from medcore.web.slices import VIEWS


class View:
    """Equal to others of its name."""

    title, unit, colour, inverted = "A view", "HU", False, True
    windows = (Window("Lung", -600, 1500), Window("Bone", 400, 1800))

    def __init__(self, name="one", **changes):
        self.name = name
        self.planes = {
            "acquired": Plane("acquired", 9, 4, 5, None, None),
            "coronal": Plane("coronal", 4, 9, 5, None, None),
        }
        vars(self).update(changes)

    def __eq__(self, other):
        return isinstance(other, View) and self.name == other.name

    __hash__ = None


@pytest.fixture
def browser(monkeypatch):
    """What the component was given, and what it says."""

    class Browser:
        said = None
        resources = {}  # noqa: RUF012 - of this fixture alone

        def mount(self, viewable, token, key, classes, colours):
            self.viewable, self.token, self.key, self.classes = viewable, token, key, classes
            return self.said

        def says(self, **changes):
            state = {"plane": "coronal", "index": 2, "centre": 40, "width": 400.5, "inverted": False}
            self.said = {"token": self.token} | state | changes

        def kept(self, name, make, close):
            if name not in self.resources:
                self.resources[name] = (make(), close)
            return self.resources[name][0]

        def leaves(self):
            for resource, close in self.resources.values():
                close(resource)

    browser = Browser()
    browser.resources = {}
    monkeypatch.setattr(viewer, "image_viewer", browser.mount)
    monkeypatch.setattr(viewer.session, "kept", browser.kept)
    yield browser
    browser.leaves()


def test_a_view_starts_in_the_middle_of_its_first_plane_in_its_first_window(browser):
    assert viewer.show(View(), key="a") == ViewState("acquired", 4, -600, 1500, True)
    assert viewer.show(View("colour", colour=True, windows=(), inverted=False), key="b") == ViewState(
        "acquired", 4, 127.5, 255.0, False
    )
    assert viewer.show(View("unknown", windows=()), key="c") is None


def test_what_the_browser_says_is_what_is_seen(browser):
    viewer.show(View(), key="a", classes=("Nothing", "Liver"))
    assert browser.classes == ("Nothing", "Liver")
    browser.says()
    state = viewer.show(View(), key="a")
    assert state == ViewState("coronal", 2, 40.0, 400.5, False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.index = 3


@pytest.mark.parametrize(
    "nonsense",
    [
        {"plane": "oblique"},
        {"plane": ["coronal"]},
        {"index": 4},
        {"index": -1},
        {"index": "many"},
        {"index": float("inf")},
        {"centre": None},
        {"centre": float("nan")},
        {"width": 0},
        {"width": float("inf")},
    ],
)
def test_what_cannot_be_is_not_believed(browser, nonsense):
    first = viewer.show(View(), key="a")
    browser.says(**nonsense)
    assert viewer.show(View(), key="a") == first


def test_what_was_said_of_another_view_does_not_count(browser):
    viewer.show(View(), key="a")
    browser.says()
    assert viewer.show(View("another"), key="a") == ViewState("acquired", 4, -600, 1500, True)


def test_an_equal_view_keeps_its_token_and_another_closes_it(browser):
    first = View()
    viewer.show(first, key="a")
    token = browser.token
    assert VIEWS.find(token) is first
    viewer.show(View(), key="a")
    assert browser.token == token
    assert VIEWS.find(token) is first
    viewer.show(View("another"), key="a")
    assert browser.token != token
    assert VIEWS.find(token) is None
    assert VIEWS.find(browser.token) == View("another")


def test_viewers_of_different_keys_do_not_share_a_token(browser):
    viewer.show(View(), key="a")
    token = browser.token
    viewer.show(View(), key="b")
    assert browser.token != token
    assert VIEWS.find(token) is not None


def test_a_closed_view_is_let_go_of_and_opens_again(browser):
    viewer.show(View(), key="a")
    token = browser.token
    viewer.close("a")
    viewer.close("a")
    assert VIEWS.find(token) is None
    viewer.show(View(), key="a")
    assert VIEWS.find(browser.token) is not None


def test_only_the_views_shown_last_stay_open(browser):
    tokens = []
    for number in range(viewer.OPEN_AT_ONCE + 2):
        viewer.show(View(str(number)), key=str(number))
        tokens.append(browser.token)
    assert [VIEWS.find(token) is not None for token in tokens] == [False] * 2 + [True] * viewer.OPEN_AT_ONCE


def test_nothing_is_open_when_the_session_is_gone(browser):
    viewer.show(View(), key="a")
    browser.leaves()
    assert VIEWS.find(browser.token) is None
