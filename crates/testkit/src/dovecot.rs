//! A real Dovecot on this machine alone: one mailbox, whose mails are files.

use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use exeat_channels::Tls;
use exeat_channels::mailbox::{Folders, ImapConfig, ImapProof, Secret};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::site::Oops;

/// What everybody's password is, which only tests may know.
pub const PASSWORD: &str = "correct-horse";

/// A mail server with one mailbox; it is gone with this.
#[derive(Debug)]
pub struct Dovecot {
    child: Child,
    folder: TempDir,
    /// The port without TLS from the first byte.
    pub plain: u16,
    /// The port with it.
    pub tls: u16,
}

impl Dovecot {
    /// Starts a server with these further settings.
    ///
    /// # Errors
    /// Where Dovecot is not installed, or does not start.
    pub fn start(more: &str) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755))?;
        std::fs::create_dir_all(root.join("home/Maildir/new"))?;
        std::fs::create_dir_all(root.join("home/Maildir/tmp"))?;
        certify(root)?;
        let (plain, tls) = (free()?, free()?);
        let settings = settings(root, (plain, tls), more)?;
        std::fs::write(root.join("dovecot.conf"), settings)?;
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(root.join("dovecot.conf"))
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("dovecot (package dovecot-imapd) cannot be started: {error}"))?;
        let server = Self { child, folder, plain, tls };
        server.wait()?;
        Ok(server)
    }

    /// The same, with one password for everybody.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn with_password(more: &str) -> Result<Self, Oops> {
        Self::start(&format!("passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n{more}"))
    }

    fn wait(&self) -> Result<(), Oops> {
        let since = Instant::now();
        while !greets(self.plain) || std::net::TcpStream::connect(("127.0.0.1", self.tls)).is_err() {
            if since.elapsed() > Duration::from_secs(30) {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("dovecot does not come up: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// How it is reached, in the open.
    #[must_use]
    pub fn config(&self) -> ImapConfig {
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

    /// The folder of its mailbox.
    #[must_use]
    pub fn maildir(&self) -> std::path::PathBuf {
        self.folder.path().join("home/Maildir")
    }

    /// Lays a mail into the mailbox, as a server does that takes it from another.
    ///
    /// # Errors
    /// What the file system says.
    pub fn bring(&self, name: &str, mail: &str) -> Result<(), Oops> {
        let home = self.folder.path().join("home/Maildir");
        let path = home.join("tmp").join(name);
        std::fs::write(&path, mail)?;
        let owner = std::fs::metadata(&home)?;
        std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid()))?;
        Ok(std::fs::rename(path, home.join("new").join(name))?)
    }

    /// The local parts of the Message-IDs of the mails in a folder, in order; the inbox is `.`.
    ///
    /// # Errors
    /// What the file system says, or where a mail has no Message-ID.
    pub fn mails(&self, folder: &str) -> Result<Vec<String>, Oops> {
        let home = self.folder.path().join("home/Maildir").join(folder);
        let mut ids = vec![];
        for part in ["new", "cur"] {
            let Ok(files) = std::fs::read_dir(home.join(part)) else { continue };
            for file in files {
                let text = std::fs::read_to_string(file?.path())?;
                let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
                ids.extend(id.ok_or("a mail without a Message-ID")?.split('@').next().map(str::to_owned));
            }
        }
        ids.sort();
        Ok(ids)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own main process, by its number; it ends the others.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn settings(root: &Path, (plain, tls): (u16, u16), more: &str) -> Result<String, Oops> {
    // Whoever runs as root reads mail as nobody: Dovecot reads none as root.
    let owner = std::fs::metadata(root)?;
    let (uid, gid, own) = if owner.uid() == 0 {
        (65534, 65534, String::new())
    } else {
        let name = String::from_utf8(Command::new("id").arg("-un").output()?.stdout)?;
        let own = format!("default_login_user = {0}\ndefault_internal_user = {0}\n", name.trim());
        (owner.uid(), owner.gid(), own)
    };
    give(&root.join("home"), uid, gid)?;
    let dir = root.display();
    Ok(format!(
        "base_dir = {dir}/run\nstate_dir = {dir}/state\nlog_path = {dir}/log\nprotocols = imap\n\
         listen = 127.0.0.1\nssl = yes\nssl_cert = <{dir}/cert.pem\nssl_key = <{dir}/key.pem\n\
         disable_plaintext_auth = no\nfirst_valid_uid = 1\nmail_location = maildir:{dir}/home/Maildir\n{own}\
         auth_mechanisms = plain login xoauth2\nauth_failure_delay = 0\nmail_max_userip_connections = 100\n\
         userdb {{\n driver = static\n args = uid={uid} gid={gid} home={dir}/home\n}}\n\
         service imap-login {{\n chroot =\n process_min_avail = 1\n inet_listener imap {{\n  port = {plain}\n }}\n \
         inet_listener imaps {{\n  port = {tls}\n  ssl = yes\n }}\n}}\n\
         service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n\
         namespace inbox {{\n inbox = yes\n separator = /\n}}\n{more}\n"
    ))
}

/// Makes a key and a certificate of its own for `localhost` in a folder: `key.pem` and `cert.pem`.
///
/// # Errors
/// Where openssl is not there, or says no.
pub fn certify(folder: &Path) -> Result<(), Oops> {
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '))
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=CA:FALSE", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .output()?;
    let said = String::from_utf8_lossy(&made.stderr);
    if made.status.success() { Ok(()) } else { Err(format!("openssl: {said}").into()) }
}

/// A secret as it is asked for.
#[must_use]
pub fn secret(text: &'static str) -> Secret {
    Arc::new(move || Ok(SecretString::from(text)))
}

/// A port that nobody listens at.
///
/// # Errors
/// What the system says.
pub fn free() -> Result<u16, Oops> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn greets(port: u16) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut first = [0; 4];
    stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
        && stream.read_exact(&mut first).is_ok()
        && first == *b"* OK"
}

/// Gives a folder and all in it to someone.
fn give(path: &Path, uid: u32, gid: u32) -> Result<(), Oops> {
    std::os::unix::fs::chown(path, Some(uid), Some(gid))?;
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            give(&entry?.path(), uid, gid)?;
        }
    }
    Ok(())
}
