"""The page in a real browser: every key and button, both sizes, both lights, and what a screen reader is told.

It waits by locators: the page's own rules forbid the eval that playwright's wait_for_function needs.
"""

import re
import shutil
from collections.abc import Iterator

import pytest

from tests.tom.view.conftest import served
from tom.cli import main
from tom.view.desk import COMPILING, Busy, Desk
from tom.view.server import Page
from worlds import open_log

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium")
STEP = 12


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def names(logs) -> list[str]:
    return open_log(logs["test"])[0].names


@pytest.fixture(scope="module")
def page(browser, client, names) -> Iterator:
    """The page at 1200 pixels; what goes wrong in it is in `page.wrong`."""
    address = f"http://127.0.0.1:{client.port}/#e=0&a={names[0]}&t={STEP}&q=behave+as+myself"
    with pytest.MonkeyPatch.context() as patch:  # fitting takes long
        patch.setitem(client.page.routes, "/api/shortcuts", (shortcuts, ("e", "a", "t", "q")))
        page = opened(browser, address, 1200, 760)
        yield page
        page.context.close()


def shortcuts(index, agent, step, prompt):
    return {"shortcuts": {"base rate": [0.2] * 5}, "best": "base rate"}


def opened(browser, address: str, width: int, height: int, light: str = "light", shown: str = "#answer tbody tr"):
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=light, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(240_000)  # kernels may have to be compiled
    page.wrong = []
    page.on("console", lambda told: told.type == "error" and page.wrong.append(told.text))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.goto(address)
    page.locator(shown).first.wait_for()
    return page


@pytest.fixture
def at(page, names):
    """Goes back to where the page began, and returns what waits until its address says something."""
    page.evaluate(f"location.hash = 'e=0&a={names[0]}&t={STEP}&q=behave+as+myself'")

    def says(text: str) -> None:
        page.wait_for_url(re.compile(re.escape(text)))

    says(f"t={STEP}&q=behave+as+myself")
    page.locator("#chips .chip", has_text="myself").wait_for()
    page.locator("body").click(position={"x": 1, "y": 1})
    return says


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["ArrowRight"], f"t={STEP + 1}&"), (["ArrowLeft"], f"t={STEP - 1}&"), (["Shift+ArrowRight"], f"t={STEP + 8}&"),
        (["Shift+ArrowLeft"], f"t={STEP - 8}&"), (["End"], "t=23&"), (["Home"], "t=0&"), (["]"], "a={1}&"),
        (["["], "a={4}&"),
        (["3"], "q=behave+as+{2}"), (["3", "1"], "q=behave+as+{2}+pretending+to+be+me"),
        (["3", "1", "Backspace"], "q=behave+as+{2}"), (["3", "Backspace"], "q=behave+as+myself"),
    ],
)  # fmt: skip
def test_every_key_leads_to_a_place(page, names, at, keys, place):
    for key in keys:
        page.keyboard.press(key)
    at(place.format(*names))
    assert page.wrong == []


def test_a_click_on_a_name_goes_on_through_it_and_a_chip_takes_it_away(page, names, at):
    page.get_by_role("button", name=f"go on through {names[1]}").click()
    at(f"q=behave+as+{names[1]}")
    page.get_by_role("button", name=f"take away {names[1]} and what follows").click()
    at("q=behave+as+myself")


def test_a_click_on_an_agent_asks_it_and_a_reader_is_told_who_it_is(page, names, at):
    for name in names:
        page.locator("#map").get_by_role(
            "button", name=re.compile(f"^{name}, an? .*row \\d, column \\d, acting as")
        ).wait_for()
    page.locator("#map").get_by_role("button", name=re.compile(f"^{names[2]},")).dispatch_event("click")
    at(f"a={names[2]}&")
    told = page.get_by_role("status").and_(page.locator("#live"))
    told.filter(
        has_text=f"{names[2]} at step {STEP}, asked to behave as myself. What {names[2]} would do: the mind says"
    ).wait_for()


def test_the_truth_and_the_shortcut_go_and_come_back(page, at):
    for key, name in (("t", "truth"), ("s", "shortcut")):
        page.locator(f"#answer svg .{name}").first.wait_for(state="attached")
        page.keyboard.press(key)
        page.locator(f"#answer svg .{name}").first.wait_for(state="detached")
        assert not page.locator(f"#map .arrow .{name}").count()
        page.keyboard.press(key)
        page.locator(f"#answer svg .{name}").first.wait_for(state="attached")


def test_the_eyes_of_the_asked_agent_shade_what_they_do_not_see(page, at):
    page.keyboard.press("e")
    page.locator("#eyes[aria-pressed=true]").wait_for()
    assert page.locator("#map .shade").get_attribute("d")
    page.locator("#all").click()
    assert page.locator("#map .shade").get_attribute("d") == ""


def test_words_are_asked_and_an_error_stands_under_its_word(page, names, at):
    page.keyboard.press("/")
    page.keyboard.type(f"act like {names[1]}")
    page.keyboard.press("Enter")
    page.locator("#chips .chip", has_text=names[1]).wait_for()
    page.keyboard.press("/")
    page.keyboard.type("behave as <b>Nobody</b>")
    page.keyboard.press("Enter")
    page.get_by_role("alert").filter(has_text="nobody here is called").wait_for()
    assert "^^^" in page.locator("#error").inner_text()
    assert not page.locator("#error b").count()
    page.wrong.clear()  # the browser tells of the answer's status


def test_it_plays_and_stops_and_tells_its_keys(page, at):
    page.keyboard.press("Space")
    at(f"t={STEP + 2}&")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="hidden")


def test_eyes_in_eyes_and_what_is_known_are_shown(page, names, at):
    page.keyboard.press("2")
    page.locator("figcaption", has_text=f"what {names[1]} sees that {names[0]} sees").wait_for()
    page.locator(".ribbon h3", has_text="sight").wait_for()
    page.locator(f"#knower:text-is('{names[0]}')").wait_for()


def test_whose_knowledge_is_told_is_who_is_asked_whatever_comes_late(browser, client, names):
    held: list = []
    page = opened(browser, f"http://127.0.0.1:{client.port}/#e=0&a={names[0]}&t={STEP}&q=behave+as+myself", 1200, 760)
    page.route(re.compile(rf"/api/beliefs\?.*a={names[1]}"), lambda route: held.append(route))
    page.locator(f"#knower:text-is('{names[0]}')").wait_for()
    page.locator(".ribbon").first.wait_for()
    page.keyboard.press("]")
    page.locator(f"#knower:text-is('{names[1]}')").wait_for()
    page.locator("#ribbons[aria-busy]").wait_for()
    page.keyboard.press("[")
    for _ in range(2):  # before and after what was asked in between
        page.locator(f"#knower:text-is('{names[0]}')").wait_for()
        page.locator("#ribbons:not([aria-busy]) .ribbon").first.wait_for()
        assert page.locator("#whom option").all_inner_texts() == names[1:]
        while held:
            with page.expect_response(re.compile("/api/beliefs")):
                held.pop().continue_()
    assert page.wrong == []
    page.context.close()


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_it_fits_and_its_address_leads_back(browser, client, names, width, light):
    address = f"http://127.0.0.1:{client.port}/#e=1&a=Nobody&t=3&q=behave+as+myself"
    page = opened(
        browser, address.replace("Nobody", open_log(client.page.desk.log.path)[1].names[1]), width, 800, light
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#step").input_value() == "3"
    assert page.locator("#which").input_value() == "1"
    assert page.wrong == []
    page.context.close()


def test_a_file_opens_from_the_disk_and_has_the_servers_answers(browser, client, names, text, tmp_path):
    (tmp_path / "episode.html").write_text(text)
    prompt = f"behave as {names[1]} pretending to be me"
    place = f"e=0&a={names[0]}&t={STEP}&q={prompt.replace(' ', '+')}"
    page = opened(browser, f"file://{tmp_path}/episode.html#{place}", 1200, 760)
    truth = client.document("ask", e=0, a=names[0], t=STEP, q=prompt)["truth"]
    cells = page.locator("#answer tbody td:last-child").all_inner_texts()
    assert [float(cell) for cell in cells] == pytest.approx(truth, abs=0.006)
    page.locator("figcaption", has_text=f"what {names[1]} sees that {names[0]} sees").wait_for()
    page.locator(".ribbon h3", has_text="memory").wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(f"t={STEP + 1}&"))
    page.keyboard.press("2")
    page.keyboard.press("3")
    page.get_by_role("alert").filter(has_text="depth 0 to 2").wait_for()
    assert page.wrong == []
    page.context.close()


def test_what_is_not_answered_yet_is_said_and_asked_again(browser, client, names, monkeypatch):
    answered, late = client.page.desk.ask, [COMPILING]

    def ask(*asked):
        return answered(*asked)

    def do(work, *asked):
        if work is ask and late:
            raise Busy(late.pop())
        return Desk.do(client.page.desk, work, *asked)

    monkeypatch.setitem(client.page.routes, "/api/ask", (ask, ("e", "a", "t", "q")))
    monkeypatch.setattr(client.page.desk, "do", do)
    address = f"http://127.0.0.1:{client.port}/#e=0&a={names[0]}&t=5&q=behave+as+myself"
    page = opened(browser, address, 1200, 760, shown="#said:has-text('kernels are compiled')")
    page.locator("#answer tbody tr").first.wait_for()
    assert page.wrong == []
    page.context.close()


def test_a_world_that_draws_itself_is_shown_beside_the_table(browser, client, names, monkeypatch):
    data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
    told = {**client.page.desk.told(0), "picture": None}
    told["frames"] = [f"data:image/png;base64,{data}#{step}" for step in range(told["steps"])]
    monkeypatch.setitem(client.page.routes, "/api/episode", (lambda index: told, ("e",)))
    address = f"http://127.0.0.1:{client.port}/#e=0&a={names[0]}&t=5&q=behave+as+myself"
    page = opened(browser, address, 1200, 760)
    picture = page.get_by_role("img", name="as the environment draws it")
    assert picture.get_attribute("src").endswith("#5")
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 1
    page.keyboard.press("ArrowRight")
    page.locator("img[src$='#6']").wait_for()
    assert page.locator(".perceived tr").count() == 1 + len(names)
    assert page.wrong == []
    page.context.close()


def test_a_world_that_tells_no_places_and_draws_nothing_is_a_table_of_what_was_seen_and_done(
    browser, client, names, monkeypatch
):
    told = {**client.page.desk.told(0), "picture": None, "frames": None}
    monkeypatch.setitem(client.page.routes, "/api/episode", (lambda index: told, ("e",)))
    address = f"http://127.0.0.1:{client.port}/#e=0&a={names[0]}&t=5&q=behave+as+myself"
    page = opened(browser, address, 390, 760)
    assert page.get_by_role("img", name="as the environment draws it").count() == 0
    assert page.locator("#map svg").count() == 0
    rows = page.locator(".perceived tr").all_inner_texts()[1:]
    acted = [told["actions"][action] for action in told["action"][5]]
    assert [name in row and act in row for name, act, row in zip(names, acted, rows, strict=True)] == [True] * len(
        names
    )
    page.locator(".perceived").get_by_role("button", name=names[1]).click()
    page.wait_for_url(re.compile(f"a={names[1]}"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.wrong == []
    page.context.close()


def test_who_is_alone_has_nobody_to_know_and_a_wish_says_the_chances_that_there_are(browser, tmp_path, monkeypatch):
    log = tmp_path / "alone"
    assert (
        main(["run", "--preset", "near-far", "--agents", "1", "--episodes", "1", "--steps", "6", "--out", str(log)])
        == 0
    )
    desk = Desk(open_log(log))
    wished = {
        "stance": "do",
        "chain": [],
        "body": 0,
        "mind": None,
        "truth": [0.6, 0.1, 0.1, 0.1, 0.1],
        "estimated": True,
    }
    chances = {"wish": "eat 1 fruit", "chance": 0.25, "asked": None, "best": None}
    monkeypatch.setattr(desk, "ask", lambda *_: wished | chances)
    with served(Page(desk)) as client:
        page = opened(browser, f"http://127.0.0.1:{client.port}/#e=0&t=2&q=collect+1+fruit", 1200, 760)
        page.locator("#said", has_text="“eat 1 fruit” comes true by itself with chance .25.").wait_for()
        for hidden in ("#mirrors", "#beliefs", ".key.mind"):
            page.locator(hidden).wait_for(state="hidden")
        assert page.wrong == []
        page.context.close()


def test_what_is_worth_a_look_leads_to_its_worst_moment(page, client, names, at, monkeypatch):
    def moment(step, nats):
        place = f"e=0&a={names[1]}&t={step}&q=behave+as+myself"
        return {"at": place, "agent": names[1], "step": step, "prompt": "x", "mind": nats, "shortcut": nats}

    def worth(index):
        worst = {"mind": moment(3, 2.0), "shortcut": moment(4, 1.0)}
        return {"episode": index, "questions": 1, "mind": index / 8, "shortcut": 1 - index / 8, "worst": worst}

    def pairs(index):
        return {"edges": [{"from": 1, "to": 2, "mind": 0.5, "shortcut": 0.5, "worst": moment(6, 3.0)}]}

    monkeypatch.setitem(client.page.routes, "/api/worth", (worth, ("e",)))
    monkeypatch.setitem(client.page.routes, "/api/pairs", (pairs, ("e",)))
    page.keyboard.press("g")
    firsts = page.locator("#index tr td:first-child")
    firsts.nth(7).wait_for()
    assert firsts.first.inner_text() == "7"
    page.get_by_role("button", name="shortcut off").click()
    assert firsts.first.inner_text() == "0"
    page.locator("#index a").first.click()
    at("t=4&")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("g")
    page.get_by_role("link", name=f"{names[1]} as {names[2]}: 0.50 nats off").focus()
    page.keyboard.press("Enter")
    at("t=6&")
    assert page.wrong == []
