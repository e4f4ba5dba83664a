//! What a mail says plainly of its project and its purpose.

/// The project and the purpose that own words state.
pub(super) fn read(paragraphs: &[(String, bool)]) -> (Option<String>, Option<String>) {
    let mut projects: Vec<String> = vec![];
    let mut purposes: Vec<String> = vec![];
    for line in paragraphs.iter().flat_map(|(text, _)| text.split('\n')) {
        match labelled(line) {
            Some((Label::Project, value)) => note(&mut projects, value),
            Some((Label::Purpose, value)) => note(&mut purposes, value),
            None => inline(line).into_iter().for_each(|value| note(&mut projects, value)),
        }
    }
    (the_one(projects), the_one(purposes))
}

enum Label {
    Project,
    Purpose,
}

/// A line such as `Project: DIABETES`.
fn labelled(line: &str) -> Option<(Label, &str)> {
    let (label, value) = line.split_once(':')?;
    let label = match label.trim().trim_matches('*').to_lowercase().as_str() {
        "project" | "projet" | "study" | "studie" | "étude" | "project name" | "projectnaam"
        | "nom du projet" | "project id" | "projectcode" => Label::Project,
        "purpose" | "reason" | "goal" | "doel" | "reden" | "doeleinde" | "but" | "finalité" | "objectif"
        | "motif" | "raison" => Label::Purpose,
        _ => return None,
    };
    let value = value.trim().trim_matches('*').trim();
    (!value.is_empty()).then_some((label, value))
}

/// The word after "project" in a sentence, where it is a name.
fn inline(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).enumerate().find_map(|(at, pair)| {
        let [word, next] = pair else { return None };
        let label = word.trim_start_matches(['(', '"', '«', '*']).to_lowercase();
        if !matches!(label.trim_end_matches(':'), "project" | "projet" | "l'étude" | "studie") {
            return None;
        }
        let next = if *next == ":" { words.get(at + 2)? } else { next };
        let name = next.trim_matches(|c: char| !c.is_alphanumeric());
        let plain = !name.is_empty()
            && !name.contains(['\\', '/', '@', '.'])
            && !COMMON.contains(&name.to_lowercase().as_str());
        plain.then_some(name)
    })
}

/// Words that follow "project" in a sentence and name none.
const COMMON: &[&str] = &[
    "is",
    "was",
    "are",
    "on",
    "of",
    "about",
    "that",
    "and",
    "or",
    "folder",
    "leader",
    "manager",
    "data",
    "team",
    "in",
    "with",
    "for",
    "we",
    "i",
    "which",
    "where",
    "to",
    "at",
    "from",
    "the",
    "a",
    "has",
    "will",
    "files",
    "directory",
    "share",
    "meeting",
    "group",
    "report",
    "name",
    "number",
    "code",
    "output",
    "please",
    "thanks",
    "over",
    "van",
    "die",
    "dat",
    "en",
    "met",
    "voor",
    "waar",
    "map",
    "leider",
    "wordt",
    "werd",
    "heeft",
    "om",
    "het",
    "de",
    "een",
    "uit",
    "aub",
    "graag",
    "te",
    "naar",
    "bij",
    "mag",
    "kan",
    "zijn",
    "ons",
    "mijn",
    "sur",
    "est",
    "qui",
    "du",
    "des",
    "et",
    "ou",
    "dans",
    "le",
    "la",
    "les",
    "pour",
    "avec",
    "dont",
    "que",
    "un",
    "une",
    "au",
    "à",
    "svp",
    "merci",
    "a",
    "sera",
    "où",
    "se",
];

fn note(known: &mut Vec<String>, value: &str) {
    let value: String = value.trim().trim_end_matches(['.', ',', ';', '!']).chars().take(200).collect();
    if !known.iter().any(|one| one.eq_ignore_ascii_case(&value)) && known.len() < 10 {
        known.push(value);
    }
}

/// What was said, if it is one thing.
fn the_one(mut said: Vec<String>) -> Option<String> {
    if said.len() == 1 { said.pop() } else { None }
}
