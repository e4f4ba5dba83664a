"""What an output checker does: by key alone, without scripts, and with more than a page can hold."""

import time

from desk import until

MOST_KEYS = 7


def request_of(who, words):
    """The address of the waiting request that these words find."""
    who.go("/queue")
    return who.page.locator("table.list tbody tr", has_text=words).locator("th a").first.get_attribute("href")


def open_file(who, name):
    who.page.locator("[data-file]", has_text=name).first.click()
    until(who.page, "name => document.querySelector('[data-file][aria-current]')?.innerText.includes(name)", name)


def queue(who, language):
    who.go("/queue?project=PRJ-7")
    who.desk.look(who.page, f"queue-{language}", language != "en")


def release_by_key(who):
    """From "a clear request of five files waits" to "the reply is sent"."""
    page = who.page
    who.go("/queue")
    who.keys.clear()
    who.press("j")
    who.press("Enter")
    page.wait_for_url("**/requests/*")
    assert page.locator("[data-file]").count() == 5, page.inner_text("main")
    who.press("Shift+A")
    submit_by_key(who)
    print(f"{who.account}: {len(who.keys)} keys from the queue to the reply: {' '.join(who.keys)}")
    assert len(who.keys) <= MOST_KEYS, who.keys


def findings_by_key(who, words, language):
    """Flagged cells, their reasons, only flagged rows, the list of keys, and the picture."""
    page, desk = who.page, who.desk
    who.go(request_of(who, words))
    open_file(who, "table1.csv")
    page.wait_for_selector("td.flag.blocked")
    who.press("n")
    page.wait_for_selector(".found li.on")
    page.wait_for_selector("tr.on td.flag")
    page.focus("td.flag.blocked a")
    assert "CNT-MIN" in page.inner_text(".tip"), "the rule shows on focus"
    desk.look(page, f"request-{language}", language != "en")
    page.focus("main")
    who.press("a")
    assert page.evaluate("document.activeElement.id") == "reason", "approving what is blocked needs a reason"
    who.press("Escape")
    who.press("f")
    page.wait_for_url("**flagged=1**")
    assert page.locator(".grid tbody tr[data-i]").count() == 1, "only flagged rows"
    who.press("?")
    page.wait_for_selector("dialog[open]")
    desk.look(page, f"keys-{language}", light_only=True)
    who.press("Escape")
    open_file(who, "figure1.svg")
    until(page, "() => document.querySelector('.drawing image')?.getBoundingClientRect().width > 0")
    desk.look(page, f"picture-{language}", language != "en")


def mended_by_key(who, words, language):
    """What changed since the round before, column widths, and a picture in three sizes with what was left out of it."""
    page, desk = who.page, who.desk
    who.go(request_of(who, words))
    open_file(who, "table7_v2.csv")
    assert page.locator("td.changed .was").count() == 1, page.inner_text(".grid")
    assert page.locator(".changes b").inner_text().endswith(":")
    who.press("d")
    page.wait_for_selector("tr.on td.changed")
    desk.look(page, f"changes-{language}")
    page.focus("td.long")
    assert "steering group" in page.inner_text(".tip"), "a long cell is shown whole on focus"
    head = page.locator("thead th").nth(2)
    wide = head.bounding_box()["width"]
    head.locator("a.role").focus()
    who.press("Shift+ArrowRight")
    assert head.bounding_box()["width"] > wide, "a column is as wide as it is wanted"
    page.focus("main")
    who.press("w")
    page.wait_for_url("**changed=1**")
    assert page.locator(".grid tbody tr[data-i]").count() == 2, "only changed rows"
    plain = who.again(scripts=False)
    plain.go(page.url.removeprefix(desk.url))
    assert plain.page.locator("td.changed .was").count() == 1, "changes are read without scripts"
    open_file(who, "figure7.svg")
    drawing = page.locator(".drawing")
    assert page.locator(".dropped li").count() >= 2, "what was left out is listed"
    desk.look(page, f"picture-mended-{language}")
    wide = int(drawing.get_attribute("data-width"))
    for times in [1, 2, 1]:
        who.press("z")
        assert drawing.get_attribute("width") == str(wide * times)
    plain.go(page.locator("[data-zoom='200']").get_attribute("href"))
    assert plain.page.locator(".drawing").get_attribute("width") == str(wide * 2)


def send_back_by_key(who, words, reason):
    """Each file goes back with a reason, and the review is submitted, without a pointer."""
    page = who.page
    who.go(request_of(who, words))
    for _ in range(page.locator("[data-file]").count()):
        who.press("e")
        page.keyboard.insert_text(reason)
        who.press("Escape")
        with page.expect_navigation():
            who.press("r")
    submit_by_key(who)


def send_back_with_the_draft(who, words, language):
    """The same in the words that the desk drafts from the findings."""
    page = who.page
    who.go(request_of(who, words))
    for at in range(page.locator("[data-file]").count()):
        with page.expect_navigation():
            who.press("r")
        assert page.input_value("[data-words]").strip(), "a draft"
        if at == 0:
            who.desk.look(page, f"refuse-{language}", language != "en")
        with page.expect_navigation():
            who.press("s")
    submit_by_key(who)


def submit_by_key(who):
    who.page.wait_for_selector(".submit button:not([disabled])")
    who.press("s")
    who.page.wait_for_url("**/queue*")


def send_back_without_scripts(who, words, reason):
    """Reading and deciding with forms and links alone."""
    plain = who.again(scripts=False)
    plain.go(request_of(plain, words))
    for _ in range(plain.page.locator("[data-file]").count()):
        plain.page.fill("#reason", reason)
        plain.page.locator('button[value="return"]').click()
    plain.page.locator(".submit button").click()
    assert "/queue" in plain.page.url, plain.page.url


def million(who, words):
    """A million cells: quick, few rows in the page at a time, and the last one is reached."""
    page = who.page
    address = request_of(who, words)
    start = time.monotonic()
    who.go(address)
    open_file(who, "million.csv")
    page.wait_for_selector(".grid tbody tr[data-i] td")
    print(f"a million cells: first rows after {time.monotonic() - start:.2f} s")
    who.desk.look(page, "million")
    slowest = 0
    for part in [0.25, 0.6, 0.9, 1.0]:
        start = time.monotonic()
        page.evaluate("""part => { const box = document.querySelector('[data-sheet]');
            box.scrollTop = box.scrollHeight * part }""", part)
        until(page, """() => { const box = document.querySelector('[data-sheet]').getBoundingClientRect();
            const at = document.elementFromPoint(box.left + 100, box.top + box.height / 2);
            return at && at.closest('tr[data-i]') }""")
        slowest = max(slowest, time.monotonic() - start)
    print(f"a million cells: rows in sight at most {slowest:.2f} s after scrolling")
    rows = page.locator(".grid tbody tr[data-i]")
    assert rows.last.get_attribute("data-i") == "99999"
    assert rows.count() <= 200, rows.count()
    open_file(who, "forty columns")
    who.desk.look(page, "forty-columns")


def strange(who, words):
    """What a stranger wrote stands there as words, wherever it is looked at."""
    page = who.page
    who.go(request_of(who, words))
    files = page.locator("[data-file]").count()
    assert files > 30, files
    for at in range(1, files + 1):
        page.goto(page.url.split("?")[0] + f"?file={at}")
        for link in page.locator(".grid .flag a").all()[:3]:
            link.focus()
        if page.locator(".grid tbody tr[data-i] td").count():
            page.locator(".grid tbody tr[data-i] td").first.hover()
    open_file(who, "cells.csv")
    assert page.locator(".grid tbody tr[data-i]").count() >= 40
    who.desk.look(page, "strange", light_only=True)
