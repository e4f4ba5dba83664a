//! The mailbox against a real server (Dovecot): where each mail goes, what each failure is called, and that nothing is lost
//! or read twice into something when the connection fails in the middle.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use exeat_channels::Tls;
use exeat_channels::mailbox::{
    Fate, Fetched, Folders, ImapConfig, ImapProof, Inbox, LARGEST, Passed, Reader, Secret,
};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::mail::certify;

const PASSWORD: &str = "correct-horse";

/// A mail server of our own, with one mailbox.
pub(crate) struct Dovecot {
    child: Child,
    folder: TempDir,
    plain: u16,
    tls: u16,
}

impl Dovecot {
    fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir_all(root.join("home/Maildir/new")).unwrap();
        certify(root);
        let (plain, tls) = (free(), free());
        // Whoever runs as root reads mail as nobody: Dovecot reads none as root.
        let me = std::fs::metadata(root).unwrap().uid();
        let (uid, gid) = if me == 0 { (65534, 65534) } else { (me, std::fs::metadata(root).unwrap().gid()) };
        let own = if me == 0 {
            String::new()
        } else {
            let name = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
            format!("default_login_user = {0}\ndefault_internal_user = {0}\n", name.trim())
        };
        let dir = root.display();
        let settings = format!(
            "base_dir = {dir}/run\nstate_dir = {dir}/state\nlog_path = {dir}/log\nprotocols = imap\n\
             listen = 127.0.0.1\nssl = yes\nssl_cert = <{dir}/cert.pem\nssl_key = <{dir}/key.pem\n\
             disable_plaintext_auth = no\nfirst_valid_uid = 1\nmail_location = maildir:{dir}/home/Maildir\n{own}\
             auth_mechanisms = plain login xoauth2\nauth_failure_delay = 0\nmail_max_userip_connections = 100\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={dir}/home\n}}\n\
             service imap-login {{\n chroot =\n process_min_avail = 1\n inet_listener imap {{\n  port = {plain}\n }}\n \
             inet_listener imaps {{\n  port = {tls}\n  ssl = yes\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n\
             namespace inbox {{\n inbox = yes\n separator = /\n}}\n{more}\n"
        );
        std::fs::write(root.join("dovecot.conf"), settings).unwrap();
        give(&root.join("home"), uid, gid);
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(root.join("dovecot.conf"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dovecot (package dovecot-imapd) cannot be started: {error}"));
        let server = Self { child, folder, plain, tls };
        server.wait();
        server
    }

    /// With one password for everybody.
    pub(crate) fn with_password(more: &str) -> Self {
        let static_password = format!("passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n{more}");
        Self::start(&static_password)
    }

    fn wait(&self) {
        let since = Instant::now();
        while !greets(self.plain) || !greets_tls(self.tls) {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(30), "dovecot does not come up: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn config(&self) -> ImapConfig {
        ImapConfig {
            host: "127.0.0.1".into(),
            port: self.plain,
            tls: Tls::None,
            user: "desk@example.org".into(),
            proof: ImapProof::Password(secret(PASSWORD)),
            folders: Folders {
                inbox: "INBOX".into(),
                done: "Exeat/Done".into(),
                parked: "Exeat/Parked".into(),
            },
            timeout: Duration::from_secs(5),
            poll: Duration::from_secs(120),
            roots: std::fs::read(self.folder.path().join("cert.pem")).ok(),
        }
    }

    fn bring(&self, name: &str, subject: &str, body: &str) {
        let mail = format!(
            "From: a@example.org\r\nSubject: {subject}\r\nMessage-ID: <{name}@example.org>\r\n\r\n{body}\r\n"
        );
        self.bring_raw(name, &mail);
    }

    /// Lays a mail into the mailbox, as a server does that takes it from another.
    pub(crate) fn bring_raw(&self, name: &str, mail: &str) {
        let home = self.folder.path().join("home/Maildir");
        let path = home.join("tmp").join(name);
        std::fs::create_dir_all(home.join("tmp")).unwrap();
        std::fs::write(&path, mail).unwrap();
        let owner = std::fs::metadata(&home).unwrap();
        give(&home.join("tmp"), owner.uid(), owner.gid());
        std::fs::rename(path, home.join("new").join(name)).unwrap();
    }

    /// The Message-IDs of the mails in a folder.
    pub(crate) fn mails(&self, folder: &str) -> Vec<String> {
        let home = self.folder.path().join("home/Maildir").join(folder);
        let mut ids = vec![];
        for part in ["new", "cur"] {
            let Ok(files) = std::fs::read_dir(home.join(part)) else { continue };
            for file in files {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
                let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
                ids.push(line.split('@').next().unwrap().to_owned());
            }
        }
        ids.sort();
        ids
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own main process, by its number; it ends the others.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn secret(text: &'static str) -> Secret {
    Arc::new(move || Ok(SecretString::from(text)))
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn greets(port: u16) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut first = [0; 4];
    stream.read_exact(&mut first).is_ok() && first == *b"* OK"
}

fn greets_tls(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Gives a folder and all in it to someone.
fn give(path: &Path, uid: u32, gid: u32) {
    std::os::unix::fs::chown(path, Some(uid), Some(gid)).unwrap();
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path(), uid, gid));
    }
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
        server.bring(name, subject, "hello");
    }
    let (inbox, reader) = inbox(config);
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 2, parked: 1, later: 1 });
    assert_eq!(reader.read(), ["a", "b", "c", "d"]);
    assert_eq!(server.mails("."), ["c"]);
    assert_eq!(server.mails(".Exeat.Done"), ["a", "d"]);
    assert_eq!(server.mails(".Exeat.Parked"), ["b"]);
    // What is for later is not read again at once.
    assert_eq!(inbox.pass().await.unwrap(), Passed::default());
    assert_eq!(reader.read().len(), 4);
}

#[tokio::test]
async fn every_mail_goes_where_it_belongs() {
    let server = Dovecot::with_password("");
    each_goes_where_it_belongs(&server, server.config()).await;
}

#[tokio::test]
async fn over_tls_from_the_start_or_from_then_on_and_without_move() {
    let server =
        Dovecot::with_password("imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ENABLE LITERAL+");
    let config = ImapConfig { host: "localhost".into(), port: server.tls, tls: Tls::Tls, ..server.config() };
    each_goes_where_it_belongs(&server, config).await;
    server.bring("e", "files", "more");
    let (inbox, _) = inbox(ImapConfig { host: "localhost".into(), tls: Tls::Starttls, ..server.config() });
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 1, parked: 0, later: 1 });
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_put_aside_by_its_header() {
    let server = Dovecot::with_password("");
    server.bring("large", "files", &("x".repeat(70) + "\r\n").repeat(LARGEST as usize / 70));
    server.bring("small", "files", "hello");
    let (inbox, reader) = inbox(server.config());
    assert_eq!(inbox.pass().await.unwrap(), Passed { done: 1, parked: 1, later: 0 });
    assert_eq!(reader.read(), ["large", "small"]);
    assert_eq!(server.mails(".Exeat.Parked"), ["large"]);
}

#[tokio::test]
async fn what_comes_while_the_mailbox_is_watched_is_read_at_once() {
    let server = Dovecot::with_password("");
    let (inbox, reader) = inbox(server.config());
    let watching = tokio::spawn(async move { inbox.watch().await });
    for name in ["first", "second"] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.bring(name, "files", "hello");
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
    ));
    server.bring("a", "files", "hello");
    let with = |token| ImapConfig { proof: ImapProof::Token(secret(token)), ..server.config() };
    let refused = inbox(with("token-of-yesterday")).0.pass().await.unwrap_err();
    assert_eq!(refused.code, "mailbox-login", "{refused:?}");
    assert!(!format!("{refused:?}").contains("yesterday"));
    assert_eq!(inbox(with("token-of-today")).0.pass().await.unwrap().done, 1);
}

#[tokio::test]
async fn each_failure_says_what_to_mend_and_never_the_secret() {
    let server = Dovecot::with_password("");
    let good = server.config();
    let stranger = tempfile::tempdir().unwrap();
    certify(stranger.path());
    for (config, code) in [
        (ImapConfig { proof: ImapProof::Password(secret("wrong-horse")), ..good.clone() }, "mailbox-login"),
        (ImapConfig { proof: ImapProof::Password(secret("line\r\nbreak")), ..good.clone() }, "mailbox-login"),
        (ImapConfig { port: free(), ..good.clone() }, "mailbox-down"),
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
    let server = Dovecot::with_password("");
    let names: Vec<String> = (10..22).map(|n| format!("m{n}")).collect();
    names.iter().for_each(|name| server.bring(name, "files", "hello"));
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
        let (mut here, done) = (server.mails("."), server.mails(".Exeat.Done"));
        here.extend(done);
        here.sort();
        assert_eq!(here, names, "after {after} bytes, {fault:?}: every mail is there, once");
    }
    assert!(failed.load(Ordering::Relaxed) > 10, "the faults were met");
    inbox(server.config()).0.pass().await.unwrap();
    assert_eq!(server.mails(".Exeat.Done"), names);
}
