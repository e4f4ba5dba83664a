"""A person at a browser: setting an account up, signing in, and a count of the keys that are pressed."""

import time

import pyotp

PASSWORD = "four words in a row"


class Visitor:
    """Someone with an account, in a window of their own."""

    def __init__(self, desk, account, scheme="light", scripts=True, width=1366, height=768, state=None):
        self.desk, self.account = desk, account
        self.context = desk.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts,
            storage_state=state, locale=desk.languages.get(account, "en"))
        self.page = desk.watched(self.context.new_page())
        self.keys = []

    def go(self, path):
        self.page.goto(self.desk.url + path)

    def press(self, key):
        """One key, once the page can hear it; of two that are held together, each counts."""
        self.page.wait_for_load_state()
        self.keys += key.split("+")
        self.page.keyboard.press(key)

    def again(self, **how):
        """The same person, signed in, in another window."""
        return Visitor(self.desk, self.account, state=self.context.storage_state(), **how)

    def enrol(self, on_the_way=lambda name: None):
        """Turns the invitation into a password and a second factor."""
        page = self.page
        self.go("/enrol")
        on_the_way("enrol")
        page.fill("[name=code]", self.desk.invited[self.account])
        page.click("main button")
        self.desk.secrets[self.account] = page.inner_text(".secret").replace(" ", "")
        on_the_way("set-up")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        page.fill("[name=digits]", self.digits())
        page.click("main button")
        assert "/sign-in?done=enrolled" in page.url, page.inner_text("main")

    def sign_in(self):
        page = self.page
        self.go("/sign-in")
        page.fill("[name=account]", self.account)
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=code]", self.digits())
        page.click("main button")
        assert "/sign-in" not in page.url, page.inner_text("main")

    def digits(self):
        """What the phone shows; no digits are good twice, so that it is the next half minute's the second time."""
        taken, now = self.desk.taken, int(time.time()) // 30
        step = max(taken.get(self.account, 0) + 1, now)
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.5)
        taken[self.account] = step
        return pyotp.TOTP(self.desk.secrets[self.account]).at(step * 30)
