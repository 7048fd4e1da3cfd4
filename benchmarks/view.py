"""What `tom view` takes, of a log of the default world: seconds to the first answer, an ask, and all questions.

    python benchmarks/view.py LOG [RUN]

Seconds are those of the processor that the process had, kernels compiled before. The first answer is the reference
mind's; all else is asked of the mind of RUN, where one is named. "All questions" are those of depth 0 to 2 of every
agent at every step of the log's first episode: the truth, the best shortcut, which is fitted before, and the mind; the
file holds them, and what is known and seen. Agents are asked side by side, so that it takes less by the clock where
there are several cores. A scrub is the script and the layout of one step of the slider, by the clock, in the Chromium
that is on the path, answers fetched before; without one it is left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import torch

import tom
from tom.view.desk import Desk
from tom.view.export import page_of
from tom.view.server import PAGE
from worlds import open_log

ASKS, TRIES = 40, 3


def main() -> None:
    """Prints a line a figure."""
    torch.set_num_threads(1)
    path = sys.argv[1]
    print(f"first answer               {first_answer(path):8.2f} s")
    desk, text = Desk(open_log(path), tom.load(*sys.argv[2:3])), [""]
    names, step = desk.episode(0).names, iter(range(10**9))

    def ask() -> None:
        desk.ask(0, names[0], next(step) % desk.episode(0).steps, f"behave as {names[1]} pretending to be me")

    ask()
    print(f"an ask                     {1000 * min(timed(ask) for _ in range(ASKS)):8.2f} ms")

    def everything() -> None:
        desk.mind._histories.clear()
        text[0] = page_of(Desk(desk.log, desk.mind), 0, lambda *_: None)

    everything()
    began, spent = time.perf_counter(), min(timed(everything) for _ in range(TRIES))
    clock = (time.perf_counter() - began) / TRIES
    print(
        f"all questions, a file      {spent:8.2f} s, by the clock {clock:.2f} s on {len(os.sched_getaffinity(0))} cores"
    )
    if chromium := shutil.which("chromium"):
        scrubs = np.array(scrubbed(chromium, text[0]))
        print(f"a scrub                    {np.median(scrubs):8.2f} ms, of 95% at most {np.quantile(scrubs, 0.95):.2f}")
    print(f"the file                   {len(text[0].encode()) / 1000:8.1f} KB, of {len(names)} agents")
    print(f"the page                   {sum(file.stat().st_size for file in PAGE.iterdir()) / 1000:8.1f} KB")


def scrubbed(chromium: str, text: str) -> list[float]:
    """Milliseconds that each step of the slider takes a page, from one end to the other and again."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as place:
        (file := Path(place, "episode.html")).write_text(text)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.goto(file.as_uri())
        page.locator(".ribbon").first.wait_for()
        page.keyboard.press("2")
        page.locator("#strip figure").nth(3).wait_for()
        took = [page.evaluate(SCRUB) for _ in range(2)][1]
        browser.close()
    return took


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    work()
    return time.process_time() - start


def first_answer(path: str) -> float:
    """Seconds that a server has had when it answers the first question that is put to it."""
    with subprocess.Popen([sys.executable, "-c", SERVE, "view", path], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        name = open_log(path)[0].names[0]
        asked = {"e": 0, "a": name, "t": 0, "q": "behave as myself"}
        with urlopen(f"{url}api/ask?{urlencode(asked)}") as reply:
            assert b"truth" in reply.read()
        told = re.sub(r".*\)", "", Path(f"/proc/{server.pid}/stat").read_text()).split()
        server.terminate()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


SCRUB = """async () => {
    const slider = document.getElementById("step"), took = [];
    for (let step = 0; step <= Number(slider.max); step++) {
        await new Promise((done) => setTimeout(done, 50));
        const start = performance.now();
        slider.value = step;
        slider.dispatchEvent(new Event("input"));
        for (let turn = 0; turn < 99; turn++) await null; // what has been fetched is shown, too
        document.body.offsetHeight;
        took.push(performance.now() - start);
    }
    return took;
}"""
SERVE = "import sys; from tom.cli import main; sys.exit(main(sys.argv[1:]))"

if __name__ == "__main__":
    main()
