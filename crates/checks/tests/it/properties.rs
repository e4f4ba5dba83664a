//! What may not change a verdict: the unit of a measurement, the order of the rows, how a table is written.

use exeat_domain::finding::{FileReport, Outcome, Severity, Verdict};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

use crate::made::{Cell, Dice, Hand, KINDS, Made, PLAIN, report};

fn verdict(made: &Made, hand: Hand) -> Verdict {
    report("a.csv", made.written(hand)).verdict
}

/// Rules, severities and whether they are undecided, whatever their order.
fn said(report: &FileReport) -> Vec<(String, Severity, bool)> {
    let mut all: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.rule.clone(), finding.severity, finding.outcome == Outcome::Undecided))
        .collect();
    all.sort();
    all
}

fn made(kind: usize, seed: u64) -> Made {
    KINDS[kind % KINDS.len()](&mut Dice(seed))
}

fn shuffled(made: &Made, seed: u64) -> Made {
    let (mut turned, mut dice) = (made.clone(), Dice(seed));
    for at in (1..turned.rows.len()).rev() {
        let other = usize::try_from(dice.below(at as u64 + 1)).unwrap();
        turned.rows.swap(at, other);
    }
    turned
}

/// A change of unit by a power of ten.
fn scaled(made: &Made, power: i32) -> Made {
    let mut scaled = made.clone();
    for row in &mut scaled.rows {
        for at in &made.magnitudes {
            if let Cell::Number { units, decimals } = &mut row[*at] {
                let shifted = i32::try_from(*decimals).unwrap() - power;
                *units *= 10_i64.pow(u32::try_from(-shifted.min(0)).unwrap());
                *decimals = u32::try_from(shifted.max(0)).unwrap();
            }
        }
    }
    scaled
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_does_not_depend_on_the_order_of_the_rows(kind in 0..KINDS.len(), seed in any::<u64>()) {
        let made = made(kind, seed);
        let turned = shuffled(&made, seed ^ 1);
        prop_assert_eq!(
            verdict(&made, PLAIN), verdict(&turned, PLAIN), "{}\n{}", made.written(PLAIN), turned.written(PLAIN)
        );
    }

    #[test]
    fn a_verdict_does_not_depend_on_the_unit(kind in 0..KINDS.len(), seed in any::<u64>(), power in -3..4) {
        let made = made(kind, seed);
        let other = scaled(&made, power);
        prop_assert_eq!(
            verdict(&made, PLAIN), verdict(&other, PLAIN), "{}\n{}", made.written(PLAIN), other.written(PLAIN)
        );
    }

    #[test]
    fn a_judgement_does_not_depend_on_the_hand(kind in 0..KINDS.len(), seed in any::<u64>(), mark in 0_usize..6) {
        let made = made(kind, seed);
        let hands = [(';', ','), (';', '.'), ('\t', ','), ('\t', '.'), ('|', '.'), (',', '.')];
        let (delimiter, decimal) = hands[mark];
        let hand = Hand { delimiter, decimal, quoted: seed % 3 == 0, end: if seed % 2 == 0 { "\r\n" } else { "\n" } };
        let name = if delimiter == '\t' { "a.tsv" } else { "a.csv" };
        let (plain, other) = (report("a.csv", made.written(PLAIN)), report(name, made.written(hand)));
        prop_assert_eq!((plain.verdict, said(&plain)), (other.verdict, said(&other)), "{}", made.written(hand));
    }

    #[test]
    fn a_judgement_does_not_depend_on_the_encoding(kind in 0..KINDS.len(), seed in any::<u64>()) {
        let made = made(kind, seed);
        let text = made.written(PLAIN);
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let little = [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat();
        let big = [vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat();
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let plain = report("a.csv", text.clone());
        for bytes in [little, big, marked] {
            let other = report("a.csv", bytes);
            prop_assert_eq!((plain.verdict, said(&plain)), (other.verdict, said(&other)), "{}", text);
        }
    }
}

/// Counts of so many digits, made in the ways that counts come about.
fn counts(way: u64, digits: u32, rows: u64, dice: &mut Dice) -> Vec<u64> {
    let (least, most) = (10_u64.pow(digits - 1), 10_u64.pow(digits) - 1);
    let start = least + dice.below((most - least) / 2);
    (0..rows)
        .map(|at| match way {
            0 => least + dice.below(most - least + 1),
            1 => (start + at).min(most),
            2 => (start + at * (1 + start % 977)).min(most),
            3 => start / 100 * 100 + dice.below(100),
            _ => (least + dice.below(most - least)) / 1000 * 1000,
        })
        .collect()
}

#[test]
fn counts_as_long_as_identifiers_are_no_identifiers() {
    for seed in 0..40_u64 {
        for (form, letter, digits) in [
            ("BSN", "", 9),
            ("NHS", "", 10),
            ("NRN", "", 11),
            ("NIHDI", "", 8),
            ("Luhn", "", 16),
            ("NIR", "", 15),
            ("NIR without key", "", 13),
            ("KVNR", "K", 9),
        ] {
            let mut dice = Dice(seed * 31 + u64::from(digits));
            for way in 0..5 {
                let rows = [6, 30, 400][usize::try_from((seed + way) % 3).unwrap()];
                let numbers = counts(way, digits, rows, &mut dice);
                let text = numbers.iter().enumerate().fold(String::from("code,total\n"), |text, (at, n)| {
                    text + &format!("c{at},{letter}{n}\n")
                });
                let found = report("a.csv", text.clone());
                let said = found.findings.iter().any(|finding| finding.rule == "DID-VAL");
                assert!(!said, "{form} way {way} seed {seed}\n{text}\n{:#?}", found.findings);
            }
        }
    }
}
