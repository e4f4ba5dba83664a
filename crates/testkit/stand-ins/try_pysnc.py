"""ServiceNow's own client against the stand-in: query, paging, update, attach. Ends with an error where one fails."""

import hashlib
import os
import sys

from pysnc import ServiceNowClient

URL, ROOT = sys.argv[1:3]
os.environ["REQUESTS_CA_BUNDLE"] = ROOT  # It would win over `verify` where it is set.
client = ServiceNowClient(URL, ("exeat", "correct-horse"), verify=ROOT)
for number in range(35):
    client.session.post(f"{URL}/_control/ticket", json={"caller": "ann_P", "text": f"ticket {number}"}).raise_for_status()

# Query.
found = client.GlideRecord("sc_req_item")
found.fields = ["sys_id", "number", "short_description", "description", "request.requested_for.user_name", "state"]
found.add_query("active", "true")
found.add_query("number", "IN", "RITM0000003,RITM0000004")
found.order_by("number")
found.query()
assert found.get_row_count() == 2, found.get_row_count()
assert [row.get_value("number") for row in found] == ["RITM0000003", "RITM0000004"]
either = client.GlideRecord("sc_req_item")
either.add_query("number", "RITM0000001").add_or_condition("number", "RITM0000002")
either.query()
assert either.get_row_count() == 2

# Paging: pages of ten, every record once, in order.
paged = client.GlideRecord("sc_req_item", batch_size=10)
paged.order_by_desc("number")
paged.query()
numbers = [row.get_value("number") for row in paged]
assert len(numbers) == 35 and numbers == sorted(set(numbers), reverse=True), numbers

# Get by key, references dotted, what is shown for them.
one = client.GlideRecord("sc_req_item")
one.fields = ["sys_id", "number", "request.requested_for.user_name", "request", "state"]
assert one.get("number", "RITM0000005")
assert one.get_value("request.requested_for.user_name") == "ann_P"
assert one.get_display_value("request") == "REQ0000005"

# Update, and a comment.
change = client.GlideRecord("sc_req_item")
assert change.get(one.get_value("sys_id"))
change.state = "2"
change.comments = "written by pysnc"
assert change.update()
again = client.GlideRecord("sc_req_item")
assert again.get(one.get_value("sys_id")) and again.get_value("state") == "2"
journal = client.GlideRecord("sys_journal_field")
journal.add_query("element_id", one.get_value("sys_id"))
journal.add_query("element", "comments")
journal.query()
assert journal.get_row_count() == 1
assert journal.next() and journal.get_value("value") == "written by pysnc"

# Insert and delete.
made = client.GlideRecord("incident")
made.initialize()
made.short_description = "made by pysnc"
assert made.insert()
assert made.delete()
gone = client.GlideRecord("incident")
gone.query()
assert gone.get_row_count() == 0

# Attach, list, read, delete.
content = bytes(range(256)) * 100
again.add_attachment("package.zip", content, "application/zip")
attached = again.get_attachments()
assert attached.next() and attached.file_name == "package.zip"
assert attached.read() == content
assert attached.hash == hashlib.sha256(content).hexdigest()
attached.delete()
left = again.get_attachments()
assert not left.next()

# What is not there, and who is not let in.
assert not client.GlideRecord("sc_req_item").get("0" * 32)
try:
    stranger = ServiceNowClient(URL, ("exeat", "wrong"), verify=ROOT).GlideRecord("sc_req_item")
    stranger.query()
except Exception as error:
    assert "Authenticat" in repr(error), repr(error)
else:
    raise AssertionError("a wrong password is taken")
print("pysnc is content")
