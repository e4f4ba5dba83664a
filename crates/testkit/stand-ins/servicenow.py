"""A stand-in for an instance of ServiceNow: what the desk and pysnc use of its Table, Attachment and OAuth APIs.

Written from the public documentation of these APIs. It keeps everything in memory; how it is started and told what goes wrong
is in `common.py`.
"""

import base64
import hashlib
import json
import re
import time
import uuid
from urllib.parse import parse_qsl

from common import CLIENT, PASSWORD, Handler, main

REFERENCES = {
    ("sc_req_item", "request"): "sc_request",
    ("sc_req_item", "opened_by"): "sys_user",
    ("sc_req_item", "assignment_group"): "sys_user_group",
    ("sc_request", "requested_for"): "sys_user",
}
CONDITION = re.compile(r"^([a-z_][\w.]*)(ISNOTEMPTY|ISEMPTY|STARTSWITH|ENDSWITH|CONTAINS|NOT IN|LIKE|IN|!=|>=|<=|=|>|<)(.*)$", re.S)


def key():
    return uuid.uuid4().hex


class Instance:
    """The tables, and what goes wrong next."""

    def __init__(self):
        self.tables = {name: {} for name in (
            "sc_req_item", "sc_request", "sys_user", "sys_user_group", "sys_journal_field", "sys_attachment", "incident")}
        self.bytes = {}
        self.tokens = {}
        self.clock = 0
        self.numbers = 0
        self.shift = 0
        self.readonly = set()
        self.group = self.insert("sys_user_group", {"name": "Release desk"}, "system")["sys_id"]
        self.user("exeat", "exeat@example.org")

    def now(self):
        """The time, which never stands still: two changes never have the same, unless a test asks for it."""
        self.clock = max(self.clock + 1, int(time.time()))
        return stamp(self.clock)

    def insert(self, table, fields, by):
        at = self.now() if not fields.get("sys_updated_on") else fields["sys_updated_on"]
        row = {"sys_id": key(), "sys_created_on": at, "sys_updated_on": at, "sys_created_by": by, **fields}
        self.tables[table][row["sys_id"]] = row
        return row

    def user(self, name, email):
        for row in self.tables["sys_user"].values():
            if row["user_name"] == name:
                return row["sys_id"]
        return self.insert("sys_user", {"user_name": name, "email": email, "name": name}, "system")["sys_id"]

    def ticket(self, caller, text, title="Release of results", opened_by=None, email=None, at=None):
        person = self.user(caller, email or f"{caller}@example.org")
        opener = self.user(opened_by, f"{opened_by}@example.org") if opened_by else person
        self.numbers += 1
        request = self.insert("sc_request", {"number": f"REQ{self.numbers:07}", "requested_for": person}, caller)
        fields = {
            "number": f"RITM{self.numbers:07}", "short_description": title, "description": text, "active": "true",
            "state": "1", "request": request["sys_id"], "opened_by": opener, "assignment_group": self.group,
            "comments": "",  # A journal: what is written is an entry elsewhere, and it reads as empty.
        }
        if at:
            fields["sys_updated_on"] = at
        return self.insert("sc_req_item", fields, opened_by or caller)

    def comment(self, ticket, by, text):
        row = self.tables["sc_req_item"][ticket]
        row["sys_updated_on"] = self.now()
        entry = {"name": "sc_req_item", "element": "comments", "element_id": ticket, "value": text}
        return self.insert("sys_journal_field", entry, by)

    def value(self, table, row, field):
        """A field of a row, dotted through references."""
        head, _, rest = field.partition(".")
        value = row.get(head, "")
        if not rest:
            return value
        target = REFERENCES.get((table, head))
        found = self.tables[target].get(value) if target else None
        return self.value(target, found, rest) if found else ""

    def holds(self, table, row, condition, me):
        match = CONDITION.match(condition)
        if not match:
            return True  # As the documentation has it: what is not understood does not narrow.
        field, operator, wanted = match.groups()
        value = self.value(table, row, field)
        if wanted == "javascript:gs.getUserID()":
            wanted = self.user(me, "")
        if field.endswith("_on") and self.shift:
            wanted = shifted(wanted, -self.shift)
        low, want = value.lower(), wanted.lower()
        return {
            "=": low == want, "!=": low != want, ">": value > wanted, ">=": value >= wanted, "<": value < wanted,
            "<=": value <= wanted, "LIKE": want in low, "CONTAINS": want in low, "STARTSWITH": low.startswith(want),
            "ENDSWITH": low.endswith(want), "IN": low in want.split(","), "NOT IN": low not in want.split(","),
            "ISEMPTY": value == "", "ISNOTEMPTY": value != "",
        }[operator]

    def select(self, table, query, me):
        """The rows that an encoded query finds, in its order."""
        orders, groups = [], []
        for group in query.split("^NQ"):
            conditions = []
            for part in re.split(r"\^(?!\^)", group):
                order = re.match(r"^(ORDERBYDESC|ORDERBY)(\w.*)$", part)
                if order:
                    orders.append((order[2], order[1] == "ORDERBYDESC"))
                elif part.startswith("OR") and conditions:
                    conditions[-1].append(part[2:])
                elif part and part != "EQ":
                    conditions.append([part])
            groups.append(conditions)
        rows = [
            row for row in self.tables[table].values()
            if any(all(any(self.holds(table, row, one, me) for one in either) for either in group) for group in groups)
        ]
        for field, down in reversed(orders):
            rows.sort(key=lambda row: self.value(table, row, field), reverse=down)
        return rows

    def shown(self, table, row, fields, display):
        names = fields or list(row)
        found = {}
        for name in names:
            value = self.value(table, row, name)
            head = name.split(".")[-1]
            target = REFERENCES.get((table, name))
            seen = value
            if target:
                other = self.tables[target].get(value, {})
                seen = other.get("name", other.get("number", ""))
            if head.endswith("_on"):
                seen = shifted(value, self.shift)
            if display == "all":
                found[name] = {"display_value": seen, "value": value}
            elif display == "true":
                found[name] = seen
            else:
                found[name] = value
        return found


def stamp(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def shifted(text, hours):
    try:
        at = time.strptime(text, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text
    import calendar
    return stamp(calendar.timegm(at) + 3600 * hours)


INSTANCE = Instance()


class Call(Handler):
    def error(self, status, message, headers=None):
        self.json(status, {"error": {"message": message, "detail": None}, "status": "failure"}, headers)

    def who(self):
        """The account that a call is made as."""
        kind, _, value = (self.headers.get("authorization") or "").partition(" ")
        if kind.lower() == "basic":
            name, _, password = base64.b64decode(value).decode().partition(":")
            known = any(row["user_name"] == name for row in INSTANCE.tables["sys_user"].values())
            return name if known and password == PASSWORD else None
        if kind.lower() == "bearer" and INSTANCE.tokens.get(value, 0) > time.time():
            return "exeat"
        return None

    def answer(self, path):
        if path == "/oauth_token.do":
            return self.token()
        me = self.who()
        if me is None:
            return self.error(401, "User Not Authenticated", {"WWW-Authenticate": 'Basic realm="Service-now"'})
        path = re.sub(r"^/api/now/v[12]/", "/api/now/", path)
        table = re.match(r"^/api/now/table/(\w+)(?:/(\w+))?$", path)
        attachment = re.match(r"^/api/now/attachment(?:/(\w+))?(?:/(file))?$", path)
        if table:
            return self.table(me, table[1], table[2])
        if attachment:
            return self.attachment(me, attachment[1], attachment[2])
        self.error(400, "Requested URI does not represent any resource")

    def token(self):
        form = dict(parse_qsl(self.body.decode()))
        if (form.get("client_id"), form.get("client_secret")) != CLIENT or form.get("grant_type") != "client_credentials":
            return self.json(401, {"error": "access_denied", "error_description": "access_denied"})
        token = key()
        INSTANCE.tokens[token] = time.time() + 1799
        self.json(200, {"access_token": token, "scope": "useraccount", "token_type": "Bearer", "expires_in": 1799})

    def fields(self):
        return [name for name in self.query.get("sysparm_fields", "").split(",") if name]

    def table(self, me, table, sys_id):
        if table not in INSTANCE.tables:
            return self.error(400, f"Invalid table {table}")
        display = self.query.get("sysparm_display_value", "false")
        rows = INSTANCE.tables[table]
        if self.command == "GET" and not sys_id:
            found = INSTANCE.select(table, self.query.get("sysparm_query", ""), me)
            offset, limit = int(self.query.get("sysparm_offset", 0)), int(self.query.get("sysparm_limit", 10000))
            page = [INSTANCE.shown(table, row, self.fields(), display) for row in found[offset:offset + limit]]
            return self.json(200, {"result": page}, {"X-Total-Count": len(found)})
        if self.command == "POST" and not sys_id:
            row = INSTANCE.insert(table, json.loads(self.body), me)
            return self.json(201, {"result": INSTANCE.shown(table, row, self.fields(), display)})
        if sys_id not in rows:
            return self.error(404, "No Record found")
        if self.command in ("PATCH", "PUT"):
            change = json.loads(self.body)
            comment = change.pop("comments", None)
            if comment:
                INSTANCE.comment(sys_id, me, comment)
            rows[sys_id].update({name: value for name, value in change.items() if name not in INSTANCE.readonly})
            rows[sys_id]["sys_updated_on"] = INSTANCE.now()
        elif self.command == "DELETE":
            del rows[sys_id]
            return self.send(204, b"")
        self.json(200, {"result": INSTANCE.shown(table, rows[sys_id], self.fields(), display)})

    def attachment(self, me, first, file):
        rows = INSTANCE.tables["sys_attachment"]
        if self.command == "POST" and first == "file":
            content = self.body
            name, sys_id = self.query.get("table_name"), self.query.get("table_sys_id")
            if sys_id not in INSTANCE.tables.get(name, {}):
                return self.error(404, "Record doesn't exist or ACL restricts the record retrieval")
            row = INSTANCE.insert("sys_attachment", {
                "file_name": self.query["file_name"], "table_name": name, "table_sys_id": sys_id,
                "size_bytes": str(len(content)), "hash": hashlib.sha256(content).hexdigest(),
                "content_type": self.headers.get("content-type", "")}, me)
            row["download_link"] = f"http://{self.headers['host']}/api/now/attachment/{row['sys_id']}/file"
            INSTANCE.bytes[row["sys_id"]] = content
            location = row["download_link"].removesuffix("/file")
            return self.json(201, {"result": row}, {"Location": location})
        if self.command == "GET" and not first:
            found = INSTANCE.select("sys_attachment", self.query.get("sysparm_query", ""), me)
            offset, limit = int(self.query.get("sysparm_offset", 0)), int(self.query.get("sysparm_limit", 1000))
            return self.json(200, {"result": found[offset:offset + limit]}, {"X-Total-Count": len(found)})
        if first not in rows:
            return self.error(404, "No Record found")
        if self.command == "DELETE":
            del rows[first], INSTANCE.bytes[first]
            return self.send(204, b"")
        if file:
            return self.send(200, INSTANCE.bytes[first], {"Content-Type": rows[first]["content_type"]})
        self.json(200, {"result": rows[first]})

    def control(self, what, asked):
        if what == "ticket":
            row = INSTANCE.ticket(**asked)
            return {**row, "key": row["sys_id"]}
        if what == "comment":
            return INSTANCE.comment(asked["ticket"], asked["by"], asked["text"])
        if what == "edit":
            row = INSTANCE.tables["sc_req_item"][asked["ticket"]]
            if "text" in asked:
                row["description"] = asked["text"]
            if "caller" in asked:
                INSTANCE.tables["sc_request"][row["request"]]["requested_for"] = INSTANCE.user(asked["caller"], "")
            row["sys_updated_on"] = INSTANCE.now()
            return row
        if what == "settings":
            INSTANCE.shift = asked.get("shift", INSTANCE.shift)
            INSTANCE.readonly = set(asked.get("readonly", INSTANCE.readonly))
            if asked.get("expire"):
                INSTANCE.tokens.clear()
            return {}
        row = INSTANCE.insert("sys_attachment", {
            "file_name": asked["name"], "table_name": "sc_req_item", "table_sys_id": asked["ticket"],
            "size_bytes": "4", "hash": hashlib.sha256(b"half").hexdigest(), "content_type": ""}, asked["by"])
        INSTANCE.bytes[row["sys_id"]] = b"half"
        return row

    def seen(self):
        """What is there: comments and files in the order in which they came, and states."""
        comments, files = {}, {}
        for row in INSTANCE.tables["sys_journal_field"].values():
            comments.setdefault(row["element_id"], []).append({"by": row["sys_created_by"], "text": row["value"]})
        for row in INSTANCE.tables["sys_attachment"].values():
            content = base64.b64encode(INSTANCE.bytes[row["sys_id"]]).decode()
            files.setdefault(row["table_sys_id"], []).append({"name": row["file_name"], "bytes": content})
        states = {key: row["state"] for key, row in INSTANCE.tables["sc_req_item"].items()}
        return {"comments": comments, "files": files, "states": states}


main(Call)
