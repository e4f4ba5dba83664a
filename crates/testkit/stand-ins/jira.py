"""A stand-in for a site of Jira Cloud with a service desk: what the desk uses of its platform and service management APIs.

Written from the public documentation of these APIs. It keeps everything in memory; how it is started and told what goes wrong
is in `common.py`. A query is understood as far as the desk writes one: conditions joined by AND, and an order.
"""

import base64
import json
import re
import time
from datetime import datetime
from email import message_from_bytes
from urllib.parse import parse_qs, parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from common import CLIENT, PASSWORD, Handler, main

STATES = {"open": ("1", "new"), "working": ("2", "indeterminate"), "waiting": ("3", "indeterminate"),
          "done": ("4", "done"), "cancelled": ("5", "done")}
DESK = "7"
CLOUD = "11111111-2222-3333-4444-555555555555"
RIGHTS = ["ADD_COMMENTS", "BROWSE_PROJECTS", "CREATE_ATTACHMENTS", "DELETE_OWN_ATTACHMENTS", "TRANSITION_ISSUES"]


def document(text):
    """A plain text as people type it: a paragraph a line."""
    lines = [{"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": lines}


def words(node):
    if node.get("type") == "text":
        return node["text"]
    if node.get("type") == "hardBreak":
        return "\n"
    inner = "".join(words(child) for child in node.get("content", []))
    return inner + "\n\n" if node.get("type") == "paragraph" else inner


class Site:
    """The issues, and what is said of them."""

    def __init__(self):
        self.people, self.issues, self.comments, self.files, self.temporary, self.tokens = {}, {}, {}, {}, {}, {}
        self.clock, self.number = 0.0, 10000
        self.zone, self.agent, self.hidden, self.stuck = "Europe/Brussels", True, False, False
        self.user("exeat")

    def now(self):
        """The time, which never stands still: two changes never have the same."""
        self.clock = max(self.clock + 0.001, time.time())
        return self.clock

    def next(self):
        self.number += 1
        return str(self.number)

    def user(self, name, email=None):
        email = email or f"{name}@example.org"
        return self.people.setdefault(name, {
            "accountId": f"557058:{name}", "emailAddress": email, "displayName": name, "active": True,
            "accountType": "atlassian" if name == "exeat" else "customer"})

    def ticket(self, caller, text, title="Release of results", opened_by=None, email=None, at=None):
        person = self.user(caller, email)
        key, number = self.next(), len(self.issues) + 1
        at = datetime.fromisoformat(at + "+00:00").timestamp() if at else self.now()
        self.issues[key] = {
            "id": key, "key": f"REL-{number}", "summary": title, "description": document(text), "reporter": person,
            "creator": self.user(opened_by) if opened_by else person, "status": "open", "updated": at}
        return self.issues[key]

    def comment(self, ticket, by, body, public=True):
        at = self.now()
        self.issues[ticket]["updated"] = at
        made = {"id": self.next(), "author": self.user(by), "body": body, "created": stamp(at), "jsdPublic": public}
        self.comments.setdefault(ticket, []).append(made)
        return made

    def file(self, ticket, by, name, content):
        at = self.now()
        self.issues[ticket]["updated"] = at
        key = self.next()
        self.files[key] = {"id": key, "filename": name, "size": len(content), "author": self.user(by),
                           "created": stamp(at), "mimeType": "application/zip", "ticket": ticket, "bytes": content}
        return self.files[key]

    def person(self, user):
        return {name: value for name, value in user.items() if name != "emailAddress" or not self.hidden}

    def shown(self, issue, fields):
        status = issue["status"]
        every = {
            "summary": issue["summary"], "description": issue["description"], "updated": stamp(issue["updated"]),
            "reporter": self.person(issue["reporter"]), "creator": self.person(issue["creator"]), "status": state(status),
            "attachment": [plain(file) for file in self.files.values() if file["ticket"] == issue["id"]],
        }
        wanted = every if fields in ([], ["*all"], ["*navigable"]) else {name: every[name] for name in fields if name in every}
        return {"id": issue["id"], "key": issue["key"], "fields": wanted}

    def holds(self, issue, condition):
        after = re.fullmatch(r'updated >= "(\d{4}-\d\d-\d\d \d\d:\d\d)"', condition)
        if after:
            at = datetime.strptime(after[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(self.zone or "UTC"))
            return issue["updated"] >= at.timestamp()
        if condition == "project = REL":
            return True
        if condition == "statusCategory != Done":
            return STATES[issue["status"]][1] != "done"
        raise ValueError(condition)

    def search(self, jql, after, most):
        """A page of issues, and what the next one is asked with: where in the order this one ends."""
        match = re.fullmatch(r"(.*?)\s*ORDER BY updated ASC, key ASC", jql, re.S)
        conditions = [part.strip().strip("()").strip() for part in match[1].split(" AND ")]
        order = lambda issue: [issue["updated"], int(issue["id"])]
        found = sorted((issue for issue in self.issues.values() if all(self.holds(issue, one) for one in conditions)), key=order)
        if after:
            found = [issue for issue in found if order(issue) > json.loads(base64.b64decode(after))]
        page = found[:most]
        token = base64.b64encode(json.dumps(order(page[-1])).encode()).decode() if len(found) > most else None
        return page, token


def stamp(seconds):
    at = datetime.fromtimestamp(seconds, ZoneInfo("Europe/Brussels"))
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}" + at.strftime("%z")


def state(name):
    return {"id": STATES[name][0], "name": name, "statusCategory": {"key": STATES[name][1], "name": name}}


def plain(file):
    return {name: value for name, value in file.items() if name not in ("ticket", "bytes")}


SITE = Site()


class Call(Handler):
    def error(self, status, message, headers=None):
        self.json(status, {"errorMessages": [message], "errors": {}}, headers)

    def who(self):
        kind, _, value = (self.headers.get("authorization") or "").partition(" ")
        if kind.lower() == "basic":
            return "exeat" if base64.b64decode(value).decode() == f"exeat@example.org:{PASSWORD}" else None
        return "exeat" if kind.lower() == "bearer" and SITE.tokens.get(value, 0) > time.time() else None

    def answer(self, path):
        if path == "/oauth/token":
            return self.token()
        if self.who() is None:
            return self.error(401, "Client must be authenticated to access this resource.")
        path = path.removeprefix(f"/ex/jira/{CLOUD}")
        for pattern, answer in ROUTES:
            match = re.fullmatch(pattern, f"{self.command} {path}")
            if match:
                return answer(self, *match.groups())
        self.error(404, "dead link")

    def token(self):
        form = dict(parse_qsl(self.body.decode()))
        if (form.get("client_id"), form.get("client_secret")) != CLIENT or form.get("grant_type") != "client_credentials":
            return self.json(401, {"error": "access_denied", "error_description": "Unauthorized"})
        token = SITE.next()
        SITE.tokens[token] = time.time() + 3600
        self.json(200, {"access_token": token, "scope": form.get("scope", ""), "expires_in": 3600, "token_type": "Bearer"})

    def issue(self, key):
        found = SITE.issues.get(key) or next((issue for issue in SITE.issues.values() if issue["key"] == key), None)
        if not found:
            self.error(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def myself(self):
        self.json(200, {**SITE.user("exeat"), **({"timeZone": SITE.zone} if SITE.zone else {})})

    def server(self):
        self.json(200, {"baseUrl": "", "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud"})

    def known(self):
        names = ["summary", "description", "updated", "reporter", "creator", "status", "attachment"]
        self.json(200, [{"id": name, "key": name, "name": name.capitalize(), "custom": False, "clauseNames": [name]} for name in names])

    def fields(self):
        """Written once with commas, or again and again."""
        written = parse_qs(urlsplit(self.path).query).get("fields", [])
        return [name for one in written for name in one.split(",") if name]

    def found(self):
        try:
            most = min(int(self.query.get("maxResults", 50)), 5000)
            page, token = SITE.search(self.query["jql"], self.query.get("nextPageToken"), most)
        except (ValueError, TypeError, KeyError) as wrong:
            return self.error(400, f"Error in the JQL Query: {wrong}")
        # Without `fields` it gives keys alone.
        issues = [SITE.shown(issue, self.fields() or ["id"]) for issue in page]
        self.json(200, {"issues": issues, "isLast": token is None, **({"nextPageToken": token} if token else {})})

    def one(self, key):
        if issue := self.issue(key):
            self.json(200, SITE.shown(issue, self.fields()))

    def said(self, key):
        if not (issue := self.issue(key)):
            return
        if self.command == "POST":
            asked = json.loads(self.body)
            internal = any(one["key"] == "sd.public.comment" and one["value"].get("internal") for one in asked.get("properties", []))
            return self.json(201, SITE.comment(issue["id"], "exeat", asked["body"], SITE.agent and not internal))
        every = SITE.comments.get(issue["id"], [])
        start, most = int(self.query.get("startAt", 0)), int(self.query.get("maxResults", 5000))
        shown = [{**one, "author": SITE.person(one["author"])} for one in every[start:start + most]]
        self.json(200, {"startAt": start, "maxResults": most, "total": len(every), "comments": shown})

    def ways(self, key):
        if not (issue := self.issue(key)):
            return
        if self.command == "GET":
            others = [] if SITE.stuck else [name for name in STATES if name != issue["status"]]
            ways = [{"id": str(40 + int(STATES[name][0])), "name": f"to {name}", "to": state(name)} for name in others]
            return self.json(200, {"expand": "transitions", "transitions": ways})
        wanted = str(json.loads(self.body)["transition"]["id"])
        target = next((name for name in STATES if str(40 + int(STATES[name][0])) == wanted), None)
        if target is None or SITE.stuck:
            return self.error(400, "It seems that you have tried to perform an illegal workflow operation.")
        issue.update(status=target, updated=SITE.now())
        self.send(204, b"")

    def request(self, key):
        if issue := self.issue(key):
            self.json(200, {"issueId": issue["id"], "issueKey": issue["key"], "requestTypeId": "11", "serviceDeskId": DESK})

    def temporary(self, desk):
        if self.headers.get("x-atlassian-token") != "no-check":
            return self.error(403, "XSRF check failed")
        if desk != DESK:
            return self.error(404, "The service desk does not exist.")
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        made = []
        for part in message_from_bytes(head + self.body).get_payload():
            assert part.get_param("name", header="content-disposition") == "file"
            key = f"temp{SITE.next()}"
            SITE.temporary[key] = (part.get_filename(), part.get_payload(decode=True))
            made.append({"temporaryAttachmentId": key, "fileName": part.get_filename()})
        self.json(201, {"temporaryAttachments": made})

    def attach(self, key):
        if not (issue := self.issue(key)):
            return
        asked = json.loads(self.body)
        if any(key not in SITE.temporary for key in asked["temporaryAttachmentIds"]):
            return self.error(400, "A temporary attachment does not exist.")
        made = [SITE.file(issue["id"], "exeat", *SITE.temporary.pop(key)) for key in asked["temporaryAttachmentIds"]]
        names = " ".join(f"[^{file['filename']}]" for file in made)
        said = SITE.comment(issue["id"], "exeat", document(names), SITE.agent and asked["public"])
        self.json(201, {"comment": {"id": said["id"], "body": names, "public": said["jsdPublic"]},
                        "attachments": {"size": len(made), "values": [{"filename": file["filename"]} for file in made]}})

    def kept(self, key):
        file = SITE.files.get(key)
        if not file:
            return self.error(404, "The attachment with id does not exist.")
        if self.command == "DELETE":
            del SITE.files[key]
            return self.send(204, b"")
        self.json(200, plain(file))

    def content(self, key):
        file = SITE.files.get(key)
        if not file:
            return self.error(404, "The attachment with id does not exist.")
        if self.query.get("redirect") != "false":
            return self.send(303, b"", {"Location": f"/elsewhere/{key}"})
        self.send(200, file["bytes"], {"Content-Type": file["mimeType"]})

    def rights(self):
        wanted = self.query.get("permissions", "").split(",")
        lacking = [] if SITE.agent else ["CREATE_ATTACHMENTS"]
        self.json(200, {"permissions": {name: {"key": name, "havePermission": name in RIGHTS and name not in lacking} for name in wanted}})

    def control(self, what, asked):
        if what == "ticket":
            made = SITE.ticket(**asked)
            return {**SITE.shown(made, []), "key": made["id"]}
        if what == "comment":
            return SITE.comment(asked["ticket"], asked["by"], document(asked["text"]), asked.get("public", True))
        if what == "edit":
            issue = SITE.issues[asked["ticket"]]
            if "text" in asked:
                issue["description"] = document(asked["text"])
            if "caller" in asked:
                issue["reporter"] = SITE.user(asked["caller"])
            issue["updated"] = SITE.now()
            return {}
        if what == "settings":
            for name in ("zone", "agent", "hidden", "stuck"):
                setattr(SITE, name, asked.get(name, getattr(SITE, name)))
            if asked.get("expire"):
                SITE.tokens.clear()
            return {}
        return plain(SITE.file(asked["ticket"], asked["by"], asked["name"], b"half"))

    def seen(self):
        files = {}
        for file in SITE.files.values():
            content = base64.b64encode(file["bytes"]).decode()
            files.setdefault(file["ticket"], []).append({"name": file["filename"], "bytes": content})
        comments = {
            # What an attachment brings along is none of the desk's own.
            key: [{"by": one["author"]["displayName"], "text": words(one["body"]).strip()} for one in said
                  if not words(one["body"]).startswith("[^")]
            for key, said in SITE.comments.items()
        }
        return {"comments": comments, "files": files, "states": {key: issue["status"] for key, issue in SITE.issues.items()}}


ROUTES = [
    (r"GET /rest/api/[23]/myself", Call.myself),
    (r"GET /rest/api/[23]/serverInfo", Call.server),
    (r"GET /rest/api/[23]/field", Call.known),
    (r"GET /rest/api/[23]/search/jql", Call.found),
    (r"GET /rest/api/[23]/mypermissions", Call.rights),
    (r"GET /rest/api/[23]/issue/([\w-]+)", Call.one),
    (r"(?:GET|POST) /rest/api/[23]/issue/([\w-]+)/comment", Call.said),
    (r"(?:GET|POST) /rest/api/[23]/issue/([\w-]+)/transitions", Call.ways),
    (r"GET /rest/api/[23]/attachment/content/(\d+)", Call.content),
    (r"(?:GET|DELETE) /rest/api/[23]/attachment/(\d+)", Call.kept),
    (r"GET /rest/servicedeskapi/request/([\w-]+)", Call.request),
    (r"POST /rest/servicedeskapi/request/([\w-]+)/attachment", Call.attach),
    (r"POST /rest/servicedeskapi/servicedesk/(\w+)/attachTemporaryFile", Call.temporary),
]


main(Call)
