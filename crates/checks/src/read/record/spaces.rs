//! Lines of a print-out as fields: at runs of blanks, and at bars that stand free.

/// The parts of a line between bars that stand free, without what would follow one at its end; no word of `P>|t|` is one.
pub(super) fn between_bars(line: &[u8]) -> Vec<&[u8]> {
    let is_drawn = |at: Option<&u8>| at.is_none_or(|byte| matches!(byte, b' ' | b'-' | b'+'));
    // One word in a box is a key to the table, and no line of it.
    if let [b'|', word @ .., b'|'] = line.trim_ascii()
        && !word.contains(&b'|')
        && !word.trim_ascii().windows(2).any(|pair| pair == b"  ")
    {
        return vec![word];
    }
    let (mut parts, mut start) = (Vec::new(), 0);
    for at in memchr::memchr_iter(b'|', line) {
        let before = at.checked_sub(1).and_then(|before| line.get(before));
        if is_drawn(before) && is_drawn(line.get(at + 1)) {
            parts.push(&line[start..at]);
            start = at + 1;
        }
    }
    let last = &line[start..];
    if parts.is_empty() || !last.trim_ascii().is_empty() {
        parts.push(last);
    }
    parts
}

/// Splits a line at runs of at least `least` spaces, or a tab, outside quotes; false where a quote does not close.
pub(super) fn split_at_spaces(
    line: &[u8],
    least: usize,
    fields: &mut Vec<u8>,
    ends: &mut Vec<usize>,
) -> bool {
    if let Some(names) = super::super::phrases::header(line) {
        for name in names {
            fields.extend_from_slice(name.as_bytes());
            ends.push(fields.len());
        }
        return true;
    }
    let text = line.trim_ascii();
    let (mut gap, mut blanks, mut quoted) = (0, 0, false);
    for (at, &byte) in text.iter().enumerate() {
        if !quoted && (byte == b' ' || byte == b'\t') {
            gap += if byte == b'\t' { least } else { 1 };
            blanks += 1;
            continue;
        }
        if gap >= least || gap == 1 && least > 1 && super::super::phrases::parts_numbers(text, at) {
            ends.push(fields.len());
        } else {
            fields.extend_from_slice(&text[at - blanks..at]);
        }
        (gap, blanks) = (0, 0);
        if byte == b'"' {
            quoted = !quoted;
        } else {
            fields.push(byte);
        }
    }
    ends.push(fields.len());
    !quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_that_stand_free_part_a_line() {
        for (line, parts) in [
            ("  sex |  Freq.  Percent", vec!["  sex ", "  Freq.  Percent"]),
            ("     | age   sex |", vec!["     ", " age   sex "]),
            ("| row percentage |", vec![" row percentage "]),
            ("  P>|t|   x", vec!["  P>|t|   x"]),
            ("       |    sex", vec!["       ", "    sex"]),
            ("a", vec!["a"]),
            ("", vec![""]),
        ] {
            let parts: Vec<&[u8]> = parts.into_iter().map(str::as_bytes).collect();
            assert_eq!(between_bars(line.as_bytes()), parts, "{line}");
        }
    }
}
