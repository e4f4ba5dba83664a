//! Our forms of identifiers against python-stdnum: 100,000 numbers a form, half of them made valid.
//!
//! `EXEAT_TEST_PYTHON` names a Python that has python-stdnum; without it, `python3` must have it. A form may be stricter or
//! laxer than stdnum only where [`explained`] says why.

use std::collections::BTreeMap;
use std::process::Command;

use exeat_checks::identifier::form;

/// Numbers of each form.
const EACH: usize = 100_000;
/// Those of them that both must take, at least.
const BOTH: usize = 25_000;

/// How the two judged the numbers of one form.
#[derive(Debug, Default)]
struct Compared {
    both: usize,
    neither: usize,
    explained: usize,
}

fn made(seed: u32) -> String {
    let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stdnum_numbers.py"))
        .args([seed.to_string(), EACH.to_string()])
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be started: {error}", python.display()));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "is python-stdnum there? {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Why a number may be judged otherwise than by stdnum.
fn explained(name: &str, number: &str, ours: bool) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u64>().ok());
    match name {
        // stdnum lets any day pass, and a serial of 000, which is never given. It knows today's date, which we do not:
        // who would be born after today is no error in the check digits.
        "be-nrn" if ours => part(0, 2).is_some_and(|year| year > 25),
        "be-nrn" => part(4, 6).is_some_and(|day| day > 31) || part(6, 9) == Some(0),
        // stdnum looks at the key alone; sex and month are read as INSEE gives them.
        "fr-nir" if !ours => {
            let month = part(3, 5);
            !month.is_some_and(|month| matches!(month, 1..=12 | 20 | 30..=42 | 50..=99))
        }
        // Check digits are 02 to 98 by the standard. Codes of letters look like account numbers, so eight digits are asked
        // for behind them.
        "iban" if !ours => {
            let digits = number.bytes().skip(4).filter(u8::is_ascii_digit).count();
            digits < 8 || !part(2, 4).is_some_and(|check| (2..=98).contains(&check))
        }
        // Zeros alone fulfil every sum.
        "nhs-number" | "luhn" if !ours => number.bytes().all(|byte| byte == b'0'),
        _ => false,
    }
}

#[test]
fn check_digits_agree_with_stdnum() {
    let (mut compared, mut apart): (BTreeMap<String, Compared>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for line in made(20_261_123).lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [name, number, theirs] = fields[..] else { panic!("{line}") };
        let ours = form(name).unwrap().is_valid(number);
        let here = compared.entry(name.to_owned()).or_default();
        match (ours, theirs == "1") {
            (true, true) => here.both += 1,
            (false, false) => here.neither += 1,
            _ if explained(name, number, ours) => here.explained += 1,
            (_, theirs) => apart.push(format!("{name} {number}: we say {ours}, python-stdnum {theirs}")),
        }
    }
    assert_eq!(apart, Vec::<String>::new());
    assert_eq!(compared.len(), 6, "{compared:?}");
    for (name, here) in compared {
        assert_eq!(here.both + here.neither + here.explained, EACH, "{name} {here:?}");
        assert!(here.both > BOTH && here.explained < EACH / 5, "{name} {here:?}");
    }
}
