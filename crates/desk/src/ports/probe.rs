//! Trying a connection: what every adapter that reaches out can be asked, and what it answers.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;

use super::Failure;

/// How a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Fine,
    /// It works, and something is to be mended all the same.
    Warning,
    /// It does not work.
    Broken,
}

impl Health {
    /// The word for it, in English.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// One thing that was seen while a connection was tried. Nothing in it is ever a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sign {
    /// How well that is.
    pub health: Health,
    /// What was seen; of a failure, what to do about it as well.
    pub saw: String,
    /// What to mend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// What the library or the system said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Sign {
    /// As it should be.
    pub fn fine(saw: impl Into<String>) -> Self {
        Self { health: Health::Fine, saw: saw.into(), mend: None, detail: None }
    }

    /// It works, and this is to be mended all the same.
    pub fn warning(saw: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { health: Health::Warning, saw: saw.into(), mend: Some(mend.into()), detail: None }
    }

    /// It does not work, and this is to be mended.
    pub fn broken(saw: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { health: Health::Broken, saw: saw.into(), mend: Some(mend.into()), detail: None }
    }

    /// The same, with what the library or the system said.
    #[must_use]
    pub fn because(self, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        Self { detail: (!detail.is_empty()).then_some(detail), ..self }
    }
}

/// It does not work; a failure says by itself what to do.
impl From<Failure> for Sign {
    fn from(failure: Failure) -> Self {
        let Failure { message, detail, .. } = failure;
        Self { health: Health::Broken, saw: message, mend: None, detail: None }.because(detail)
    }
}

/// A connection that can be tried without changing anything that lasts: no mail is sent, and what is put somewhere to see
/// whether that can be done is taken away again.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Tries it, and says what was seen. Nothing seen is not fine: a probe that answers with nothing is broken.
    async fn probe(&self) -> Vec<Sign>;
}

#[async_trait]
impl<P: Probe + ?Sized> Probe for Arc<P> {
    async fn probe(&self) -> Vec<Sign> {
        self.as_ref().probe().await
    }
}

/// A connection of the configuration.
#[derive(Clone)]
pub struct Connection {
    /// What it is called, after its section of the configuration: `share`, `mail`.
    pub name: &'static str,
    /// Where it leads: a folder, a server.
    pub place: String,
    /// What tries it.
    pub probe: Arc<dyn Probe>,
}
