"""A mail server for one test: keeps what it takes, and fails as it is told. Ends when its standard input does.

Prints its port. Of each message it keeps N.eml, the bytes, and N.json, what Python's own parser reads in them.
"""

import argparse
import asyncio
import email.policy
import hashlib
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER = LoginPassword(b"desk", b"correct horse")


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    body = lambda kind: mail.get_body((kind,)).get_content()
    return {
        "headers": {name: str(value) for name, value in mail.items()},
        "text": body("plain"),
        "html": body("html"),
        "shape": [part.get_content_type() for part in mail.walk()],
        "attachments": [
            {"name": part.get_filename(), "sha256": hashlib.sha256(part.get_content()).hexdigest()}
            for part in mail.iter_attachments()
        ],
    }


class Handler:
    def __init__(self, folder, fault):
        self.folder, self.fault, self.taken = folder, fault, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.fault == "unknown":
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.fault == "busy":
            return "451 4.3.0 Come back later"
        if self.fault == "full":
            return "552 5.3.4 Too large"
        self.taken += 1
        (self.folder / f"{self.taken}.eml").write_bytes(envelope.content)
        told = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "login": bool(session.authenticated)}
        (self.folder / f"{self.taken}.json").write_text(json.dumps(read(envelope.content) | told))
        if self.fault == "hangup":
            server.transport.abort()
        return f"250 OK queued as {self.taken}"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data == USER, handled=True if data == USER else False)


async def babble(reader, writer):
    writer.write(b"HTTP/1.1 400 what do you mean\r\n\r\n")
    await writer.drain()
    writer.close()


async def turn_away(reader, writer):
    writer.write(b"554 5.7.1 Not from you\r\n")
    await writer.drain()
    await reader.read()
    writer.close()


async def serve(options):
    loop = asyncio.get_running_loop()
    context = None
    if options.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.folder / "cert.pem", options.folder / "key.pem")
    others = {"babble": babble, "turnaway": turn_away}
    if options.fault in others:
        server = await asyncio.start_server(others[options.fault], "127.0.0.1", 0)
    else:
        handler = Handler(options.folder, options.fault)
        factory = lambda: SMTP(
            handler,
            hostname="mail.test",
            require_starttls=options.tls == "starttls",
            tls_context=context if options.tls == "starttls" else None,
            auth_required=options.auth != "none",
            auth_require_tls=options.tls == "starttls",
            auth_exclude_mechanism={"plain": ["LOGIN"], "login": ["PLAIN"], "none": ["LOGIN", "PLAIN"]}[options.auth],
            authenticator=authenticate,
        )
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if options.tls == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--tls", choices=["none", "starttls", "tls"], default="none")
parser.add_argument("--auth", choices=["none", "plain", "login"], default="none")
parser.add_argument("--fault", choices=["", "unknown", "busy", "full", "hangup", "babble", "turnaway"], default="")
asyncio.run(serve(parser.parse_args()))
