"""What a researcher reads: how their requests stand, what came back and why, and what was released."""

import time


def asked(who, language, reason):
    """The list, a request that came back with the checker's words, and one that was released."""
    page, desk = who.page, who.desk
    line = "table.list tbody tr:has(.mark.{}) th a".format
    come_to(who, "/mine", line("review"))
    desk.look(page, f"mine-{language}", language != "en")
    back, released = [page.locator(line(kind)).first.get_attribute("href") for kind in ["review", "clear"]]
    who.go(back)
    assert reason in page.inner_text("blockquote >> nth=0"), page.inner_text("main")
    desk.look(page, f"returned-{language}", language != "en")
    come_to(who, released, ".hashes")
    desk.look(page, f"released-{language}", language != "en")


def come_to(who, path, what, seconds=60):
    """Loads a page until the desk has done what it shows."""
    deadline = time.monotonic() + seconds
    who.go(path)
    while not who.page.locator(what).count():
        assert time.monotonic() < deadline, who.page.inner_text("main")
        time.sleep(0.2)
        who.go(path)


def begins(who):
    """A new request: the form, and the share to choose files from."""
    page = who.page
    who.go("/mine")
    page.click("form[action='/mine/drafts'] button")
    who.desk.look(page, "draft")
    page.goto(page.url.split("?")[0] + "/files")
    who.desk.look(page, "share")
