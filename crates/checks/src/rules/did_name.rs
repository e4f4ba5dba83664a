//! DID-NAME: a header names an identifier.

use exeat_domain::finding::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Column, Table};
use crate::token::{self, Kind};

rule! {
    /// ## What it looks for
    /// Headers that name an identifier of persons (`patient_id`, `INSZ`, `numéro national`, `geboortedatum`, `e-mail`), read
    /// without case, accents, punctuation, hidden or look-alike characters, or digits that stand for letters. A token
    /// matches the whole header, or from six letters a run of whole words of it joined: `hashed_patient_id` is found,
    /// `ipd_visits` is not. Over counts or statistics it is for review: there `phone` is a level; so is an everyday word such
    /// as `nom` in a table of counts, where it labels groups. Identifiers of care providers are what the policy says. `id`, `code`, `key` and the
    /// like are for review where nearly every row has its own, in a table without counts or statistics.
    ///
    /// ## Why it matters
    /// An identifier leads straight to the person, and so does a pseudonym for whoever holds the key.
    pub struct IdentifierName {
        id: "DID-NAME", title: "a header names an identifier", severities: [Block, Review], risk: None,
        fix: "Delete the column.",
    }
}

/// What a policy sets under `[rules.DID-NAME]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// What identifiers of care providers are.
    providers: Providers,
}

/// What identifiers of care providers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Providers {
    /// They block.
    Block,
    /// A person looks.
    #[default]
    Review,
    /// They may leave.
    Allow,
}

impl Check for IdentifierName {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let mut found = Findings::default();
        let aggregated = table.has_aggregates();
        for (at, column) in table.columns.iter().enumerate() {
            let Some(token) = token::of(&column.name) else { continue };
            if let Some((severity, what)) = weigh(token.kind, column, aggregated, params.providers) {
                found.push(severity, table.column(at), format!("The header {what} (“{}”).", token.text));
            }
        }
        Judgement::Decided(found)
    }
}

fn weigh(
    kind: Kind,
    column: &Column,
    aggregated: bool,
    providers: Providers,
) -> Option<(Severity, &'static str)> {
    let level = column.role.is_aggregate() || (kind == Kind::Everyday && aggregated);
    Some(match kind {
        Kind::Person | Kind::Everyday if level => {
            (Severity::Review, "is an identifier's, or names a group of a table of counts")
        }
        Kind::Person | Kind::Everyday => (Severity::Block, "names an identifier of persons"),
        Kind::Provider => match providers {
            Providers::Block => (Severity::Block, "names an identifier of care providers"),
            Providers::Review => (Severity::Review, "names an identifier of care providers"),
            Providers::Allow => return None,
        },
        // No finding by itself: QI-KANON counts how many share each combination.
        Kind::QuasiIdentifier => return None,
        Kind::Record if !aggregated && near_unique(column) => {
            (Severity::Review, "numbers records, nearly each its own")
        }
        Kind::Record => return None,
    })
}

fn near_unique(column: &Column) -> bool {
    column.filled > 1 && 10 * column.distinct >= 9 * column.filled
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn found(policy: &str, table: &str) -> Vec<(Severity, String)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(table.into()) };
        let report = check(vec![input], &Policy::from_toml(policy).unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "DID-NAME");
        named.map(|finding| (finding.severity, finding.place.column.unwrap())).collect()
    }

    #[test]
    fn identifiers_block_whatever_stands_beside_them() {
        assert_eq!(
            found("", include_str!("../../fixtures/did-name/found.csv")),
            [(Block, "hashed_patient_id".into())]
        );
        assert_eq!(
            found("", "INSZ;naam;leeftijd\nx;Peeters;40\ny;Claes;41\n"),
            [(Block, "INSZ".into()), (Block, "naam".into())]
        );
        assert_eq!(found("", "patient_id,n_visits\n"), [(Block, "patient_id".into())]);
    }

    #[test]
    fn levels_and_labels_of_counts_are_for_review() {
        let levels = "practice,Phone,Video,Total\nA,120,40,160\nB,90,60,150\nTotal,210,100,310\n";
        assert_eq!(found("", levels), [(Review, "Phone".into())]);
        assert_eq!(
            found("", "Region,Phone,Visit\nA,120,44\nB,130,55\nC,99,66\n"),
            [(Review, "Phone".into())]
        );
        assert_eq!(
            found("", "Region,mobile_clinic,telephone_consult\nA,120,44\nB,130,55\nC,99,66\n"),
            [(Review, "mobile_clinic".into()), (Review, "telephone_consult".into())]
        );
    }

    #[test]
    fn numbers_to_call_and_numbered_persons_block() {
        for column in ["phone", "mobile"] {
            let rows = ["A,32470111222,44", "B,32470333444,55", "C,32470555666,66"];
            let table = format!("region,{column},age\n{}\n", rows.join("\n"));
            assert_eq!(found("", &table), [(Block, column.into())]);
        }
        let rows: String =
            (1..40).map(|id| format!("{id},{},{}\n", ["M", "F"][id % 2], 20 + id * 7 % 60)).collect();
        assert_eq!(found("", &format!("patient_id,sex,age\n{rows}")), [(Block, "patient_id".into())]);
        assert_eq!(
            found("", "nom,count\nBretagne,1200\nCorse,900\nNormandie,4000\n"),
            [(Review, "nom".into())]
        );
    }

    #[test]
    fn other_headers_are_clear() {
        assert_eq!(found("", include_str!("../../fixtures/did-name/clear.csv")), []);
    }

    #[test]
    fn providers_are_what_the_policy_says() {
        let table = "riziv,count\n1,120\n2,130\n";
        assert_eq!(found("", table), [(Review, "riziv".into())]);
        assert_eq!(found("[rules.DID-NAME]\nproviders = 'block'", table), [(Block, "riziv".into())]);
        assert_eq!(found("[rules.DID-NAME]\nproviders = 'allow'", table), []);
    }

    #[test]
    fn records_with_a_key_each_are_for_review() {
        assert_eq!(found("", "code,colour\na,red\nb,red\nc,blue\nd,blue\n"), [(Review, "code".into())]);
        assert_eq!(found("", "code,count\na,100\nb,200\nc,300\nd,150\n"), []);
    }
}
