//! What a large file takes from a file server into a seal, and what smbclient takes for the same: `smb FOLDER MB RUNS`
//! prints, for every run, the seconds of one and of the other.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures, and says what it measured")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use exeat_desk::ports::{Seals as _, Share as _};
use exeat_domain::path::SharePath;
use exeat_shares::{FolderSeals, SmbShare};
use exeat_testkit::samba::{PASSWORD, Samba};
use exeat_testkit::site::Oops;

/// The file that is read.
const NAME: &str = "large.bin";

#[tokio::main]
async fn main() -> Result<(), Oops> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, megabytes, runs] = arguments.as_slice() else { return Err("smb FOLDER MB RUNS".into()) };
    let samba = Samba::start(Path::new(folder))?;
    fill(&samba, megabytes.parse()?)?;
    let share = SmbShare::new(samba.place("share"));
    // Once each without a word: what is measured is neither the disk's first reading nor a first connection.
    sealed(&share, &samba).await?;
    fetched(&samba)?;
    for _ in 0..runs.parse()? {
        let ours = sealed(&share, &samba).await?;
        println!("{ours:.3} {:.3}", fetched(&samba)?);
    }
    Ok(())
}

/// A file of so many megabytes, no two blocks of which are the same.
fn fill(samba: &Samba, megabytes: u64) -> Result<(), Oops> {
    let mut file = std::fs::File::create(samba.at("share").join(NAME))?;
    let mut block = vec![0; 1_000_000];
    for number in 0..megabytes {
        getrandom::fill(&mut block[..4096])?;
        block.iter_mut().skip(4096).step_by(512).for_each(|byte| *byte = byte.wrapping_add(number as u8));
        file.write_all(&block)?;
    }
    Ok(file.sync_all()?)
}

async fn sealed(share: &SmbShare, samba: &Samba) -> Result<f64, Oops> {
    let seals = FolderSeals::open(samba.at("seals"))?;
    let start = Instant::now();
    let copied = share.copy(&SharePath::new(NAME)?, u64::MAX, seals.writer().await?).await?;
    let seal = copied.map_err(|problem| problem.message)?;
    let taken = start.elapsed().as_secs_f64();
    seals.remove(&seal).await?;
    Ok(taken)
}

/// What smbclient takes to fetch it, encrypted as well, and to have it on the disk.
fn fetched(samba: &Samba) -> Result<f64, Oops> {
    let (place, to) = (samba.place("share"), samba.at("fetched"));
    let start = Instant::now();
    let mut command = Command::new("smbclient");
    command.arg("//127.0.0.1/share").args(["--port", &place.port.to_string(), "--client-protection=encrypt"]);
    command.env("USER", format!("{}%{PASSWORD}", place.user));
    command.args(["--command", &format!("get {NAME} {}", to.display())]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !command.status()?.success() {
        return Err("smbclient did not fetch the file".into());
    }
    std::fs::File::open(&to)?.sync_all()?;
    let taken = start.elapsed().as_secs_f64();
    std::fs::remove_file(to)?;
    Ok(taken)
}
