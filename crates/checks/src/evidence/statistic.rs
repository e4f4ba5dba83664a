//! What a number summarises of its group, as its header or label says it.

use super::words::{Words, on};
use crate::read::value::{Decimal, number};

/// What a number summarises of its group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Statistic {
    /// How many there are.
    Count,
    /// How many a percentage is out of.
    Base,
    /// A percentage, proportion or rate, and what it is out of where that is told: 1, 100, 1,000, 100,000.
    Share(Option<f64>),
    /// The mean.
    Mean,
    /// A quantile strictly between 0 and 1; the median is 0.5.
    Quantile(f64),
    /// The distance of the quartiles.
    InterquartileRange,
    /// The standard deviation.
    Sd,
    /// The variance.
    Variance,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The distance of the two.
    Range,
    /// The most frequent value.
    Mode,
    /// The sum of a magnitude.
    Sum,
    /// The largest contributor's part.
    Largest,
    /// The second largest contributor's part.
    Second,
    /// The share of the top so many.
    TopShare(u32),
    /// The Herfindahl index.
    Herfindahl,
    /// The Gini coefficient.
    Gini,
    /// Skewness or kurtosis.
    Shape,
}

impl Statistic {
    /// Its name, for people.
    #[must_use]
    pub(crate) fn name(self) -> String {
        match self {
            Self::Count => "count",
            Self::Base => "base",
            Self::Share(_) => "percentage or rate",
            Self::Mean => "mean",
            Self::Quantile(p) if (p - 0.5).abs() < 1e-9 => "median",
            Self::Quantile(p) => return format!("{}% quantile", (p * 1000.0).round() / 10.0),
            Self::InterquartileRange => "interquartile range",
            Self::Sd => "standard deviation",
            Self::Variance => "variance",
            Self::Min => "minimum",
            Self::Max => "maximum",
            Self::Range => "range",
            Self::Mode => "mode",
            Self::Sum => "sum",
            Self::Largest => "largest part",
            Self::Second => "second largest part",
            Self::TopShare(n) => return format!("share of the top {n}"),
            Self::Herfindahl => "Herfindahl index",
            Self::Gini => "Gini coefficient",
            Self::Shape => "measure of shape",
        }
        .to_owned()
    }

    /// The statistic that a header or label names; none where it names no statistic, or only a count or percentage.
    #[must_use]
    pub(crate) fn named(label: &str) -> Option<Self> {
        if let Some(share) = percent_label(label) {
            return Some(quantile(share));
        }
        let words = Words::of(label);
        contributor(&words)
            .or_else(|| order(&words))
            .or_else(|| spread(&words))
            .or_else(|| end(&words))
            .or_else(|| centre(&words))
    }

    /// Whether it is the value of one member of the group, or made of two of them.
    #[must_use]
    pub(crate) fn is_endpoint(self) -> bool {
        matches!(self, Self::Min | Self::Max | Self::Range)
    }
}

/// The quantile of this share; the ends are the minimum and the maximum.
pub(super) fn quantile(share: f64) -> Statistic {
    if share <= 0.0 {
        Statistic::Min
    } else if share >= 1.0 {
        Statistic::Max
    } else {
        Statistic::Quantile(share)
    }
}

/// The share of a label such as `25%`, which is a number with a percent sign and nothing else.
fn percent_label(label: &str) -> Option<f64> {
    let bare = label.trim().strip_suffix('%')?;
    let share = number(bare.trim(), Decimal::Point)?.value / 100.0;
    (0.0..=1.0).contains(&share).then_some(share)
}

/// Parts of contributors, and measures of how they concentrate.
fn contributor(words: &Words) -> Option<Statistic> {
    if words.any("herfindahl") {
        return Some(Statistic::Herfindahl);
    }
    if words.any("gini") {
        return Some(Statistic::Gini);
    }
    let ratio = |word: &String| word.strip_prefix("cr").is_some_and(|rest| rest.parse::<u32>().is_ok());
    let share = words.any("share") || words.words.iter().any(ratio);
    let second = words.any("second") || words.run("second-of");
    let largest = words.any("largest") || words.run("greatest-of");
    match (share, top(words)) {
        (true, Some(n)) => return Some(Statistic::TopShare(n)),
        (true, None) if largest && !second => return Some(Statistic::TopShare(1)),
        (true, None) => return None,
        (false, Some(1)) => return Some(Statistic::Largest),
        (false, Some(2)) => return Some(Statistic::Second),
        (false, _) => {}
    }
    let alone = words.words.len() == 1;
    if second && (largest || words.run("second-of") || alone) {
        return Some(Statistic::Second);
    }
    (largest && !second).then_some(Statistic::Largest)
}

/// The number in `top 3`, `top3` and `cr4`.
fn top(words: &Words) -> Option<u32> {
    let after = |prefix: &str| {
        words.words.iter().enumerate().find_map(|(at, word)| {
            let rest = word.strip_prefix(prefix)?;
            let rest = if rest.is_empty() { words.words.get(at + 1)?.as_str() } else { rest };
            rest.parse().ok().filter(|n| (1..=100).contains(n))
        })
    };
    after("top").or_else(|| after("cr"))
}

/// Quantiles.
fn order(words: &Words) -> Option<Statistic> {
    if words.any("iqr") {
        return Some(Statistic::InterquartileRange);
    }
    if words.words.iter().any(|word| matches!(word.as_str(), "lq" | "q1")) {
        return Some(Statistic::Quantile(0.25));
    }
    if words.words.iter().any(|word| matches!(word.as_str(), "uq" | "q3")) {
        return Some(Statistic::Quantile(0.75));
    }
    if words.words.iter().any(|word| word == "q2") {
        return Some(Statistic::Quantile(0.5));
    }
    if words.any("quartile") {
        return match () {
            () if words.any("first") => Some(Statistic::Quantile(0.25)),
            () if words.any("third") => Some(Statistic::Quantile(0.75)),
            () => None,
        };
    }
    let count = |word: &String| {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<f64>().ok()
    };
    if words.any("decile") {
        return words.words.iter().find_map(count).filter(|n| *n <= 10.0).map(|n| quantile(n / 10.0));
    }
    if words.any("percentile") {
        return words.words.iter().find_map(count).filter(|n| *n <= 100.0).map(|n| quantile(n / 100.0));
    }
    percentile_word(words)
}

/// `p5`, `p97_5`, `pct25` and `q0.25`.
fn percentile_word(words: &Words) -> Option<Statistic> {
    words.words.iter().enumerate().find_map(|(at, word)| {
        let after = words.words.get(at + 1).filter(|next| next.bytes().all(|byte| byte.is_ascii_digit()));
        let of_hundred = word.strip_prefix("pctl").or_else(|| word.strip_prefix('p'));
        if let Some(digits) = of_hundred.filter(|digits| (1..=3).contains(&digits.len())) {
            let whole: f64 = digits.parse().ok()?;
            let part = after.map_or(0.0, |next| format!("0.{next}").parse().unwrap_or(0.0));
            return (whole + part <= 100.0).then(|| quantile((whole + part) / 100.0));
        }
        match (word.as_str(), after) {
            ("q0", Some(part)) => Some(quantile(format!("0.{part}").parse().ok()?)),
            _ => {
                let digits = word.strip_prefix('q').filter(|digits| digits.len() == 2)?;
                Some(quantile(digits.parse::<f64>().ok()? / 100.0))
            }
        }
    })
}

/// How far values spread.
fn spread(words: &Words) -> Option<Statistic> {
    if words.any("sd") || words.run("sd-of") {
        let error = words.words.iter().any(|word| matches!(word.as_str(), "error" | "err"));
        return (!error).then_some(Statistic::Sd);
    }
    if words.any("variance") && (words.words.len() == 1 || !words.words.iter().any(|word| word == "var")) {
        return Some(Statistic::Variance);
    }
    words.any("shape").then_some(Statistic::Shape)
}

/// The ends of a distribution.
fn end(words: &Words) -> Option<Statistic> {
    let minutes = words.words.last().is_some_and(|word| word == "min") && words.any("minutes");
    let (min, max) = (words.any("min") && !minutes, words.any("max"));
    match (min, max) {
        (true, true) => Some(Statistic::Range),
        (true, false) => Some(Statistic::Min),
        (false, true) => Some(Statistic::Max),
        (false, false) => words.any("range").then_some(Statistic::Range),
    }
}

/// The middle of a distribution, and sums.
fn centre(words: &Words) -> Option<Statistic> {
    if words.any("median") {
        return Some(Statistic::Quantile(0.5));
    }
    if words.any("mean") {
        return Some(Statistic::Mean);
    }
    let ends = words.words.first().or(None).is_some_and(|word| on("mode", word))
        || words.words.last().is_some_and(|word| on("mode", word));
    if ends && words.words.len() <= 3 {
        return Some(Statistic::Mode);
    }
    (words.any("sum") || words.any("total") && words.any("magnitude")).then_some(Statistic::Sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_statistics_in_three_languages() {
        use Statistic::{InterquartileRange, Max, Mean, Min, Quantile, Range, Sd, Variance};
        for (label, expected) in [
            ("mean_age", Mean),
            ("Gemiddelde leeftijd", Mean),
            ("Âge moyen", Mean),
            ("std", Sd),
            ("Écart-type", Sd),
            ("standaardafwijking", Sd),
            ("age / std", Sd),
            ("variance", Variance),
            ("Min.", Min),
            ("minimum", Min),
            ("0%", Min),
            ("p0", Min),
            ("p100", Max),
            ("100%", Max),
            ("maxAge", Max),
            ("hoogste waarde", Max),
            ("range", Range),
            ("étendue", Range),
            ("25%", Quantile(0.25)),
            ("97.5%", Quantile(0.975)),
            ("median", Quantile(0.5)),
            ("mediaan", Quantile(0.5)),
            ("médiane", Quantile(0.5)),
            ("p5", Quantile(0.05)),
            ("age_p95", Quantile(0.95)),
            ("1st Qu.", Quantile(0.25)),
            ("3rd Qu.", Quantile(0.75)),
            ("Q1", Quantile(0.25)),
            ("lower quartile", Quantile(0.25)),
            ("derde kwartiel", Quantile(0.75)),
            ("premier quartile", Quantile(0.25)),
            ("90th percentile", Quantile(0.9)),
            ("percentiel 10", Quantile(0.1)),
            ("decile 9", Quantile(0.9)),
            ("q0.25", Quantile(0.25)),
            ("IQR", InterquartileRange),
        ] {
            assert_eq!(Statistic::named(label), Some(expected), "{label}");
        }
    }

    #[test]
    fn labels_name_parts_and_concentration() {
        use Statistic::{Gini, Herfindahl, Largest, Mode, Second, Shape, Sum, TopShare};
        for (label, expected) in [
            ("mode", Mode),
            ("mode_age", Mode),
            ("skewness", Shape),
            ("sum", Sum),
            ("total cost", Sum),
            ("totale omzet som", Sum),
            ("largest", Largest),
            ("top1", Largest),
            ("top_1", Largest),
            ("second", Second),
            ("second_largest", Second),
            ("top2", Second),
            ("grootste", Largest),
            ("tweede", Second),
            ("op één na grootste", Second),
            ("plus grand", Largest),
            ("deuxième plus grand", Second),
            ("share_top_4", TopShare(4)),
            ("top3_share", TopShare(3)),
            ("largest share", TopShare(1)),
            ("aandeel grootste", TopShare(1)),
            ("CR4", TopShare(4)),
            ("HHI", Herfindahl),
            ("herfindahl_index", Herfindahl),
            ("gini", Gini),
        ] {
            assert_eq!(Statistic::named(label), Some(expected), "{label}");
        }
    }

    #[test]
    fn other_labels_name_none() {
        for label in [
            "",
            "n",
            "sex",
            "meaning",
            "waiting time min",
            "wachttijd (min)",
            "durée (min)",
            "std error",
            "%",
            "P",
            "Q4",
            "total",
            "age",
            "101%",
        ] {
            assert_eq!(Statistic::named(label), None, "{label}");
        }
    }
}
