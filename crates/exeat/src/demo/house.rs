//! The house of the demo: configuration, people, vault and share, made anew each time.

use std::net::SocketAddr;
use std::path::Path;

use chrono::{DateTime, Days, Utc};
use exeat_desk::ports::Clock as _;
use exeat_package::{Unlock, generate_password, write_vault};
use secrecy::{ExposeSecret as _, SecretString};

use super::cannot;
use crate::cli::Ended;
use crate::init;
use crate::out::Failed;
use crate::wiring::SystemClock;

/// The files of the two requests, by path.
const FILES: [(&str, &str); 5] = [
    ("Users/ann_P/diabetes/prevalence_by_age.csv", include_str!("files/diabetes/prevalence_by_age.csv")),
    ("Users/ann_P/diabetes/new_cases_by_year.csv", include_str!("files/diabetes/new_cases_by_year.csv")),
    ("Users/ann_P/diabetes/new_cases.svg", include_str!("files/diabetes/new_cases.svg")),
    ("Users/bram_P/cohort/patients.csv", include_str!("files/cohort/patients.csv")),
    ("Users/bram_P/cohort/complications.csv", include_str!("files/cohort/complications.csv")),
];

/// Who the two requests need.
const FEW: &str = include_str!("people/few.toml");
/// Who has a few months of history beside them.
const MORE: &str = include_str!("people/more.toml");

/// What is in a house.
pub(super) struct House {
    people: String,
    /// Where the web desk is, and whether signing in takes a second factor.
    web: Option<(SocketAddr, bool)>,
    opened: DateTime<Utc>,
}

impl House {
    /// For two requests.
    pub(super) fn small() -> Self {
        Self { people: FEW.to_owned(), web: None, opened: SystemClock.now() }
    }

    /// For months of history that begin then, with a web desk.
    pub(super) fn large(address: SocketAddr, second_factor: bool, opened: DateTime<Utc>) -> Self {
        let day = |days| opened.date_naive().checked_add_days(Days::new(days)).unwrap_or_default();
        let people = format!("{FEW}{MORE}").replace("@EXPIRES@", &day(300).to_string());
        let people = people.replace("@TRAINED@", &day(200).to_string());
        Self { people, web: Some((address, second_factor)), opened }
    }
}

/// A desk as `exeat init` makes it, with people, a vault and files.
pub(super) fn furnish(folder: &Path, house: &House) -> Ended {
    let user = crate::identity::user_name().unwrap_or_default();
    let desk = init::desk_id()?;
    let mut config = init::config(&desk, &user);
    if let Some((address, second_factor)) = house.web {
        config.push_str(&format!(
            "\n[web]\naddress = \"{address}\"\npublic_url = \"http://{address}\"\nsecond_factor = {second_factor}\n"
        ));
    }
    init::make(folder, &config, &house.people, (&desk, &user), house.opened)?;
    let random = |error: getrandom::Error| Failed::refused("random", error);
    let (master, password) = (generate_password().map_err(random)?, generate_password().map_err(random)?);
    vault(&folder.join("vault.kdbx"), master.clone(), &password)?;
    init::write(&folder.join("vault.password"), master.expose_secret(), 0o600)?;
    FILES.iter().try_for_each(|(path, text)| put(folder, path, text))
}

/// Puts a file into the share of a house.
pub(super) fn put(folder: &Path, path: &str, text: &str) -> Ended {
    let path = folder.join("share").join(path);
    path.parent().map(std::fs::create_dir_all).transpose()?;
    std::fs::write(&path, text).map_err(|error| cannot(&path, &error))
}

fn vault(path: &Path, master: SecretString, password: &SecretString) -> Ended {
    let mut bytes = vec![];
    write_vault(&mut bytes, &Unlock::with_password(master), "External", "INTEGO ZIP", password)
        .map_err(|error| Failed::refused(error.code(), error))?;
    std::fs::write(path, bytes).map_err(|error| cannot(path, &error))
}
