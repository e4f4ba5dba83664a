"""The desk as a browser sees it: what is watched on every page, and what is looked for."""

import os
import time
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Error

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def until(page, holds, argument=None, seconds=30):
    """Waits until this holds. Playwright's own way would evaluate text in the page, which its policy forbids."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if page.evaluate(holds, argument):
                return
        except Error as error:
            # The page is just being left for the next one.
            if "context" not in str(error):
                raise
        time.sleep(0.02)
    raise AssertionError(f"{page.url}: {holds} does not come to hold for {argument}")


class Desk:
    """The address, the browser, and what went wrong."""

    def __init__(self, url, browser, invited, languages):
        self.url, self.browser, self.invited, self.languages = url, browser, invited, languages
        self.secrets, self.taken, self.troubles, self.looked = {}, {}, [], 0
        self.pictures = os.environ.get("EXEAT_TEST_PICTURES")

    def trouble(self, what):
        self.troubles.append(what)
        print("TROUBLE:", what, flush=True)

    def watched(self, page):
        """Notes what the browser complains about, every box that a script opens, and whatever leaves this machine."""
        page.on("dialog", lambda box: (self.trouble(f"a box opened on {page.url}: {box.message}"), box.dismiss()))
        page.on("pageerror", lambda error: self.trouble(f"{page.url}: {error}"))
        page.on("request", lambda asked: None if asked.url.startswith((self.url + "/", "data:"))
                else self.trouble(f"{page.url} asked for {asked.url}"))
        # Pages that say what was refused have a status that browsers tell as an error.
        page.on("console", lambda said: self.trouble(f"{page.url}: {said.text}")
                if said.type in ("error", "warning") and "status of 4" not in said.text else None)
        return page

    def look(self, page, name, light_only=False):
        """axe-core and a picture, light and dark (the words of a language stand in either); only tables scroll sideways."""
        for scheme in ["light"] if light_only else ["light", "dark"]:
            page.emulate_media(color_scheme=scheme)
            run = f"axe.run(document, {{ runOnly: {RULES}, resultTypes: ['violations'] }})"
            for one in page.evaluate(f"async () => {{ {AXE}; return (await {run}).violations }}"):
                where = [node["html"][:160] + " " + str(node.get("failureSummary", ""))[:200] for node in one["nodes"][:2]]
                self.trouble(f"{name} ({scheme}): {one['id']}: {one['help']}: {where}")
            if self.pictures:
                tail = "" if scheme == "light" else "-dark"
                page.screenshot(path=f"{self.pictures}/{name}{tail}.png")
            self.looked += 1
        page.emulate_media(color_scheme="light")
        self.fits(page, name)

    def look_at(self, who, pages):
        """The same, at these addresses."""
        for path, name in pages:
            who.go(path)
            self.look(who.page, name)

    def fits(self, page, name):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.trouble(f"{name} is {wide} px too wide")
