"""What a researcher reads: how their requests stand, what came back and why, and what was released."""

import time


def asked(who, language, reason):
    """The list, a request that came back with the checker's words, and one that was released."""
    page, desk = who.page, who.desk
    who.go("/mine")
    desk.look(page, f"mine-{language}", language != "en")
    back, released = [page.locator("table.list tbody tr", has=page.locator(f".mark.{kind}")).first.locator("th a")
                      .get_attribute("href") for kind in ["review", "clear"]]
    who.go(back)
    assert reason in page.inner_text("blockquote >> nth=0"), page.inner_text("main")
    desk.look(page, f"returned-{language}", language != "en")
    deadline = time.monotonic() + 30
    who.go(released)
    while not page.locator(".hashes").count():
        assert time.monotonic() < deadline, page.inner_text("main")
        time.sleep(0.2)
        who.go(released)
    desk.look(page, f"released-{language}", language != "en")


def begins(who):
    """A new request: the form, and the share to choose files from."""
    page = who.page
    who.go("/mine")
    page.click("form[action='/mine/drafts'] button")
    who.desk.look(page, "draft")
    page.goto(page.url.split("?")[0] + "/files")
    who.desk.look(page, "share")
