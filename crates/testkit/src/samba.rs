//! A real Samba on this machine alone: shares in a folder, encryption and signing demanded.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exeat_shares::SmbPlace;

use crate::site::Oops;

/// What the account's password is, which only tests may know.
pub const PASSWORD: &str = "share-and-share-alike";

/// A file server; it is gone with this.
#[derive(Debug)]
pub struct Samba {
    folder: PathBuf,
    port: u16,
    user: String,
    process: Option<Child>,
}

impl Samba {
    /// Starts a server in this folder, which is made. Below it lie `share` (as `share`, which can only be read, and as
    /// `drop`, which can be written) and `archive`.
    ///
    /// # Errors
    /// Where Samba is not installed, or does not start.
    pub fn start(folder: &Path) -> Result<Self, Oops> {
        for name in ["share", "archive", "private", "lock", "state", "cache", "pid", "ncalrpc"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let user = Command::new("id").arg("-un").output()?.stdout;
        let user = String::from_utf8(user)?.trim().to_owned();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut samba = Self { folder: folder.to_owned(), port, user, process: None };
        fs::write(samba.conf(), conf(folder, port))?;
        samba.account()?;
        samba.resume()?;
        Ok(samba)
    }

    fn conf(&self) -> PathBuf {
        self.folder.join("smb.conf")
    }

    /// Gives the account a password.
    fn account(&self) -> Result<(), Oops> {
        use std::io::Write as _;
        let mut command = Command::new(program("smbpasswd")?);
        command.arg("-c").arg(self.conf()).args(["-a", "-s", &self.user]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let mut input = child.stdin.take().ok_or("no standard input")?;
        write!(input, "{PASSWORD}\n{PASSWORD}\n")?;
        drop(input);
        if child.wait()?.success() { Ok(()) } else { Err("smbpasswd made no account".into()) }
    }

    /// Starts it again.
    ///
    /// # Errors
    /// Where it does not answer in ten seconds.
    pub fn resume(&mut self) -> Result<(), Oops> {
        let log = fs::File::create(self.folder.join("smbd.log"))?;
        let mut command = Command::new(program("smbd")?);
        command
            .args(["--foreground", "--no-process-group", "--debug-stdout", "--configfile"])
            .arg(self.conf());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // A group of its own, which ends with it.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        self.process = Some(command.spawn()?);
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if Instant::now() > until {
                return Err(format!("smbd: {}", fs::read_to_string(self.folder.join("smbd.log"))?).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ends it at once, with what it does for whom.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let group = format!("-{}", process.id());
            drop(Command::new("kill").args(["-KILL", "--", &group]).status());
            drop(process.wait());
        }
    }

    /// One of its shares.
    #[must_use]
    pub fn place(&self, share: &str) -> SmbPlace {
        SmbPlace {
            server: "127.0.0.1".to_owned(),
            port: self.port,
            share: share.to_owned(),
            folder: String::new(),
            user: self.user.clone(),
            domain: String::new(),
            password: PASSWORD.to_owned().into(),
            patience: Duration::from_secs(10),
            unencrypted: false,
        }
    }

    /// Something below its folder.
    #[must_use]
    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Debian puts servers where ordinary users do not look.
fn program(name: &str) -> Result<PathBuf, Oops> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&paths).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| format!("{name} is not here: install Debian's samba").into())
}

fn conf(folder: &Path, port: u16) -> String {
    let at = folder.display();
    format!(
        "[global]\n\
         server role = standalone server\n\
         smb ports = {port}\n\
         interfaces = 127.0.0.1\n\
         bind interfaces only = yes\n\
         disable netbios = yes\n\
         private dir = {at}/private\n\
         passdb backend = tdbsam:{at}/private/passdb.tdb\n\
         lock directory = {at}/lock\n\
         state directory = {at}/state\n\
         cache directory = {at}/cache\n\
         pid directory = {at}/pid\n\
         ncalrpc dir = {at}/ncalrpc\n\
         log level = 1\n\
         map to guest = never\n\
         server signing = mandatory\n\
         smb encrypt = required\n\
         follow symlinks = no\n\
         load printers = no\n\
         disable spoolss = yes\n\
         [share]\n\
         path = {at}/share\n\
         read only = yes\n\
         [drop]\n\
         path = {at}/share\n\
         read only = no\n\
         [archive]\n\
         path = {at}/archive\n\
         read only = no\n"
    )
}
