//! The courier against a real mail server (aiosmtpd): what arrives, and what each failure is called.
//!
//! `EXEAT_TEST_PYTHON` names a Python that has aiosmtpd; without it, `python3` must have it. Certificates are made with
//! `openssl`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use exeat_channels::{Login, Sender, SmtpConfig, SmtpCourier, Tls};
use exeat_desk::ports::{
    Attachment, Body, Courier, Failure, Health, Letter, Probe, Receipt, Recipient, Released,
};
use exeat_domain::digest::Sha256;
use exeat_domain::request::{Leaving, Seal, Thread};
use exeat_domain::roster::Language;
use exeat_testkit::dovecot::certify;
use serde_json::Value;
use sha2::Digest;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

/// A mail server of our own; it ends with the test, since its standard input does.
struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
    tls: &'static str,
}

impl Server {
    fn start(tls: &'static str, auth: &str, fault: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if tls != "none" {
            certify(folder.path()).unwrap();
        }
        let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let mut child = Command::new(&python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtp_server.py"))
            .arg(folder.path())
            .args(["--tls", tls, "--auth", auth, "--fault", fault])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", python.display()));
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("{} did not start the server: is aiosmtpd there?", python.display()));
        Self { child, folder, port, tls }
    }

    fn config(&self) -> SmtpConfig {
        let tls = match self.tls {
            "none" => Tls::None,
            "starttls" => Tls::Starttls,
            _ => Tls::Tls,
        };
        SmtpConfig {
            host: "localhost".into(),
            port: self.port,
            tls,
            login: None,
            from: Sender {
                name: "Vrijgavedienst, één".into(), address: "desk@example.org".parse().unwrap()
            },
            timeout: Duration::from_secs(20),
            roots: std::fs::read(self.folder.path().join("cert.pem")).ok(),
        }
    }

    fn with_login(&self, password: &str) -> SmtpConfig {
        SmtpConfig { login: Some(Login { user: "desk".into(), password: password.into() }), ..self.config() }
    }

    fn bytes(&self, number: usize) -> Vec<u8> {
        std::fs::read(self.folder.path().join(format!("{number}.eml"))).unwrap()
    }

    fn read(&self, number: usize) -> Value {
        serde_json::from_slice(&std::fs::read(self.folder.path().join(format!("{number}.json"))).unwrap())
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn letter(folder: &Path) -> Letter {
    let bytes: Vec<u8> =
        (0..300_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let sha256 = Sha256(sha2::Sha256::digest(&bytes).into());
    let path = folder.join("package.zip");
    std::fs::write(&path, &bytes).unwrap();
    let file = Leaving { name: "tableau 1.csv".into(), seal: Seal { sha256, bytes: 12 } };
    Letter {
        message_id: "2026-0007.released.1@example.org".into(),
        date: "2026-11-23T09:30:00Z".parse().unwrap(),
        to: Recipient { name: "Zoë D'Hondt".into(), address: "zoe@example.org".parse().unwrap() },
        language: Language::Fr,
        thread: Thread {
            message_id: Some("ask-2@mail.example.org".into()),
            references: vec!["ask-1@mail.example.org".into()],
            subject: Some("Re: sortie des résultats".into()),
            ticket: None,
        },
        body: Body::Released(Released {
            request: "2026-0007".into(),
            project: None,
            files: vec![file],
            part: 1,
            of: 1,
            returned: vec![],
        }),
        attachments: vec![Attachment { name: "résultats d'Été 20261123.zip".into(), path, sha256 }],
    }
}

fn send(config: SmtpConfig, letter: &Letter) -> Result<Receipt, Failure> {
    let courier = SmtpCourier::new(config).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(courier.send(letter))
}

#[test]
fn the_mail_arrives_in_its_thread_with_the_package_bit_for_bit() {
    for (tls, auth) in [("starttls", "plain"), ("starttls", "login"), ("tls", "plain"), ("none", "none")] {
        let server = Server::start(tls, auth, "");
        let letter = letter(server.folder.path());
        let config = if auth == "none" { server.config() } else { server.with_login(PASSWORD) };
        let receipt = send(config, &letter).unwrap();
        assert_eq!(receipt.0, "smtp localhost: 250 OK queued as 1");
        let mail = server.read(1);
        assert_eq!(mail["from"], "desk@example.org");
        assert_eq!(mail["to"], serde_json::json!(["zoe@example.org"]));
        assert_eq!(mail["login"], auth != "none");
        let heads = &mail["headers"];
        for (name, value) in [
            ("Message-ID", "<2026-0007.released.1@example.org>"),
            ("In-Reply-To", "<ask-2@mail.example.org>"),
            ("References", "<ask-1@mail.example.org> <ask-2@mail.example.org>"),
            ("Subject", "Re: sortie des résultats"),
            ("Date", "Mon, 23 Nov 2026 09:30:00 +0000"),
            ("From", "\"Vrijgavedienst, één\" <desk@example.org>"),
            ("To", "Zoë D'Hondt <zoe@example.org>"),
            ("Auto-Submitted", "auto-replied"),
            ("Content-Language", "fr"),
        ] {
            assert_eq!(heads[name], value, "{name}");
        }
        let shape =
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/zip"];
        assert_eq!(mail["shape"], serde_json::json!(shape));
        let package = &letter.attachments[0];
        assert_eq!(mail["attachments"][0]["name"], package.name);
        assert_eq!(mail["attachments"][0]["sha256"], package.sha256.to_string());
        assert!(mail["text"].as_str().unwrap().starts_with("La demande 2026-0007 est acceptée"), "{mail}");
        assert!(mail["html"].as_str().unwrap().contains("<html lang=\"fr\">"), "{mail}");
    }
}

#[test]
fn a_delivery_in_doubt_is_repeated_byte_for_byte() {
    let server = Server::start("none", "none", "hangup");
    let letter = letter(server.folder.path());
    for _ in 0..2 {
        assert_eq!(send(server.config(), &letter).unwrap_err().code, "courier-doubt");
    }
    assert_eq!(server.bytes(1), server.bytes(2));
}

#[test]
fn each_failure_says_what_to_mend_and_never_the_password() {
    for (tls, auth, fault, password, code, words) in [
        ("starttls", "plain", "", "wrong horse", "courier-login", "check the user and the password"),
        ("none", "none", "", PASSWORD, "courier-login", "check the user and the password"),
        ("starttls", "plain", "unknown", PASSWORD, "courier-refused", "No such person here"),
        ("starttls", "plain", "full", PASSWORD, "courier-refused", "Too large"),
        ("starttls", "plain", "busy", PASSWORD, "courier-deferred", "sent again later"),
        ("starttls", "plain", "hangup", PASSWORD, "courier-doubt", "sent again"),
        ("none", "none", "babble", PASSWORD, "courier-down", "does not speak SMTP"),
        ("none", "none", "turnaway", PASSWORD, "courier-refused", "Not from you"),
    ] {
        let server = Server::start(tls, auth, fault);
        let failure = send(server.with_login(password), &letter(server.folder.path())).unwrap_err();
        assert_eq!(failure.code, code, "{tls} {auth} {fault}: {failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
        assert!(!format!("{failure:?}").contains(password), "{failure:?}");
    }
}

#[test]
fn a_server_that_is_not_trusted_gets_neither_the_password_nor_the_mail() {
    for tls in ["starttls", "tls"] {
        let server = Server::start(tls, "plain", "");
        let letter = letter(server.folder.path());
        let stranger = SmtpConfig { roots: None, ..server.with_login(PASSWORD) };
        assert_eq!(send(stranger, &letter).unwrap_err().code, "courier-tls", "{tls}");
        let misnamed = SmtpConfig { host: "127.0.0.1".into(), ..server.with_login(PASSWORD) };
        assert_eq!(send(misnamed, &letter).unwrap_err().code, "courier-tls", "{tls}");
        assert!(!server.folder.path().join("1.eml").exists());
    }
    let bare = Server::start("none", "none", "");
    let careful = SmtpConfig { tls: Tls::Starttls, ..bare.with_login(PASSWORD) };
    assert_eq!(send(careful, &letter(bare.folder.path())).unwrap_err().code, "courier-tls");
}

#[test]
fn the_doctor_can_knock_without_sending() {
    let server = Server::start("starttls", "login", "");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let right = SmtpCourier::new(server.with_login(PASSWORD)).unwrap();
    let signs = runtime.block_on(right.probe());
    assert!(signs.iter().all(|sign| sign.health == Health::Fine), "{signs:?}");
    let saw: Vec<&str> = signs.iter().map(|sign| sign.saw.as_str()).collect();
    let tls = "The connection is protected by TLS, with a certificate that is trusted for this name.";
    let expected = ["The mail server calls itself mail.test.", tls, "It lets the desk in as desk."];
    assert_eq!(saw, expected);
    let wrong = SmtpCourier::new(server.with_login("wrong horse")).unwrap();
    let signs = runtime.block_on(wrong.probe());
    assert_eq!((signs.len(), signs[0].health), (1, Health::Broken));
    assert!(signs[0].saw.contains("check the user and the password"), "{signs:?}");
    assert!(!format!("{signs:?}").contains("horse"), "{signs:?}");
    assert!(!server.folder.path().join("1.eml").exists());
}
