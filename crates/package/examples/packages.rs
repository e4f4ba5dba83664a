//! The two programs of `cargo xtask bench package`, which have to be release builds and processes of their own:
//! `table PATH MEGABYTES` writes a made-up table; `pack FROM TO PASSWORD` packs one file and says what memory
//! that took.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that reads its arguments and files and answers on its output"
)]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use exeat_domain::digest::Sha256;
use exeat_package::{Names, Order, Protection, Reviewed, ZipPassword, pack};
use secrecy::SecretString;
use sha2::Digest;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["table", path, megabytes] => table(Path::new(path), megabytes.parse::<u64>()? * 1_000_000),
        ["digest", path] => {
            println!("{}", digest(Path::new(path))?);
            Ok(())
        }
        ["pack", from, to, password, sha256] => {
            pack_one(Path::new(from), Path::new(to), password, sha256.parse()?)
        }
        _ => Err("table PATH MEGABYTES | digest PATH | pack FROM TO PASSWORD SHA256".into()),
    }
}

fn digest(path: &Path) -> io::Result<Sha256> {
    let mut digest = sha2::Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Sha256(digest.finalize().into())),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// Packs as a release does: the file is hashed on the way and held against its review.
fn pack_one(from: &Path, to: &Path, password: &str, sha256: Sha256) -> Result<(), Box<dyn Error>> {
    let password = ZipPassword::new(SecretString::from(password))?;
    let protection = Protection::Password { password, names: Names::Shown };
    let files = [Reviewed { name: "table.csv".to_owned(), sha256, bytes: from.metadata()?.len() }];
    let modified = "2026-01-02T03:04:05".parse()?;
    let order = Order { files: &files, protection: &protection, modified };
    let written = pack(&order, |_| File::open(from), to)?;
    println!("{} {}", written.bytes, peak_memory()?);
    Ok(())
}

/// The most memory this process held at a time, in kB (proc_pid_status(5), `VmHWM`).
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

const CAUSES: [(&str, &str); 12] = [
    ("A00-B99", "Certain infectious and parasitic diseases"),
    ("C00-D48", "Neoplasms"),
    ("D50-D89", "\"Diseases of the blood, blood-forming organs and the immune mechanism\""),
    ("E00-E90", "\"Endocrine, nutritional and metabolic diseases\""),
    ("F00-F99", "Mental and behavioural disorders"),
    ("G00-G99", "Diseases of the nervous system"),
    ("I00-I99", "Diseases of the circulatory system"),
    ("J00-J99", "Diseases of the respiratory system"),
    ("K00-K93", "Diseases of the digestive system"),
    ("M00-M99", "Diseases of the musculoskeletal system and connective tissue"),
    ("N00-N99", "Diseases of the genitourinary system"),
    ("V01-Y98", "External causes of morbidity and mortality"),
];

/// Writes cases of disease by year, municipality, sex, age and cause, with rates and their intervals, as a
/// register publishes them. Numbers are made up from a fixed seed: the file is the same everywhere.
fn table(path: &Path, bytes: u64) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let header =
        "year,nis,municipality,sex,age,cause,cause_label,population,cases,crude_rate,std_rate,low,high\n";
    out.write_all(header.as_bytes())?;
    let mut written = header.len() as u64;
    let mut random = Random(20_261_123);
    let towns: Vec<_> = (0..581).map(|n| Town::new(n, &mut random)).collect();
    for year in 2005.. {
        for town in &towns {
            for (sex, age) in ["F", "M"].into_iter().flat_map(|sex| (0..18).map(move |age| (sex, age))) {
                let population = town.population(age, &mut random);
                for (at, (code, label)) in CAUSES.into_iter().enumerate() {
                    let counts = counts(population, age, at, &mut random);
                    let age =
                        if age == 17 { "85+".to_owned() } else { format!("{}-{}", 5 * age, 5 * age + 4) };
                    let Town { nis, name, .. } = town;
                    let line =
                        format!("{year},{nis},{name},{sex},{age},{code},{label},{population},{counts}\n");
                    if written + line.len() as u64 > bytes {
                        return Ok(out.flush()?);
                    }
                    out.write_all(line.as_bytes())?;
                    written += line.len() as u64;
                }
            }
        }
    }
    Ok(())
}

/// Cases and their rates per 100,000: expected from the age and the cause, and scattered as counts are.
fn counts(population: u64, age: u32, cause: usize, random: &mut Random) -> String {
    let risk = 0.002
        * (1.0 + f64::from(age)).powf(1.3)
        * [3.0, 5.0, 0.7, 2.0, 4.0, 1.5, 6.0, 4.5, 3.5, 2.5, 2.2, 2.8][cause]
        / 10.0;
    let expected = population as f64 * risk;
    let cases = (expected + expected.sqrt() * random.normal()).max(0.0).round();
    let rate = 1e5 * cases / population as f64;
    let standardised = rate * (1.0 + 0.08 * random.normal());
    let half = 1.96 * 1e5 * cases.sqrt() / population as f64;
    format!("{cases},{rate:.2},{standardised:.2},{:.2},{:.2}", (rate - half).max(0.0), rate + half)
}

struct Town {
    nis: u32,
    name: String,
    size: f64,
}

impl Town {
    fn new(n: u32, random: &mut Random) -> Self {
        const FIRST: [&str; 24] = [
            "Al", "Ber", "Bor", "Den", "Diep", "Ever", "Gen", "Gal", "Her", "Hoog", "Kap", "Kor", "Lan",
            "Lie", "Mar", "Mol", "Nieuw", "Oost", "Rum", "Sint", "Ter", "Tor", "Wes", "Zand",
        ];
        const LAST: [&str; 16] = [
            "beek", "berg", "dorp", "gem", "hem", "hout", "inne", "kerk", "le", "mont", "rode", "sel",
            "steen", "ville", "voort", "zele",
        ];
        let pick =
            |from: &[&'static str], random: &mut Random| from[random.below(from.len() as u64) as usize];
        let name = format!("{}{}", pick(&FIRST, random), pick(&LAST, random));
        let name = if random.below(4) == 0 {
            format!("{name}-{}{}", pick(&FIRST, random), pick(&LAST, random))
        } else {
            name
        };
        Self {
            nis: 11_001 + 131 * n + random.below(100) as u32,
            name,
            size: 14_000.0 * (0.9 * random.normal()).exp(),
        }
    }

    fn population(&self, age: u32, random: &mut Random) -> u64 {
        let share = if age < 13 { 0.031 } else { 0.031 - 0.005 * f64::from(age - 12) };
        ((self.size * share * (1.0 + 0.1 * random.normal())) as u64).max(20)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Sum of twelve uniform numbers: near enough to a normal one.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next() as f64 / u64::MAX as f64).sum::<f64>() - 6.0
    }
}
