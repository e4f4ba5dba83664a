//! A real ClamAV on this machine alone, with signatures of the tests' own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::dovecot::free;
use crate::site::Oops;

/// What the signature `Exeat.Test` stands for: words that do nothing.
pub const FOUND: &str = "exeat-harmless-test-of-the-scanner";
/// The most that it takes, in bytes.
pub const MOST: usize = 256 * 1024;

/// A scanner; it is gone with this.
#[derive(Debug)]
pub struct ClamdServer {
    child: Child,
    folder: TempDir,
    /// The port that it listens at beside its socket.
    pub port: u16,
}

impl ClamdServer {
    /// Starts a scanner.
    ///
    /// # Errors
    /// Where clamd is not installed, or does not start.
    pub fn start() -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        std::fs::create_dir(root.join("db"))?;
        // The EICAR test file's own first words, which do nothing, and those of the tests.
        let eicar = hex("EICAR-STANDARD-ANTIVIRUS-TEST-");
        let signatures = format!("Eicar.Test:0:*:{eicar}\nExeat.Test:0:*:{}\n", hex(FOUND));
        std::fs::write(root.join("db/own.ndb"), signatures)?;
        let port = free()?;
        let child = spawn(root, port)?;
        let mut server = Self { child, folder, port };
        server.wait()?;
        Ok(server)
    }

    /// The socket that it listens at.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    /// Stops it as a crash would.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill(&mut self) -> Result<(), Oops> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn again(&mut self) -> Result<(), Oops> {
        self.child = spawn(self.folder.path(), self.port)?;
        self.wait()
    }

    fn wait(&mut self) -> Result<(), Oops> {
        let since = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            if since.elapsed() > Duration::from_secs(60) || self.child.try_wait()?.is_some() {
                return Err("clamd does not come up".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for ClamdServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(root: &Path, port: u16) -> Result<Child, Oops> {
    let shown = root.display();
    let settings = format!(
        "Foreground yes\nLocalSocket {shown}/s\nDatabaseDirectory {shown}/db\nTemporaryDirectory {shown}\n\
         TCPSocket {port}\nTCPAddr 127.0.0.1\n\
         StreamMaxLength {MOST}\nAlertExceedsMax yes\nUser {}\n",
        user()?
    );
    std::fs::write(root.join("clamd.conf"), settings)?;
    let command = |program: &str| {
        let mut command = Command::new(program);
        command.arg("-c").arg(root.join("clamd.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    };
    let started = command("/usr/sbin/clamd").or_else(|_| command("clamd"));
    Ok(started.map_err(|error| format!("clamd (package clamav-daemon) cannot be started: {error}"))?)
}

/// Who runs the tests: it stays who it is.
fn user() -> Result<String, Oops> {
    let said = Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
