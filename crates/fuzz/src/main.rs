//! The target that libFuzzer drives; built without it, a program that checks the files named on its command line again.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| exeat_fuzz::one(bytes));

// Half of the changes know what a table is, the other half are libFuzzer's own.
#[cfg(fuzzing)]
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    let changed =
        if seed % 2 == 0 { exeat_fuzz::mutate::table(&data[..size], seed.into(), most) } else { None };
    match changed {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => libfuzzer_sys::fuzzer_mutate(data, size, most),
    }
});

#[cfg(not(fuzzing))]
#[allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program for the command line")]
fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let start = std::time::Instant::now();
        exeat_fuzz::one(&std::fs::read(&path)?);
        println!("{}: {:.3} s", path.display(), start.elapsed().as_secs_f64());
    }
    Ok(())
}
