//! How likely it is that chance alone gives so many hits.

/// Below this chance, hits in a column are no accident.
pub const SIGNIFICANT: f64 = 1e-6;

/// Natural logarithm of P(X ≥ `hits`) for `trials` independent trials that each succeed with chance `p`, 0 < `p` < 1.
///
/// The terms are summed relative to the first one, so nothing underflows however rare the event is.
#[must_use]
pub fn ln_binomial_tail(hits: u64, trials: u64, p: f64) -> f64 {
    if hits == 0 {
        return 0.0;
    }
    if hits > trials {
        return f64::NEG_INFINITY;
    }
    let (k, n) = (as_f64(hits), as_f64(trials));
    if k <= n * p {
        // At or under the expected number the tail is a large share of everything: certainly no news.
        return -f64::ln(2.0);
    }
    let first = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k) + k * p.ln() + (n - k) * (-p).ln_1p();
    let odds = p / (1.0 - p);
    let (mut sum, mut term, mut i) = (1.0, 1.0, k);
    // Over the expected number each term is smaller than the one before, by more at each step.
    while i < n && term > sum * 1e-17 {
        term *= (n - i) / (i + 1.0) * odds;
        sum += term;
        i += 1.0;
    }
    (first + f64::ln(sum)).min(0.0)
}

/// Whether `hits` among `trials` are far above the base rate: a tail below [`SIGNIFICANT`], and twice the rate at least, for
/// in a long column a slight lean of the digits would be significant too.
#[must_use]
pub fn stands_out(hits: u64, trials: u64, base_rate: f64) -> bool {
    as_f64(hits) >= 2.0 * base_rate * as_f64(trials)
        && ln_binomial_tail(hits, trials, base_rate) < SIGNIFICANT.ln()
}

#[allow(clippy::cast_precision_loss, reason = "counts of cells stay far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

/// ln(n!) for whole n: the product for small n, Stirling's series above.
fn ln_factorial(n: f64) -> f64 {
    if n < 16.0 {
        return std::iter::successors(Some(2.0), |i| Some(i + 1.0))
            .take_while(|i| *i <= n)
            .product::<f64>()
            .ln();
    }
    let square = n * n;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * square)) / square) / n;
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(hits: u64, trials: u64, p: f64, tail: f64) {
        let found = ln_binomial_tail(hits, trials, p);
        assert!(
            (found - tail.ln()).abs() < 1e-9 * tail.ln().abs().max(1.0),
            "{hits} of {trials} at {p}: {} for {tail}",
            found.exp()
        );
    }

    #[test]
    fn tails_agree_with_their_closed_forms() {
        close(5, 5, 0.0025, 0.0025_f64.powi(5));
        close(1, 10, 0.01, 1.0 - 0.99_f64.powi(10));
        close(2, 10, 0.01, 1.0 - 0.99_f64.powi(10) - 10.0 * 0.01 * 0.99_f64.powi(9));
        close(29, 30, 0.5, 31.0 * 0.5_f64.powi(30));
        close(3, 3, 1.0 / 11.0, 1.0 / 1331.0);
    }

    #[test]
    fn rare_events_neither_underflow_nor_take_long() {
        let all = ln_binomial_tail(1_000_000, 1_000_000, 0.0025);
        assert!((all - 1e6 * 0.0025_f64.ln()).abs() < 1e-3, "{all}");
        // 40,000,000 at one in eleven, 10 % over: the normal approximation puts it beyond e^-18,000.
        assert!(ln_binomial_tail(4_000_000, 40_000_000, 1.0 / 11.0) < -10_000.0);
        assert_eq!(ln_binomial_tail(6, 5, 0.1), f64::NEG_INFINITY);
        assert_eq!(ln_binomial_tail(0, 5, 0.1), 0.0);
    }

    #[test]
    fn chance_hits_never_stand_out() {
        for (hits, trials) in [(9, 100), (91, 1000), (12, 100), (3636, 40_000)] {
            assert!(!stands_out(hits, trials, 1.0 / 11.0), "{hits} of {trials}");
        }
        // Significant, but a lean: 15 % where 9 % are due.
        assert!(!stands_out(15_000, 100_000, 1.0 / 11.0));
        assert!(stands_out(6, 6, 1.0 / 11.0) && !stands_out(5, 5, 1.0 / 11.0));
        assert!(stands_out(3, 3, 0.0025) && !stands_out(2, 2, 0.0025));
    }

    proptest::proptest! {
        #[test]
        fn more_hits_are_never_likelier(trials in 1_u64..5000, share in 0.0_f64..1.0, p in 0.0001_f64..0.5) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let hits = (trials as f64 * share) as u64;
            let (fewer, more) = (ln_binomial_tail(hits, trials, p), ln_binomial_tail(hits + 1, trials, p));
            proptest::prop_assert!(more <= fewer + 1e-9 || fewer == -f64::ln(2.0));
            proptest::prop_assert!(fewer <= 0.0);
        }
    }
}
