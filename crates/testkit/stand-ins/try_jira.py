"""The Python client of the Jira community against the stand-in: search and paging, comments, transitions, attachments. Ends with an
error where one fails."""

import os
import sys

sys.path.pop(0)  # This folder has the stand-in by the same name.

from jira import JIRA

URL, ROOT = sys.argv[1:3]
os.environ["REQUESTS_CA_BUNDLE"] = ROOT  # It would win over `verify` where it is set.
options = {"server": URL, "rest_api_version": "3", "verify": ROOT}
client = JIRA(options=options, basic_auth=("exeat@example.org", "correct-horse"))
made = []
for number in range(35):
    ticket = {"caller": "ann_P", "text": f"ticket {number}"}
    made.append(client._session.post(f"{URL}/_control/ticket", json=ticket).json()["key"])

# Search, over pages of ten: every ticket once, in order.
query = "(project = REL) AND (statusCategory != Done) ORDER BY updated ASC, key ASC"
found, token = [], None
while True:
    page = client.enhanced_search_issues(query, fields="summary,status,reporter,description", maxResults=10, nextPageToken=token)
    found.extend(page)
    token = page.nextPageToken
    if not token:
        break
assert [issue.id for issue in found] == made, [issue.id for issue in found]
assert found[0].fields.status.name == "open" and found[0].fields.reporter.emailAddress == "ann_P@example.org"

# Who asks, and what may be done.
assert client.myself()["accountId"] == "557058:exeat"
assert client.my_permissions(permissions="ADD_COMMENTS")["permissions"]["ADD_COMMENTS"]["havePermission"]

# Comments.
body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "one"}]}]}
client.add_comment(made[0], body)
said = client.comments(made[0])
assert len(said) == 1 and said[0].author.displayName == "exeat", said

# Transitions.
ways = {way["to"]["name"]: way["id"] for way in client.transitions(made[0])}
client.transition_issue(made[0], ways["done"])
assert client.issue(made[0], fields="status").fields.status.name == "done"
assert made[0] not in [issue.id for issue in client.enhanced_search_issues(query, maxResults=0)]

# Attachments, by the platform: content is read back.
half = client._session.post(f"{URL}/_control/broken-attachment", json={"ticket": made[1], "by": "exeat", "name": "half.zip"})
half.raise_for_status()
(held,) = client.issue(made[1], fields="attachment").fields.attachment
assert (held.filename, held.size) == ("half.zip", 4)
client.delete_attachment(held.id)
assert client.issue(made[1], fields="attachment").fields.attachment == []

print("the client is content")
