//! The mailbox against a real server (Dovecot): where each mail goes, what each failure is called, and that nothing is lost
//! or read twice into something when the connection fails in the middle.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use exeat_channels::Tls;
use exeat_channels::mailbox::{
    Fate, Fetched, Folders, ImapConfig, ImapProof, Inbox, LARGEST, Passed, Reader,
};
use exeat_testkit::dovecot::{Dovecot, certify, free, secret};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn server(more: &str) -> Dovecot {
    Dovecot::with_password(more).unwrap()
}

fn bring(server: &Dovecot, name: &str, subject: &str, body: &str) {
    let mail = format!(
        "From: a@example.org\r\nSubject: {subject}\r\nMessage-ID: <{name}@example.org>\r\n\r\n{body}\r\n"
    );
    server.bring(name, &mail).unwrap();
}

/// Reads what it is given: by the subject, a mail is done, for a person, or for later.
#[derive(Default)]
struct Counting {
    read: Mutex<Vec<String>>,
}

impl Counting {
    fn read(&self) -> Vec<String> {
        let mut read = self.read.lock().unwrap().clone();
        read.sort();
        read
    }
}

#[async_trait]
impl Reader for Counting {
    async fn read(&self, mail: Fetched) -> Fate {
        let text = String::from_utf8_lossy(&mail.bytes);
        let of =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        let id = of("Message-ID: <");
        self.read.lock().unwrap().push(id.split('@').next().unwrap_or_default().to_owned());
        match of("Subject: ").as_str() {
            _ if mail.size > LARGEST => {
                assert!(mail.bytes.len() < 1000, "only the header of a large mail is fetched");
                Fate::Parked("too-large")
            }
            "strange" => Fate::Parked("strange"),
            "early" => Fate::Later,
            _ => Fate::Done,
        }
    }
}

fn inbox(config: ImapConfig) -> (Inbox, Arc<Counting>) {
    let reader = Arc::new(Counting::default());
    (Inbox::new(config, Arc::<Counting>::clone(&reader)).unwrap(), reader)
}

async fn each_goes_where_it_belongs(server: &Dovecot, config: ImapConfig) {
    for (name, subject) in [("a", "files"), ("b", "strange"), ("c", "early"), ("d", "files")] {
        bring(server, name, subject, "hello");
    }
    let (inbox, reader) = inbox(config);
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 2, parked: 1, later: 1 });
    assert_eq!(reader.read(), ["a", "b", "c", "d"]);
    assert_eq!(server.mails(".").unwrap(), ["c"]);
    assert_eq!(server.mails(".Exeat.Done").unwrap(), ["a", "d"]);
    assert_eq!(server.mails(".Exeat.Parked").unwrap(), ["b"]);
    // What is for later is not read again at once.
    assert_eq!(inbox.pass().await.unwrap(), Passed::default());
    assert_eq!(reader.read().len(), 4);
}

#[tokio::test]
async fn every_mail_goes_where_it_belongs() {
    let server = server("");
    each_goes_where_it_belongs(&server, server.config()).await;
}

#[tokio::test]
async fn over_tls_from_the_start_or_from_then_on_and_without_move() {
    let server = server("imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ENABLE LITERAL+");
    let config = ImapConfig { host: "localhost".into(), port: server.tls, tls: Tls::Tls, ..server.config() };
    each_goes_where_it_belongs(&server, config).await;
    bring(&server, "e", "files", "more");
    let (inbox, _) = inbox(ImapConfig { host: "localhost".into(), tls: Tls::Starttls, ..server.config() });
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 1, parked: 0, later: 1 });
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_put_aside_by_its_header() {
    let server = server("");
    bring(&server, "large", "files", &("x".repeat(70) + "\r\n").repeat(LARGEST as usize / 70));
    bring(&server, "small", "files", "hello");
    let (inbox, reader) = inbox(server.config());
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 1, parked: 1, later: 0 });
    assert_eq!(reader.read(), ["large", "small"]);
    assert_eq!(server.mails(".Exeat.Parked").unwrap(), ["large"]);
}

#[tokio::test]
async fn what_comes_while_the_mailbox_is_watched_is_read_at_once() {
    let server = server("");
    let (inbox, reader) = inbox(server.config());
    let watching = tokio::spawn(async move { inbox.watch().await });
    for name in ["first", "second"] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        bring(&server, name, "files", "hello");
        let since = Instant::now();
        while !reader.read().contains(&name.to_owned()) {
            assert!(
                since.elapsed() < Duration::from_secs(30),
                "{name} is not read, long before the next look is due"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    watching.abort();
}

#[tokio::test]
async fn an_access_token_opens_the_mailbox() {
    let introspection = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = introspection.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in introspection.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let size = stream.read(&mut asked).unwrap();
            let known = String::from_utf8_lossy(&asked[..size]).contains("token-of-today");
            let (status, said) = if known {
                ("200 OK", r#"{"active":true,"username":"desk@example.org"}"#)
            } else {
                ("401 Unauthorized", r#"{"active":false}"#)
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}",
                said.len()
            );
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let oauth: PathBuf = folder.path().join("oauth2.conf");
    std::fs::write(
        &oauth,
        format!(
            "tokeninfo_url = http://127.0.0.1:{port}/?access_token=\nusername_attribute = username\n\
             active_attribute = active\nactive_value = true\n"
        ),
    )
    .unwrap();
    let server = Dovecot::start(&format!(
        "passdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {}\n}}\n",
        oauth.display()
    ))
    .unwrap();
    bring(&server, "a", "files", "hello");
    let with = |token| ImapConfig { proof: ImapProof::Token(secret(token)), ..server.config() };
    let refused = inbox(with("token-of-yesterday")).0.pass().await.unwrap_err();
    assert_eq!(refused.code, "mailbox-login", "{refused:?}");
    assert!(!format!("{refused:?}").contains("yesterday"));
    assert_eq!(inbox(with("token-of-today")).0.pass().await.unwrap().done, 1);
}

#[tokio::test]
async fn each_failure_says_what_to_mend_and_never_the_secret() {
    let server = server("");
    let good = server.config();
    let stranger = tempfile::tempdir().unwrap();
    certify(stranger.path()).unwrap();
    for (config, code) in [
        (ImapConfig { proof: ImapProof::Password(secret("wrong-horse")), ..good.clone() }, "mailbox-login"),
        (ImapConfig { proof: ImapProof::Password(secret("line\r\nbreak")), ..good.clone() }, "mailbox-login"),
        (ImapConfig { port: free().unwrap(), ..good.clone() }, "mailbox-down"),
        (
            ImapConfig {
                host: "localhost".into(),
                port: server.tls,
                tls: Tls::Tls,
                roots: std::fs::read(stranger.path().join("cert.pem")).ok(),
                ..good.clone()
            },
            "mailbox-tls",
        ),
        (
            ImapConfig { folders: Folders { inbox: "Nowhere".into(), ..good.folders.clone() }, ..good },
            "mailbox-refused",
        ),
    ] {
        let failure = inbox(config).0.pass().await.unwrap_err();
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(!format!("{failure:?}").contains("horse"), "{failure:?}");
        assert!(failure.message.ends_with('.'), "{failure:?}");
    }
}

/// What a connection does to what passes through it, after so many bytes from the server.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Cut,
    Garbage,
    Silence,
}

/// Stands between the desk and the server, and fails as it is told.
async fn between(server: u16, fault: Fault, after: usize) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (desk, _) = listener.accept().await.unwrap();
        let server = tokio::net::TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let (mut from_desk, mut to_desk) = desk.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = tokio::spawn(async move { tokio::io::copy(&mut from_desk, &mut to_server).await });
        let mut left = after;
        let mut block = [0; 1024];
        while let Ok(size @ 1..) = from_server.read(&mut block).await {
            let passes = size.min(left);
            let _ = to_desk.write_all(&block[..passes]).await;
            left -= passes;
            if left == 0 {
                match fault {
                    Fault::Cut => break,
                    Fault::Garbage => {
                        let _ = to_desk.write_all(b"\0\xff{99999999}\r\n* 1 FETCH (((\r\n").await;
                        break;
                    }
                    Fault::Silence => std::future::pending().await,
                }
            }
        }
        up.abort();
    });
    port
}

#[tokio::test]
async fn a_connection_that_fails_anywhere_loses_nothing_and_doubles_nothing() {
    let server = server("");
    let names: Vec<String> = (10..22).map(|n| format!("m{n}")).collect();
    names.iter().for_each(|name| bring(&server, name, "files", "hello"));
    let failed = AtomicUsize::new(0);
    let (_, all) = inbox(server.config());
    for (turn, after) in (1..).zip((20..4000).step_by(157)) {
        let fault = [Fault::Cut, Fault::Garbage, Fault::Silence][turn % 3];
        let port = between(server.plain, fault, after).await;
        let config = ImapConfig { port, timeout: Duration::from_millis(700), ..server.config() };
        let faulty = Inbox::new(config, Arc::<Counting>::clone(&all)).unwrap();
        if faulty.pass().await.is_err() {
            failed.fetch_add(1, Ordering::Relaxed);
        }
        let (mut here, done) = (server.mails(".").unwrap(), server.mails(".Exeat.Done").unwrap());
        here.extend(done);
        here.sort();
        assert_eq!(here, names, "after {after} bytes, {fault:?}: every mail is there, once");
    }
    assert!(failed.load(Ordering::Relaxed) > 10, "the faults were met");
    inbox(server.config()).0.pass().await.unwrap();
    assert_eq!(server.mails(".Exeat.Done").unwrap(), names);
}
