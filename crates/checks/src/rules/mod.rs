//! The rules, one file each, and the one list that names them.

pub mod cls_grp;
pub mod cnt_min;
pub mod cnt_zero;
pub mod con_hhi;
pub mod dat_exact;
pub mod did_name;
pub mod did_val;
pub mod dif_cell;
pub mod dif_lp;
pub mod dif_unmask;
pub mod dof_min;
pub mod dom_nk;
pub mod dom_p;
pub mod end_mm;
pub mod fmt_hide;
pub mod fmt_malware;
pub mod fmt_meta;
pub mod fmt_type;
pub mod his_bin;
pub mod img_fig;
pub mod km_step;
pub mod pct_base;
pub mod pct_impl;
pub mod qi_kanon;
pub mod qtl_n;
pub mod rat_zero;
pub mod rec_level;
pub mod rnd_mix;
pub mod sd_rev;
pub mod sta_n;
pub mod sup_exact;
pub mod sup_int;
pub mod txt_free;

use exeat_domain::finding::Finding;
use schemars::Schema;

use crate::engine;
use crate::policy::Policy;
use crate::request::Request;
use crate::rule::{Check, Declaration, Declared};

/// A rule as the engine and the documentation handle it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    declaration: &'static Declaration,
    schema: fn() -> Schema,
    accepts: fn(&toml::Table) -> Result<(), String>,
    run: fn(&Policy, &Request) -> Vec<(usize, Finding)>,
}

impl Rule {
    const fn of<R: Check + 'static>() -> Self {
        Self {
            declaration: &<R as Declared>::DECLARATION,
            schema: schema::<R>,
            accepts: accepts::<R>,
            run: engine::run::<R>,
        }
    }

    /// Its id, title, severities, risk, fix and documentation.
    #[must_use]
    pub fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    /// JSON Schema of what a policy may set under `[rules.ID]` beside `severity`.
    #[must_use]
    pub fn schema(&self) -> Schema {
        (self.schema)()
    }

    /// Whether it takes these parameters; the error names the key.
    pub(crate) fn accepts(&self, params: &toml::Table) -> Result<(), String> {
        (self.accepts)(params)
    }

    /// What it says of a request: each finding with the number of its file.
    pub(crate) fn run(&self, policy: &Policy, request: &Request) -> Vec<(usize, Finding)> {
        (self.run)(policy, request)
    }
}

fn schema<R: Check>() -> Schema {
    schemars::schema_for!(R::Params)
}

fn accepts<R: Check>(params: &toml::Table) -> Result<(), String> {
    params.clone().try_into::<R::Params>().map(drop).map_err(|error| error.to_string())
}

/// Every rule, in the order of the catalogue.
const ALL: &[Rule] = &[
    Rule::of::<fmt_type::FileType>(),
    Rule::of::<fmt_hide::Hidden>(),
    Rule::of::<fmt_meta::CheckerFile>(),
    Rule::of::<fmt_malware::Malware>(),
    Rule::of::<did_name::IdentifierName>(),
    Rule::of::<did_val::IdentifierValue>(),
    Rule::of::<rec_level::RecordLevel>(),
    Rule::of::<qi_kanon::SmallClass>(),
    Rule::of::<cnt_min::SmallCount>(),
    Rule::of::<cnt_zero::Zero>(),
    Rule::of::<cls_grp::ClassDisclosure>(),
    Rule::of::<sta_n::NoSize>(),
    Rule::of::<pct_impl::Implied>(),
    Rule::of::<pct_base::SmallBase>(),
    Rule::of::<sup_exact::ExactlyRecovered>(),
    Rule::of::<sup_int::CloselyRecovered>(),
    Rule::of::<rnd_mix::MixedRounding>(),
    Rule::of::<dif_unmask::UnmaskedCell>(),
    Rule::of::<dif_cell::ChangedCell>(),
    Rule::of::<dif_lp::ImpliedGroup>(),
    Rule::of::<dom_nk::Dominance>(),
    Rule::of::<dom_p::Estimable>(),
    Rule::of::<end_mm::Endpoint>(),
    Rule::of::<qtl_n::Quantiles>(),
    Rule::of::<sd_rev::Reversible>(),
    Rule::of::<con_hhi::Concentration>(),
    Rule::of::<dof_min::FewFreedom>(),
    Rule::of::<rat_zero::ZeroRatio>(),
    Rule::of::<km_step::SmallStep>(),
    Rule::of::<his_bin::SmallBin>(),
    Rule::of::<img_fig::Figure>(),
    Rule::of::<dat_exact::ExactDate>(),
    Rule::of::<txt_free::FreeText>(),
];

/// Every rule, in the order of the catalogue.
#[must_use]
pub fn all() -> &'static [Rule] {
    ALL
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.declaration.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_is_listed_once_and_says_what_it_is() {
        let files: BTreeSet<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"))
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.path().file_stem().unwrap().to_str().unwrap().replace('_', "-").to_uppercase())
            .filter(|id| id != "MOD")
            .collect();
        let listed: BTreeSet<String> = ALL.iter().map(|rule| rule.declaration.id.to_owned()).collect();
        assert_eq!(files, listed, "src/rules/ holds one file a rule, and ALL names each");
        assert_eq!(ALL.len(), listed.len(), "a rule is listed twice");
        for rule in ALL {
            let declaration = rule.declaration();
            assert!(
                declaration.docs.contains("## What it looks for")
                    && declaration.docs.contains("## Why it matters"),
                "{}",
                declaration.id
            );
            assert!(
                !declaration.title.is_empty()
                    && !declaration.fix.is_empty()
                    && !declaration.severities.is_empty()
            );
        }
    }

    #[test]
    fn rules_refuse_settings_that_they_do_not_know() {
        for rule in ALL {
            // Beside what must be given, so that the error can be of nothing else.
            let mut unknown = Policy::preset("be-default").unwrap().settings(rule.declaration.id).params;
            unknown.insert("no_such_setting".to_owned(), toml::Value::Integer(1));
            assert!(
                rule.accepts(&unknown).unwrap_err().contains("no_such_setting"),
                "{}",
                rule.declaration.id
            );
            for preset in Policy::presets() {
                rule.accepts(&Policy::preset(preset).unwrap().settings(rule.declaration.id).params).unwrap();
            }
        }
    }
}
