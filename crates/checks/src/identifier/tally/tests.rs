//! What a tally tells of made-up columns.

use super::*;

fn told<'a>(cells: impl IntoIterator<Item = &'a str>) -> Told {
    let mut tally = Tally::default();
    for (at, cell) in (0..).zip(cells) {
        tally.add(at, cell);
    }
    tally.told()
}

fn form_told(cells: &[&str]) -> Option<&'static str> {
    match told(cells.iter().copied()) {
        Told::Identifiers { form, .. } => Some(form.name),
        _ => None,
    }
}

const FIVE: [&str; 5] = ["85073003328", "17073003384", "98472899765", "01490700185", "85.07.30-033.28"];

#[test]
fn a_few_valid_ones_of_few_are_identifiers() {
    assert_eq!(form_told(&FIVE), Some("be-nrn"));
    assert_eq!(form_told(&FIVE[..3]), Some("be-nrn"));
    assert_eq!(form_told(&FIVE[..2]), None);
    let among: Vec<&str> = FIVE.into_iter().chain(["", "unknown", "79121137740"]).collect();
    assert_eq!(form_told(&among), Some("be-nrn"));
}

#[test]
fn one_value_repeated_is_one_hit() {
    assert_eq!(form_told(&["111222333"; 500]), None);
}

#[test]
fn counts_at_the_base_rate_are_nothing() {
    let counts: Vec<String> = (0..3000_u64).map(|at| (100_000_000 + at * 7919).to_string()).collect();
    assert_eq!(told(counts.iter().map(String::as_str)), Told::Nothing);
    let minutes: Vec<String> =
        (0..3000_u64).map(|at| format!("2020{:02}{:02}{:03}", 1 + at / 250, 1 + at % 28, at % 600)).collect();
    assert_eq!(told(minutes.iter().map(String::as_str)), Told::Nothing);
}

#[test]
fn a_lone_hit_in_running_text_is_kept_where_it_tells_what_it_is() {
    let text = ["patients", "seen", "as 85.07.30-033.28 was"];
    assert_eq!(
        told(text),
        Told::Hits(vec![LoneHit {
            form: super::super::form("be-nrn").unwrap(),
            at: 2,
            text: "85.07.30-033.28".into()
        }])
    );
    assert_eq!(told(["patients", "seen", "as 85073003328 was"]), Told::Nothing);
    let shaped = ["85.07.30-033.28", "85.07.30-033.29", "85.07.30-033.30", "85.07.30-033.31"];
    assert_eq!(told(shaped), Told::Nothing);
}

#[test]
fn card_numbers_are_told_by_whole_columns_only() {
    let cards: Vec<String> = (0..8_u32)
        .map(|at| {
            (0..10)
                .map(|check| format!("41111111111{at}111{check}"))
                .find(|card| super::super::form("luhn").unwrap().is_valid(card))
                .unwrap()
        })
        .collect();
    let mut cells: Vec<&str> = cards.iter().map(String::as_str).collect();
    assert_eq!(form_told(&cells), Some("luhn"));
    cells.push("other");
    assert_eq!(form_told(&cells), None);
}

#[test]
fn hashes_in_nearly_every_cell_are_pseudonyms() {
    let hashes: Vec<String> =
        (0..20_u32).map(|at| format!("{:0>32}", format!("{:x}f", at * 7919 + 10_000_019))).collect();
    let near_unique = |cells: &[&str]| match told(cells.iter().copied()) {
        Told::Pseudonyms { near_unique, .. } => Some(near_unique),
        _ => None,
    };
    let mut cells: Vec<&str> = hashes.iter().map(String::as_str).collect();
    assert_eq!(near_unique(&cells), Some(true));
    assert_eq!(near_unique(&[cells.clone(), cells.clone()].concat()), Some(false));
    assert_eq!(near_unique(&[cells[0]; 20]), None);
    cells.extend(["a", "b", "c"]);
    assert_eq!(near_unique(&cells), None);
}
