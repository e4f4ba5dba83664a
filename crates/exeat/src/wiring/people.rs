//! The roster file: read anew whenever it is asked for, so that a change holds at once.

use std::path::PathBuf;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, People, Port};
use exeat_domain::roster::{Exception, Person, Roster};
use serde::Deserialize;

/// A TOML file with `[[people]]` and `[[exceptions]]`.
#[derive(Clone, Debug)]
pub(crate) struct RosterFile(pub(crate) PathBuf);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    #[serde(default)]
    people: Vec<Person>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

impl RosterFile {
    /// The roster as it is now.
    ///
    /// # Errors
    /// [`Failure`] naming the file, and the line where it is about one.
    pub(crate) fn read(&self) -> Result<Roster, Failure> {
        let name = self.0.display();
        let text = std::fs::read_to_string(&self.0).map_err(|error| {
            Failure::new(Port::Roster, "roster-unreadable", format!("{name} cannot be read: {error}"), "")
        })?;
        let rows: Rows = toml::from_str(&text)
            .map_err(|error| Failure::new(Port::Roster, "roster-wrong", format!("{name}: {error}"), ""))?;
        Roster::new(rows.people, rows.exceptions)
            .map_err(|error| Failure::new(Port::Roster, "roster-wrong", format!("{name}: {error}"), ""))
    }
}

#[async_trait]
impl People for RosterFile {
    async fn roster(&self) -> Result<Roster, Failure> {
        self.read()
    }
}
