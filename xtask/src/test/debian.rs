//! Programs the tests start, and the Debian packages that bring them.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::workspace;

/// A program that the tests need.
#[derive(Debug)]
struct Need {
    /// The package that brings it.
    package: &'static str,
    /// What the tests use it for.
    why: &'static str,
    /// Commands of which one must end well for the program to be there.
    probes: &'static [&'static [&'static str]],
}

const NEEDS: &[Need] = &[
    Need {
        package: "7zip",
        why: "opens the packages that Exeat writes",
        probes: &[&["7z", "i"], &["7zz", "i"]],
    },
    Need {
        package: "chromium",
        why: "shows the pages of the web desk",
        probes: &[&["chromium", "--version"]],
    },
    Need {
        package: "clamav-daemon",
        why: "is the virus scanner of the tests",
        probes: &[&["clamd", "--version"], &["/usr/sbin/clamd", "--version"]],
    },
    Need {
        package: "dovecot-imapd",
        why: "is the mailbox that mails are read from",
        probes: &[&["dovecot", "--version"]],
    },
    Need {
        package: "keepassxc",
        why: "writes vaults for Exeat to read",
        probes: &[&["keepassxc-cli", "--version"]],
    },
    Need {
        package: "openssl",
        why: "makes certificates for the mail server of the tests",
        probes: &[&["openssl", "version"]],
    },
    Need {
        package: "opendkim",
        why: "signs the mails of people in the tests",
        probes: &[&["/usr/sbin/opendkim", "-V"]],
    },
    Need {
        package: "postfix",
        why: "carries mails of the tests",
        probes: &[&["/usr/sbin/postconf", "-d", "mail_version"]],
    },
    Need {
        package: "python3-venv",
        why: "runs a mail server, pykeepass and pyzipper",
        probes: &[&["python3", "-c", "import ensurepip, venv"]],
    },
    Need { package: "s-nail", why: "writes mails as people do", probes: &[&["s-nail", "--version"]] },
    Need {
        package: "samba",
        why: "is the file server of the tests",
        probes: &[&["smbd", "--version"], &["/usr/sbin/smbd", "--version"]],
    },
    Need {
        package: "slapd",
        why: "is the directory that people are in",
        probes: &[&["slapd", "-VV"], &["/usr/sbin/slapd", "-VV"]],
    },
    Need {
        package: "smbclient",
        why: "reads from it for the comparison",
        probes: &[&["smbclient", "--version"]],
    },
];

/// Installs what is missing, saying so first.
///
/// # Errors
/// When something is still missing afterwards: what it is, and how to install it.
pub(crate) fn provide() -> Result<()> {
    let missing = missing(NEEDS);
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("installing {} from Debian: it {}", need.package, need.why);
    }
    if let Some(prefix) = root_prefix() {
        install(prefix, &missing);
    }
    let missing = self::missing(NEEDS);
    if missing.is_empty() { Ok(()) } else { bail!(advice(&missing)) }
}

/// Those of `needs` that do not answer.
fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !need.probes.iter().any(|probe| answers(probe))).collect()
}

/// Whether a program starts and ends well.
fn answers(words: &[&str]) -> bool {
    let mut command = workspace::command(words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What to put before a command that only root may run; `None` if nothing would help.
fn root_prefix() -> Option<&'static [&'static str]> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        return Some(&[]);
    }
    answers(&["sudo", "--version"]).then_some(&["sudo"])
}

/// Asks apt; what did not work out shows when the programs are looked for again.
fn install(prefix: &[&str], needs: &[&Need]) {
    let apt = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]].concat();
    let packages: Vec<_> = needs.iter().map(|need| need.package).collect();
    let update = [&apt[..], &["update", "--quiet"]].concat();
    let install = [&apt[..], &["install", "--yes", "--quiet", "--no-install-recommends"], &packages].concat();
    for words in [update, install] {
        if let Err(error) = workspace::run(&mut workspace::command(&words)) {
            eprintln!("{error:#}");
        }
    }
}

/// What is missing and how to get it.
fn advice(missing: &[&Need]) -> String {
    let lines = missing.iter().map(|need| {
        let probes: Vec<_> = need.probes.iter().map(|probe| probe.join(" ")).collect();
        format!("\n  {}: {} (`{}` must work)", need.package, need.why, probes.join("` or `"))
    });
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    format!(
        "the tests need programs that are not here:{}\non Debian, as root: apt-get install {}",
        lines.collect::<String>(),
        packages.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: Need =
        Need { package: "coreutils", why: "says yes", probes: &[&["no-such-program"], &["true"]] };
    const GONE: Need =
        Need { package: "void", why: "is not there", probes: &[&["no-such-program", "i"], &["false"]] };

    #[test]
    fn one_probe_that_works_is_enough() {
        let missing: Vec<_> = missing(&[THERE, GONE]).iter().map(|need| need.package).collect();
        assert_eq!(missing, ["void"]);
    }

    #[test]
    fn the_advice_names_the_program_its_use_and_the_command() {
        assert_eq!(
            advice(&[&GONE]),
            "the tests need programs that are not here:\
             \n  void: is not there (`no-such-program i` or `false` must work)\
             \non Debian, as root: apt-get install void"
        );
    }
}
