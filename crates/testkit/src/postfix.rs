//! A real Postfix on this machine alone, which signs what people send as their own servers do (`OpenDKIM`), and delivers to
//! Maildirs. Nothing leaves this machine by it.

use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::dovecot::free;
use crate::site::{Oops, files_under};

/// The name of the key that mails are signed with, below the domain `example.org`.
pub const KEY: &str = "test._domainkey.example.org";

/// A mail server for `example.org`; it is gone with this.
#[derive(Debug)]
pub struct Postfix {
    signer: Child,
    folder: TempDir,
    /// The port that it takes mails at.
    pub port: u16,
    /// What the name service says of [`KEY`].
    pub record: String,
}

impl Postfix {
    /// Starts a server that gives the desk's mails to this Maildir, and those of `ann_P` to one of its own.
    ///
    /// # Errors
    /// Where Postfix or `OpenDKIM` is not installed, or does not start; Postfix starts for root alone.
    pub fn start(desk: &Path) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755))?;
        for name in ["postfix", "spool", "data", "ann"] {
            std::fs::create_dir(root.join(name))?;
        }
        let owner = std::fs::metadata(desk)?;
        std::os::unix::fs::chown(root.join("ann"), Some(owner.uid()), Some(owner.gid()))?;
        done(Command::new("chown").arg("postfix").arg(root.join("data")))?;
        let (port, milter) = (free()?, free()?);
        let record = key(root)?;
        let signer = signer(root, milter)?;
        let mut server = Self { signer, folder, port, record };
        let root = server.folder.path();
        std::fs::write(
            root.join("postfix/main.cf"),
            settings(root, milter, desk, (owner.uid(), owner.gid())),
        )?;
        std::fs::write(root.join("postfix/master.cf"), services(port))?;
        server.tell("start")?;
        server.wait(milter)?;
        Ok(server)
    }

    /// What `ann_P` was sent, in the order in which it came.
    ///
    /// # Errors
    /// What the file system says.
    pub fn to_ann(&self) -> Result<Vec<Vec<u8>>, Oops> {
        let mut files: Vec<PathBuf> = files_under(&self.folder.path().join("ann/new"))?;
        files.sort_by_key(|file| std::fs::metadata(file).and_then(|about| about.modified()).ok());
        files.iter().map(|file| Ok(std::fs::read(file)?)).collect()
    }

    /// Stops it; mails are refused until it is started again.
    ///
    /// # Errors
    /// What it says.
    pub fn stop(&self) -> Result<(), Oops> {
        self.tell("stop")
    }

    /// Starts it again.
    ///
    /// # Errors
    /// What it says.
    pub fn again(&mut self) -> Result<(), Oops> {
        self.tell("start")?;
        self.wait(self.port)
    }

    fn tell(&self, what: &str) -> Result<(), Oops> {
        let mut command = Command::new("/usr/sbin/postfix");
        done(command.arg("-c").arg(self.folder.path().join("postfix")).arg(what))
    }

    fn wait(&mut self, milter: u16) -> Result<(), Oops> {
        let since = Instant::now();
        while [self.port, milter].iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            if since.elapsed() > Duration::from_secs(30) || self.signer.try_wait()?.is_some() {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("postfix or opendkim does not come up: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // It may have been stopped.
        drop(self.stop());
        drop(self.signer.kill());
        drop(self.signer.wait());
    }
}

/// Sends a mail as `ann_P`, with a mail program as people use one.
///
/// # Errors
/// What it says.
pub fn send(port: u16, subject: &str, body: &Path) -> Result<(), Oops> {
    let mut client = Command::new("s-nail");
    client.args(["-:/", &format!("-Smta=smtp://127.0.0.1:{port}"), "-Ssmtp-auth=none"]);
    client.args(["-Shostname=client.example.org", "-Sfrom=Ann Peeters <ann_P@example.org>", "-Snosave"]);
    client.args(["-s", subject, "-.", "desk@example.org"]).stdin(std::fs::File::open(body)?);
    done(&mut client)
}

fn done(command: &mut Command) -> Result<(), Oops> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ended = command.stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let ended = ended.map_err(|error| format!("{program} cannot be started: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&ended.stderr)).into())
}

/// Makes the key, and gives what the name service says of it.
fn key(root: &Path) -> Result<String, Oops> {
    let key = root.join("key.pem");
    done(Command::new("openssl").args(["genrsa", "-out"]).arg(&key).arg("2048"))?;
    let public = Command::new("openssl").args(["rsa", "-pubout", "-in"]).arg(&key).output()?;
    let pem = String::from_utf8(public.stdout)?;
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(format!("v=DKIM1; k=rsa; p={base64}"))
}

fn signer(root: &Path, port: u16) -> Result<Child, Oops> {
    let shown = root.display();
    let settings = format!(
        "Mode s\nDomain example.org\nSelector test\nKeyFile {shown}/key.pem\nSocket inet:{port}@127.0.0.1\n\
         Canonicalization relaxed/simple\nOversignHeaders From\nSignHeaders *,+message-id\nRequireSafeKeys no\nSyslog no\nBackground no\n"
    );
    std::fs::write(root.join("opendkim.conf"), settings)?;
    let mut command = Command::new("/usr/sbin/opendkim");
    command.arg("-x").arg(root.join("opendkim.conf")).arg("-f");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.spawn().map_err(|error| format!("opendkim cannot be started: {error}"))?)
}

fn settings(root: &Path, milter: u16, desk: &Path, (uid, gid): (u32, u32)) -> String {
    let (shown, below) =
        (root.display(), |path: &Path| path.display().to_string().trim_start_matches('/').to_owned());
    let (desk, ann) = (below(desk), below(&root.join("ann")));
    format!(
        "compatibility_level = 3.6\nqueue_directory = {shown}/spool\ndata_directory = {shown}/data\n\
         maillog_file = {shown}/log\nmaillog_file_prefixes = {shown}\ninet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\nmyhostname = mx.example.org\nmydestination =\nlocal_recipient_maps =\n\
         alias_maps =\nalias_database =\nvirtual_mailbox_domains = example.org\nvirtual_mailbox_base = /\n\
         virtual_mailbox_maps = inline:{{ {{desk@example.org={desk}/}} {{ann_p@example.org={ann}/}} }}\n\
         virtual_uid_maps = static:{uid}\nvirtual_gid_maps = static:{gid}\nmynetworks = 127.0.0.1/32\n\
         smtpd_milters = inet:127.0.0.1:{milter}\nmilter_default_action = tempfail\n\
         default_transport = error:nothing leaves this machine\nrelay_transport = error:nothing leaves this machine\n"
    )
}

fn services(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
         rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\nerror unix - - n - - error\n\
         virtual unix - n n - - virtual\nanvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\n"
    )
}
