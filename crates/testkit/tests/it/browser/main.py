"""Looks at the web desk with Chromium: main.py URL ACCOUNT=CODE…

Ends well if the whole story goes through, from both sides and in three languages, by key alone and without scripts; if no
page has a barrier that axe-core knows, in light or dark; and if nothing that a stranger wrote has run.
"""

import sys
import time

from playwright.sync_api import sync_playwright

import checker
import requester
from desk import Desk, until
from visitor import Visitor

# Language, who decides, who asks, for what, and why it goes back: in the desk's own words where none are given.
STORIES = [
    ("en", "cleo", "ann_P", "Table 6", "Merge the two oldest groups."),
    ("nl", "dirk", "bram_P", "Tabel 6", "Voeg de twee oudste groepen samen."),
    ("fr", "elise", "zoe_P", "Tableau 6", ""),
]
LANGUAGES = {account: language for language, *people, _, _ in STORIES for account in people}


def story(desk, language, judge, asker, words, reason):
    """One language, from both sides."""
    cleo, ann = Visitor(desk, judge), Visitor(desk, asker)
    cleo.go("/sign-in")
    desk.look(cleo.page, f"sign-in-{language}", language != "en")
    cleo.enrol(lambda name: desk.look(cleo.page, f"{name}-{language}", language != "en"))
    cleo.sign_in()
    checker.queue(cleo, language)
    checker.release_by_key(cleo)
    checker.findings_by_key(cleo, words, language)
    checker.mended_by_key(cleo, f"Mended {language}", language)
    if language == "en":
        checker.send_back_without_scripts(cleo, words, reason)
    elif reason:
        checker.send_back_by_key(cleo, words, reason)
    else:
        checker.send_back_with_the_draft(cleo, words, language)
    ann.enrol()
    ann.sign_in()
    requester.asked(ann, language, reason)
    return cleo


def odd(desk, cleo):
    """Pages that are seldom seen, long ones, and strange ones."""
    page = cleo.page
    checker.million(cleo, "A million")
    checker.strange(cleo, "constructor")
    many = checker.request_of(cleo, "Two hundred")
    cleo.go(many)
    desk.look(page, "many")
    cleo.go("/queue")
    page.fill("#q", "two hundred")
    until(page, "() => document.querySelectorAll('.list tbody tr').length == 1")
    desk.look_at(cleo, [("/queue?q=nothing-fits", "queue-none"), ("/account", "account"),
                        ("/requests/EX-999", "not-found"), ("/mine", "forbidden")])
    # 200 % of a window of 1366 by 768.
    large = cleo.again(width=683, height=384)
    for path, name in [("/queue", "queue-enlarged"), (many, "request-enlarged")]:
        large.go(path)
        desk.look(large.page, name, light_only=True)
    desk.look_at(cleo, [(many + "/refuse", "refuse"), ("/requests/EX-1/release", "release")])


def others(desk):
    """Who has asked for nothing yet and begins to, the auditor, and the administrator."""
    nina = arrived(desk, "nina_P")
    desk.look_at(nina, [("/mine", "mine-none")])
    requester.begins(nina)
    desk.look_at(arrived(desk, "aude"), [("/ledger", "ledger"), ("/releases", "releases"), ("/insights", "insights")])
    desk.look_at(arrived(desk, "adam"), [("/admin", "admin")])


def arrived(desk, account):
    """Someone with an account, signed in."""
    who = Visitor(desk, account)
    who.enrol()
    who.sign_in()
    return who


def main():
    url, invited = sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:])
    assert url.startswith("http://127.0.0.1:"), url
    start = time.monotonic()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        desk = Desk(url, browser, invited, LANGUAGES)
        cleo, *_ = [story(desk, *one) for one in STORIES]
        odd(desk, cleo)
        others(desk)
        browser.close()
    print(f"{desk.looked} looks at pages with axe-core in {time.monotonic() - start:.0f} s")
    if desk.troubles:
        sys.exit(f"{len(desk.troubles)} troubles")


main()
