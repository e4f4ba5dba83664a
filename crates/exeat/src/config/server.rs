//! `[server]`: a desk elsewhere. A file that holds nothing else is enough for a machine without a desk of its own.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Secret};

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerSection {
    /// Where it is, such as `https://exeat.example.org`.
    pub(crate) url: String,
    /// The token that says who you are.
    #[serde(default = "usual")]
    pub(crate) token: Secret,
}

fn usual() -> Secret {
    Secret::Env("EXEAT_TOKEN".to_owned())
}

/// A file for a machine without a desk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alone {
    server: ServerSection,
}

impl ServerSection {
    /// A desk at this address.
    pub(crate) fn at(url: String, token: Option<Secret>) -> Self {
        Self { url, token: token.unwrap_or_else(usual) }
    }

    /// What the configuration says of a desk elsewhere, and the folder that its references start from; none where there is
    /// no configuration, or it names none.
    ///
    /// # Errors
    /// [`ConfigError`] where it is not understood.
    pub(crate) fn of(config: Option<&PathBuf>) -> Result<Option<(Self, PathBuf)>, ConfigError> {
        let file = super::file(config.cloned());
        let Ok(text) = std::fs::read_to_string(&file) else { return Ok(None) };
        let Ok(table) = text.parse::<toml::Table>() else { return Ok(None) };
        if !table.contains_key("server") {
            return Ok(None);
        }
        let section = if table.contains_key("desk") {
            super::load(&file)?.config.server
        } else {
            let alone = toml::from_str::<Alone>(&text);
            let wrong = |error: toml::de::Error| ConfigError::Wrong(file.clone(), error.message().to_owned());
            Some(alone.map_err(wrong)?.server)
        };
        let base = file.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(section.map(|section| (section, base)))
    }
}
