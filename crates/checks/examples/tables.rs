//! The two programs of `cargo xtask bench checks` that have to be release builds and processes of their own:
//! `table PATH ROWS` writes a made-up row-level table; `parse PATH` reads one with simd-csv and does no more.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that reads its arguments and files and answers on its output"
)]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["table", path, rows] => Ok(table(path, rows.parse()?)?),
        ["parse", path] => parse(path),
        _ => Err("table PATH ROWS | parse PATH".into()),
    }
}

/// Numbers that look random and are the same on every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % many
    }
}

/// One row a visit: ids, sex, year of birth, town, day, weight, blood pressure.
fn table(path: &str, rows: u64) -> io::Result<()> {
    let towns = ["Antwerpen", "Gent", "Leuven", "Brugge", "Hasselt", "Charleroi", "Li\u{e8}ge", "Namur"];
    let (mut dice, mut out) = (Dice(42), BufWriter::with_capacity(1 << 20, File::create(path)?));
    writeln!(out, "visit_number,person_number,sex,birth_year,town,seen_on,weight_kg,systolic_mmhg")?;
    for row in 0..rows {
        let (person, sex) = (dice.below(3_000_000) + 1_000_000, ['F', 'M'][usize::from(dice.below(2) == 0)]);
        let (year, town) = (1930 + dice.below(80), towns[dice.below(8) as usize]);
        let (season, month, day) = (2015 + dice.below(9), 1 + dice.below(12), 1 + dice.below(28));
        let (weight, pressure) = (4000 + dice.below(7000), 900 + dice.below(900));
        let visit = 1_000_000_000 + row;
        writeln!(
            out,
            "{visit},{person},{sex},{year},{town},{season}-{month:02}-{day:02},{}.{:02},{}.{}",
            weight / 100,
            weight % 100,
            pressure / 10,
            pressure % 10
        )?;
    }
    out.flush()
}

fn parse(path: &str) -> Result<(), Box<dyn Error>> {
    let mut reader = simd_csv::ZeroCopyReader::from_reader(File::open(path)?);
    let (mut rows, mut bytes) = (0_u64, 0_u64);
    while let Some(record) = reader.read_byte_record()? {
        rows += 1;
        bytes += record.iter().map(|cell| cell.len() as u64).sum::<u64>();
    }
    println!("{rows} {bytes}");
    Ok(())
}
