//! What the data owner sets: thresholds and severities by rule, roles by column, limits on what is read.

use std::collections::BTreeMap;

use exeat_domain::finding::Severity;
use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

use crate::rules;
use crate::table::Role;

/// The presets, as data files: name and text.
const PRESETS: &[(&str, &str)] = &[
    ("be-default", include_str!("../presets/be-default.toml")),
    ("acro", include_str!("../presets/acro.toml")),
    ("opensafely", include_str!("../presets/opensafely.toml")),
    ("nhs-hes", include_str!("../presets/nhs-hes.toml")),
    ("abs", include_str!("../presets/abs.toml")),
    ("cms", include_str!("../presets/cms.toml")),
    ("ima", include_str!("../presets/ima.toml")),
    ("ohdsi", include_str!("../presets/ohdsi.toml")),
    ("datashield", include_str!("../presets/datashield.toml")),
];

/// The preset in force where none is named.
pub const DEFAULT_PRESET: &str = "be-default";

/// Why a policy was not accepted; written for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// There is no preset of this name.
    #[error("there is no preset {name:?}; the presets are {known}")]
    NoSuchPreset {
        /// The name that was asked for.
        name: String,
        /// Those that there are, separated by commas.
        known: String,
    },
    /// The text is not TOML, or has a key that policies do not know.
    #[error("the policy cannot be read: {0}")]
    Malformed(String),
    /// There is no rule of this id.
    #[error("[rules.{0}]: there is no such rule; `exeat rules list` names them all")]
    NoSuchRule(String),
    /// The rule does not take this setting.
    #[error("[rules.{rule}]: {why}")]
    BadSetting {
        /// The rule's id.
        rule: String,
        /// What is wrong, naming the key.
        why: String,
    },
}

/// What may be read of one file. Over a limit is a finding of FMT-TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Size of a file, in bytes.
    pub bytes: u64,
    /// Lines of a file.
    pub rows: u64,
    /// Fields of a line.
    pub columns: usize,
    /// Size of one cell, in bytes.
    pub cell_bytes: usize,
    /// Pixels of a picture, width times height.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 2 << 30, rows: 50_000_000, columns: 16_384, cell_bytes: 1 << 20, pixels: 100_000_000 }
    }
}

/// A combination of row and column that cannot occur, so that its zero tells nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StructuralZero {
    /// Label of the row.
    pub row: String,
    /// Header of the column.
    pub column: String,
}

/// A policy as it is written in TOML.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyText {
    /// The preset that this policy starts from; `be-default` where it says nothing.
    preset: Option<String>,
    /// By rule: `severity`, and the rule's own parameters.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    rules: BTreeMap<String, toml::Table>,
    /// Roles by header, over what the reader would say.
    columns: BTreeMap<String, Role>,
    /// Zeros that cannot be otherwise.
    structural_zeros: Vec<StructuralZero>,
    /// Limits on what is read.
    limits: Limits,
}

/// What the policy sets for one rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSettings {
    pub(crate) severity: Option<Severity>,
    pub(crate) params: toml::Table,
}

/// A policy in force: every rule has settings that it accepted.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    rules: BTreeMap<&'static str, RuleSettings>,
    columns: BTreeMap<String, Role>,
    structural_zeros: Vec<StructuralZero>,
    limits: Limits,
}

impl Policy {
    /// The preset of this name.
    ///
    /// # Errors
    /// [`PolicyError::NoSuchPreset`] where there is none, naming those that there are.
    pub fn preset(name: &str) -> Result<Self, PolicyError> {
        Self::settle(name, PolicyText::default())
    }

    /// Reads a policy, strictly: an unknown key is an error that names it.
    ///
    /// # Errors
    /// What is wrong with the text, for people.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let written: PolicyText =
            toml::from_str(text).map_err(|error| PolicyError::Malformed(error.to_string()))?;
        let preset = written.preset.clone().unwrap_or_else(|| DEFAULT_PRESET.to_owned());
        Self::settle(&preset, written)
    }

    /// Names of the presets, the default one first.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// The preset's name: a policy that starts from a preset bears its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Limits on what is read.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The role that the policy gives to a column of this header.
    pub(crate) fn role(&self, header: &str) -> Option<Role> {
        self.columns.get(header).copied()
    }

    /// Zeros that cannot be otherwise.
    #[must_use]
    pub fn structural_zeros(&self) -> &[StructuralZero] {
        &self.structural_zeros
    }

    /// What is set for the rule of this id.
    pub(crate) fn settings(&self, id: &str) -> RuleSettings {
        self.rules.get(id).cloned().unwrap_or_default()
    }

    fn settle(name: &str, written: PolicyText) -> Result<Self, PolicyError> {
        let (name, preset) =
            PRESETS.iter().find(|(known, _)| *known == name).ok_or_else(|| PolicyError::NoSuchPreset {
                name: name.to_owned(),
                known: Self::presets().collect::<Vec<_>>().join(", "),
            })?;
        let preset: PolicyText =
            toml::from_str(preset).map_err(|error| PolicyError::Malformed(error.to_string()))?;
        let mut set = preset.rules;
        for (id, params) in written.rules {
            set.entry(id).or_default().extend(params);
        }
        let mut settled = BTreeMap::new();
        for (id, params) in set {
            let rule = rules::find(&id).ok_or_else(|| PolicyError::NoSuchRule(id.clone()))?;
            settled.insert(rule.declaration().id, settings(rule, params)?);
        }
        let name = (*name).to_owned();
        Ok(Self {
            name,
            rules: settled,
            columns: written.columns,
            structural_zeros: written.structural_zeros,
            limits: written.limits,
        })
    }
}

fn settings(rule: &rules::Rule, mut params: toml::Table) -> Result<RuleSettings, PolicyError> {
    let bad = |why: String| PolicyError::BadSetting { rule: rule.declaration().id.to_owned(), why };
    let severity = match params.remove("severity") {
        None => None,
        Some(value) => Some(
            value
                .try_into()
                .map_err(|_| bad("severity must be \"block\", \"review\" or \"note\"".to_owned()))?,
        ),
    };
    rule.accepts(&params).map_err(bad)?;
    Ok(RuleSettings { severity, params })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_accepted() {
        for name in Policy::presets() {
            assert_eq!(Policy::preset(name).unwrap().name(), name);
        }
    }

    #[test]
    fn an_unknown_key_is_named() {
        for (text, named) in [
            ("presets = 'acro'", "presets"),
            ("preset = 'intego'", "intego"),
            ("[rules.CNT-MAX]", "CNT-MAX"),
            ("[rules.CNT-MIN]\nthresold = 3", "thresold"),
            ("[rules.CNT-MIN]\nseverity = 'fatal'", "severity"),
            ("[rules.CNT-MIN]\nthreshold = 0", "CNT-MIN"),
            ("[columns]\nn = 'cuont'", "cuont"),
            ("[limits]\nbites = 3", "bites"),
        ] {
            let error = Policy::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_policy_overlays_its_preset() {
        let policy =
            Policy::from_toml("preset = 'opensafely'\n[rules.CNT-MIN]\nthreshold = 6\nseverity = 'review'")
                .unwrap();
        let settings = policy.settings("CNT-MIN");
        assert_eq!(settings.severity, Some(Severity::Review));
        assert_eq!(settings.params["threshold"].as_integer(), Some(6));
        assert_eq!(settings.params["rounding"].as_array().unwrap().len(), 2);
    }
}
