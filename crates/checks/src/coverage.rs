//! The classes of statistics that output checkers speak of, their risks, and the rules that answer each: the StatbarnsSDC
//! ontology (`https://www.w3id.org/statbarnsdc#`).

use exeat_domain::finding::Risk;

/// A class of statistics, by the ontology's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the ontology's own")]
pub enum Statbarn {
    Frequencies,
    LinearAggregations,
    Position,
    Endpoints,
    Shape,
    Mode,
    CorrelationCoefficients,
    StatisticalHypothesisTests,
    CalculatedRatios,
    HazardSurvivalTables,
    NonLinearConcentrationRatios,
    GiniCoefficient,
    LinkedMultilevelTables,
    Clusters,
}

impl Statbarn {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Frequencies,
        Self::LinearAggregations,
        Self::Position,
        Self::Endpoints,
        Self::Shape,
        Self::Mode,
        Self::CorrelationCoefficients,
        Self::StatisticalHypothesisTests,
        Self::CalculatedRatios,
        Self::HazardSurvivalTables,
        Self::NonLinearConcentrationRatios,
        Self::GiniCoefficient,
        Self::LinkedMultilevelTables,
        Self::Clusters,
    ];

    /// Its name in the ontology.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frequencies => "Frequencies",
            Self::LinearAggregations => "LinearAggregations",
            Self::Position => "Position",
            Self::Endpoints => "Endpoints",
            Self::Shape => "Shape",
            Self::Mode => "Mode",
            Self::CorrelationCoefficients => "CorrelationCoefficients",
            Self::StatisticalHypothesisTests => "StatisticalHypothesisTests",
            Self::CalculatedRatios => "CalculatedRatios",
            Self::HazardSurvivalTables => "HazardSurvivalTables",
            Self::NonLinearConcentrationRatios => "NonLinearConcentrationRatios",
            Self::GiniCoefficient => "GiniCoefficient",
            Self::LinkedMultilevelTables => "LinkedMultilevelTables",
            Self::Clusters => "Clusters",
        }
    }
}

/// A risk of a class of statistics, the rules that answer it, and what a file alone cannot tell.
#[derive(Clone, Copy, Debug)]
pub struct Covered {
    /// The class.
    pub statbarn: Statbarn,
    /// Its risk.
    pub risk: Risk,
    /// Ids of the rules that answer it; none where the file alone cannot.
    pub rules: &'static [&'static str],
    /// What stays open without the data behind the file.
    pub open: &'static str,
}

const fn covered(
    statbarn: Statbarn,
    risk: Risk,
    rules: &'static [&'static str],
    open: &'static str,
) -> Covered {
    Covered { statbarn, risk, rules, open }
}

/// Every pair of class and risk that matters.
pub const COVERAGE: &[Covered] = &[
    covered(
        Statbarn::Frequencies,
        Risk::LowCount,
        &["QI-KANON", "CNT-MIN", "PCT-IMPL", "PCT-BASE", "SUP-EXACT", "SUP-INT", "RND-MIX", "HIS-BIN"],
        "a percentage whose base stands nowhere can be of few people; STA-N says so",
    ),
    covered(
        Statbarn::Frequencies,
        Risk::ClassDisclosure,
        &["CLS-GRP", "CNT-ZERO"],
        "which zeros cannot be otherwise, only the policy can say",
    ),
    covered(
        Statbarn::Frequencies,
        Risk::Differencing,
        &["DIF-UNMASK", "DIF-CELL", "DIF-LP"],
        "what left by another way than this desk is not compared",
    ),
    covered(
        Statbarn::LinearAggregations,
        Risk::LowCount,
        &["CNT-MIN", "SD-REV", "STA-N"],
        "of how many people a mean or sum is, where no count stands beside it",
    ),
    covered(
        Statbarn::LinearAggregations,
        Risk::Dominance,
        &["DOM-NK", "DOM-P", "CON-HHI"],
        "what the largest contributors hold, where neither they nor a maximum is printed",
    ),
    covered(
        Statbarn::LinearAggregations,
        Risk::Differencing,
        &["DIF-CELL"],
        "two means of nearly the same people are compared by their counts alone",
    ),
    covered(
        Statbarn::Position,
        Risk::LowCount,
        &["QTL-N", "STA-N"],
        "how many people lie beyond a quantile, where the size of the group stands nowhere",
    ),
    covered(
        Statbarn::Position,
        Risk::ClassDisclosure,
        &["SD-REV"],
        "whether all share the value of a quantile, where no standard deviation of 0 says so",
    ),
    covered(
        Statbarn::Endpoints,
        Risk::LowCount,
        &["END-MM", "HIS-BIN"],
        "how many share the least and the greatest value; every one is for review",
    ),
    covered(
        Statbarn::Endpoints,
        Risk::ClassDisclosure,
        &["END-MM"],
        "whether the ends say something of everybody; every one is for review",
    ),
    covered(
        Statbarn::Shape,
        Risk::LowDOF,
        &["SD-REV", "STA-N"],
        "on how many values a measure of shape rests, where no count stands beside it",
    ),
    covered(
        Statbarn::Mode,
        Risk::ClassDisclosure,
        &["CLS-GRP"],
        "whether everybody shares a mode that stands without its counts",
    ),
    covered(
        Statbarn::Mode,
        Risk::Differencing,
        &[],
        "a mode says nothing of how many share it, so that two of them cannot be subtracted",
    ),
    covered(
        Statbarn::CorrelationCoefficients,
        Risk::LowDOF,
        &["DOF-MIN"],
        "degrees of freedom that are not printed are undecided, unless the standard errors bound the events",
    ),
    covered(
        Statbarn::StatisticalHypothesisTests,
        Risk::LowDOF,
        &["DOF-MIN"],
        "degrees of freedom that are not printed are undecided",
    ),
    covered(
        Statbarn::CalculatedRatios,
        Risk::AuxiliaryInformation,
        &["RAT-ZERO", "DOF-MIN"],
        "what somebody knows who knows one side of a ratio",
    ),
    covered(
        Statbarn::CalculatedRatios,
        Risk::Dominance,
        &["RAT-ZERO"],
        "what single contributors hold of either side of a ratio",
    ),
    covered(
        Statbarn::HazardSurvivalTables,
        Risk::LowDOF,
        &["KM-STEP", "DOF-MIN"],
        "how many events a smoothed curve rests on, where none are printed",
    ),
    covered(
        Statbarn::HazardSurvivalTables,
        Risk::ImplicitTables,
        &["KM-STEP"],
        "the steps of a curve that is printed without its numbers at risk, unless they are regular",
    ),
    covered(
        Statbarn::NonLinearConcentrationRatios,
        Risk::LowCount,
        &["CON-HHI"],
        "how many contribute, where it stands nowhere; it is for review then",
    ),
    covered(
        Statbarn::NonLinearConcentrationRatios,
        Risk::Dominance,
        &["CON-HHI"],
        "nothing: the index bounds the largest share",
    ),
    covered(
        Statbarn::GiniCoefficient,
        Risk::LowCount,
        &["CON-HHI"],
        "how many it is of, where it stands nowhere; it is for review then",
    ),
    covered(
        Statbarn::LinkedMultilevelTables,
        Risk::Differencing,
        &["SUP-EXACT", "SUP-INT", "DIF-LP"],
        "tables that are linked by something that they do not print",
    ),
    covered(
        Statbarn::LinkedMultilevelTables,
        Risk::LowCount,
        &["CNT-MIN", "SUP-EXACT", "SUP-INT"],
        "tables that are linked by something that they do not print",
    ),
    covered(
        Statbarn::Clusters,
        Risk::LowCount,
        &["CNT-MIN", "REC-LEVEL"],
        "the size of a cluster that is shown by its centre alone",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_class_has_its_risks_once_and_each_is_answered_or_explained() {
        let pairs: BTreeSet<String> =
            COVERAGE.iter().map(|c| format!("{:?} {:?}", c.statbarn, c.risk)).collect();
        assert_eq!(pairs.len(), COVERAGE.len(), "a pair is there twice");
        for statbarn in Statbarn::ALL {
            assert!(COVERAGE.iter().any(|covered| covered.statbarn == statbarn), "{}", statbarn.name());
        }
        assert!(COVERAGE.iter().all(|covered| !covered.open.is_empty()));
    }
}
