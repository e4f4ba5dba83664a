//! A real OpenLDAP on this machine alone, with people and groups of the tests' own.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::dovecot::{PASSWORD, certify, free};
use crate::site::Oops;

/// Below what everything is.
pub const BASE: &str = "dc=example,dc=org";
/// As whom the desk asks.
pub const BIND: &str = "cn=exeat,dc=example,dc=org";

/// Someone in the directory.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The account.
    pub uid: &'a str,
    /// The mail address, if any.
    pub mail: &'a str,
    /// The groups, by the first part of their names.
    pub groups: &'a [&'a str],
    /// Further lines of LDIF.
    pub more: &'a str,
}

/// A directory; it is gone with this.
#[derive(Debug)]
pub struct Slapd {
    child: Child,
    folder: TempDir,
    /// The port without TLS from the first byte.
    pub plain: u16,
    /// The port with it.
    pub tls: u16,
}

/// The distinguished name of a group.
#[must_use]
pub fn group(name: &str) -> String {
    format!("cn={name},ou=groups,{BASE}")
}

impl Slapd {
    /// Starts a directory with these people. It gives at most 100 entries at once.
    ///
    /// # Errors
    /// Where slapd is not installed, or does not start.
    pub fn start(people: &[Entry<'_>]) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        std::fs::create_dir(root.join("db"))?;
        certify(root)?;
        std::fs::write(root.join("slapd.conf"), settings(root))?;
        std::fs::write(root.join("people.ldif"), ldif(people)?)?;
        let made = Command::new("/usr/sbin/slapadd")
            .arg("-f")
            .arg(root.join("slapd.conf"))
            .arg("-l")
            .arg(root.join("people.ldif"))
            .output()
            .map_err(|error| format!("slapadd (package slapd) cannot be started: {error}"))?;
        if !made.status.success() {
            return Err(format!("slapadd: {}", String::from_utf8_lossy(&made.stderr)).into());
        }
        let (plain, tls) = (free()?, free()?);
        let child = Command::new("/usr/sbin/slapd")
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{plain} ldaps://localhost:{tls}"), "-f"])
            .arg(root.join("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { child, folder, plain, tls };
        let since = Instant::now();
        while [plain, tls].iter().any(|port| std::net::TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            if since.elapsed() > Duration::from_secs(30) {
                return Err("slapd does not come up".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Its certificate, for `localhost`.
    #[must_use]
    pub fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("cert.pem")).unwrap_or_default()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn settings(root: &Path) -> String {
    let root = root.display();
    format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         moduleload memberof\npidfile {root}/slapd.pid\nTLSCertificateFile {root}/cert.pem\n\
         TLSCertificateKeyFile {root}/key.pem\ndatabase mdb\nsuffix \"{BASE}\"\nrootdn \"cn=root,{BASE}\"\n\
         directory {root}/db\nsizelimit size.soft=100 size.hard=100 size.prtotal=unlimited\n\
         access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n\
         overlay memberof\n"
    )
}

fn ldif(people: &[Entry<'_>]) -> Result<String, Oops> {
    let mut text = format!(
        "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
         dn: {BIND}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: exeat\n\
         userPassword: {PASSWORD}\n\ndn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n"
    );
    for Entry { uid, mail, groups, more } in people {
        write!(
            text,
            "\ndn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\n"
        )?;
        write!(text, "sn: {uid}\ndisplayName: Name of {uid}\n{more}")?;
        if !mail.is_empty() {
            writeln!(text, "mail: {mail}")?;
        }
        for name in *groups {
            writeln!(text, "memberOf: {}", group(name))?;
        }
    }
    Ok(text)
}
