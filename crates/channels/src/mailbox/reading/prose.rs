//! The words around the paths, in Dutch, French and English: what they ask for, and what makes them doubtful.

use super::link::ASTRAY;

/// What stands for a path in the words of a sentence.
pub(super) const PATH: &str = "§";

/// The words of a sentence, each once between spaces, in lower case and without punctuation; a path is [`PATH`].
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '’' | '\'' | '`' => {
                let elided = words.chars().rev().nth(1) == Some(' ') || words.ends_with(" qu");
                words.push('\'');
                if elided {
                    words.push(' ');
                }
            }
            c if c.is_alphanumeric() || matches!(c, '§' | '-' | '_' | ASTRAY) => words.push(c),
            '/' | '&' | '+' => words.push(c),
            _ if !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Whether one of the phrases is in the words.
pub(super) fn says(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        words.match_indices(phrase).any(|(at, _)| {
            let before = words.get(..at).is_none_or(|head| head.ends_with(' '));
            let after = words.get(at + phrase.len()..).is_none_or(|tail| tail.starts_with(' '));
            before && after
        })
    })
}

/// The words without phrases that mean nothing for the request.
fn without(words: &str, phrases: &[&str]) -> String {
    phrases.iter().fold(words.to_owned(), |words, phrase| words.replace(&format!(" {phrase} "), " "))
}

/// Whether the words make it doubtful that the paths in them are asked for.
pub(super) fn is_doubtful(words: &str, supporting: bool) -> bool {
    let words = without(words, HARMLESS);
    let words = if supporting { without(&words, STAYS) } else { words };
    let without_path = ["without", "zonder", "sans", "no", "geen"].iter().any(|word| {
        [" ", " the ", " the file ", " file ", " het bestand ", " le fichier "]
            .iter()
            .any(|between| words.contains(&format!(" {word}{between}{PATH} ")))
    });
    says(&words, DOUBT) || without_path
}

/// Whether words that name no path take something back of what stands elsewhere.
pub(super) fn is_afterthought(words: &str) -> bool {
    says(&without(words, HARMLESS), AFTERTHOUGHT)
}

/// Whether the words correct what was said before.
pub(super) fn is_correction(words: &str) -> bool {
    says(words, CORRECTION)
}

/// Whether a question asks how things stand, rather than for files.
pub(super) fn asks_how_it_stands(words: &str) -> bool {
    let first = words.trim_start();
    STATUS.iter().any(|head| first.starts_with(&format!("{head} ")))
}

const HARMLESS: &[&str] = &[
    "if possible",
    "if you can",
    "if you could",
    "if you would",
    "if it is possible",
    "if that is possible",
    "if that's possible",
    "if needed",
    "if you need",
    "if that is ok",
    "if that's ok",
    "do not contain",
    "don't contain",
    "does not contain",
    "doesn't contain",
    "not contain",
    "do not include",
    "does not include",
    "not identifiable",
    "not disclosive",
    "do not hesitate",
    "don't hesitate",
    "do not hold",
    "does not hold",
    "not record-level",
    "not patient-level",
    "not individual",
    "not only",
    "sorry for",
    "sorry to",
    "no problem",
    "not sure whether you need",
    "not later than",
    "why not",
    "indien mogelijk",
    "indien nodig",
    "niet herleidbaar",
    "niet identificeerbaar",
    "aarzel niet",
    "niet alleen",
    "niet later dan",
    "bevatten niet",
    "bevat niet",
    "sorry voor",
    "laat maar weten",
    "laat maar iets weten",
    "laat het maar weten",
    "si possible",
    "si vous pouvez",
    "si vous le pouvez",
    "si besoin",
    "n' hésitez pas",
    "ne contient pas",
    "ne contiennent pas",
    "ne contient aucune",
    "ne contiennent aucune",
    "ne contient aucun",
    "ne contiennent aucun",
    "pas de données",
    "désolé pour",
    "désolée pour",
    "ne comportent pas",
    "ne comporte pas",
    "pas seulement",
];

/// What is said of supporting files, which stay.
const STAYS: &[&str] = &[
    "not to be sent",
    "not to be released",
    "not for release",
    "do not send",
    "don't send",
    "please do not send",
    "not send",
    "do not release",
    "don't release",
    "not be released",
    "not be sent",
    "need not be released",
    "does not need to leave",
    "not leave",
    "not to leave",
    "niet versturen",
    "niet vrijgeven",
    "niet vrij te geven",
    "niet meesturen",
    "moet niet mee",
    "hoeft niet mee",
    "niet te versturen",
    "mag niet naar buiten",
    "ne pas envoyer",
    "à ne pas envoyer",
    "à ne pas libérer",
    "ne pas libérer",
    "ne pas exporter",
    "ne doivent pas sortir",
    "ne doit pas sortir",
];

const DOUBT: &[&str] = &[
    "not",
    "don't",
    "doesn't",
    "didn't",
    "won't",
    "isn't",
    "aren't",
    "cannot",
    "can't",
    "shouldn't",
    "no longer",
    "never",
    "except",
    "excluding",
    "exclude",
    "except for",
    "apart from",
    "other than",
    "instead",
    "rather than",
    "replace",
    "replaces",
    "replaced",
    "ignore",
    "skip",
    "leave out",
    "sorry",
    "correction",
    "i meant",
    "i mean",
    "mistake",
    "wrong",
    "oops",
    "already",
    "if",
    "unless",
    "whether",
    "maybe",
    "perhaps",
    "probably",
    "i think",
    "for example",
    "e g",
    "such as",
    "forget",
    "disregard",
    "either",
    "previously",
    "yet",
    "hold off",
    "wait with",
    "postpone",
    "keep inside",
    "must stay",
    "niet",
    "behalve",
    "uitgezonderd",
    "tenzij",
    "in plaats van",
    "in de plaats",
    "ipv",
    "i p v",
    "vervang",
    "vervangt",
    "vervangen",
    "ik bedoel",
    "ik bedoelde",
    "vergissing",
    "verkeerd",
    "verkeerde",
    "foutief",
    "foute",
    "misschien",
    "reeds",
    "al ontvangen",
    "al gekregen",
    "al vrijgegeven",
    "al gevraagd",
    "indien",
    "bijvoorbeeld",
    "bv",
    "bijv",
    "negeer",
    "negeren",
    "weglaten",
    "overslaan",
    "hetzij",
    "wellicht",
    "eerder",
    "zonder §",
    "nooit",
    "correctie",
    "ne",
    "n'",
    "pas",
    "sauf",
    "excepté",
    "exceptés",
    "exceptée",
    "à l' exception",
    "hormis",
    "au lieu",
    "plutôt",
    "remplace",
    "remplacer",
    "remplacent",
    "à la place",
    "désolé",
    "désolée",
    "pardon",
    "je voulais dire",
    "erreur",
    "erroné",
    "erronée",
    "peut-être",
    "déjà",
    "si",
    "par exemple",
    "ignorez",
    "ignorer",
    "jamais",
    "soit",
    "oubliez",
];

const AFTERTHOUGHT: &[&str] = &[
    "except",
    "excluding",
    "except for",
    "apart from",
    "instead",
    "but not",
    "not the",
    "ignore",
    "leave out",
    "scrap that",
    "forget",
    "disregard",
    "never mind",
    "i meant",
    "i mean",
    "correction",
    "skip",
    "hold off",
    "do not release",
    "don't release",
    "do not send",
    "don't send",
    "not yet",
    "behalve",
    "uitgezonderd",
    "in plaats van",
    "maar niet",
    "niet de",
    "niet het",
    "negeer",
    "weglaten",
    "laat maar",
    "ik bedoel",
    "ik bedoelde",
    "nog niet",
    "niet vrijgeven",
    "niet versturen",
    "vergeet",
    "sauf",
    "à l' exception",
    "hormis",
    "au lieu",
    "mais pas",
    "pas le",
    "pas la",
    "pas les",
    "ignorez",
    "oubliez",
    "je voulais dire",
    "pas encore",
    "ne pas envoyer",
    "ne pas libérer",
];

const CORRECTION: &[&str] = &[
    "i meant",
    "i mean",
    "correction",
    "oops",
    "scrap that",
    "ik bedoel",
    "ik bedoelde",
    "vergissing",
    "correctie",
    "je voulais dire",
    "pardon",
    "erreur",
    "wrong",
    "mistake",
    "verkeerd",
    "verkeerde",
    "sorry not",
    "forget",
    "disregard",
];

const STATUS: &[&str] = &[
    "was",
    "were",
    "is §",
    "are §",
    "did",
    "has",
    "have you",
    "when",
    "why",
    "what",
    "where",
    "how",
    "who",
    "werd",
    "werden",
    "wanneer",
    "waarom",
    "waar",
    "wat",
    "hoe",
    "wie",
    "is § al",
    "hebben jullie",
    "heb je",
    "quand",
    "pourquoi",
    "où",
    "comment",
    "avez-vous",
    "est-ce que vous avez",
    "qui",
];

/// Words that say that a file explains another and stays.
pub(super) const SUPPORTING: &[&str] = &[
    "supporting",
    "supporting file",
    "supporting files",
    "for the check only",
    "only for the check",
    "ondersteunend",
    "ondersteunende",
    "ter ondersteuning",
    "ter staving",
    "enkel ter controle",
    "alleen ter controle",
    "justificatif",
    "justificatifs",
    "à l' appui",
    "pour vérification seulement",
];

/// Words that limit a folder to some of its files.
pub(super) const SOME: &[&str] = &[
    "only",
    "just",
    "latest",
    "most recent",
    "newest",
    "last",
    "some",
    "first",
    "enkel",
    "alleen",
    "slechts",
    "laatste",
    "nieuwste",
    "recentste",
    "meest recente",
    "sommige",
    "eerste",
    "uniquement",
    "seulement",
    "dernier",
    "derniers",
    "dernière",
    "dernières",
    "récents",
    "récentes",
    "plus récent",
    "certains",
    "certaines",
    "premiers",
];

/// Words for what lies below a folder.
pub(super) const BELOW: &[&str] = &[
    "subfolders",
    "subfolder",
    "sub-folders",
    "subdirectories",
    "recursively",
    "recursive",
    "submappen",
    "submap",
    "onderliggende mappen",
    "sous-dossiers",
    "sous-dossier",
    "sous-répertoires",
];

/// Words between the ends of a range.
pub(super) const RANGE: &[&str] = &[
    "to",
    "through",
    "until",
    "till",
    "up to",
    "t/m",
    "tot",
    "tot en met",
    "tem",
    "t e m",
    "à",
    "jusqu' à",
    "jusque",
    "au",
    "-",
    "and onwards",
    "up to and including",
    "through to",
];

/// Words between two of which one is meant.
pub(super) const OR: &[&str] =
    &["or", "or else", "of", "of anders", "ou", "ou bien", "and/or", "en/of", "et/ou"];

/// Words that take back.
pub(super) const WITHDRAW: &[&str] = &[
    "withdraw",
    "withdrawn",
    "retract",
    "cancel",
    "take back",
    "revoke",
    "intrekken",
    "ingetrokken",
    "in te trekken",
    "trek",
    "in trekken",
    "terugtrekken",
    "terug te trekken",
    "annuleer",
    "annuleren",
    "te annuleren",
    "geannuleerd",
    "stopzetten",
    "stop te zetten",
    "retirer",
    "retirez",
    "retire",
    "annuler",
    "annulez",
    "annule",
    "abandonner",
    "retiré",
    "retirée",
];

/// Words that take single things out.
pub(super) const TAKE_OUT: &[&str] = &[
    "remove",
    "delete",
    "drop",
    "take out of my request",
    "take out of the request",
    "verwijder",
    "verwijderen",
    "te verwijderen",
    "schrap",
    "schrappen",
    "te schrappen",
    "supprimer",
    "supprimez",
    "enlever",
    "enlevez",
    "ôter",
];

/// Words for the whole request.
pub(super) const REQUEST: &[&str] = &[
    "request",
    "this",
    "it",
    "aanvraag",
    "verzoek",
    "vraag",
    "deze",
    "dit",
    "demande",
    "requête",
    "celle-ci",
    "l' ensemble",
    "everything",
    "alles",
    "tout",
    "my request",
    "la",
    "hele aanvraag",
    "withdraw",
    "ticket",
];

/// Words for single things.
pub(super) const SINGLE: &[&str] = &[
    "file",
    "files",
    "table",
    "tables",
    "figure",
    "figures",
    "one",
    "second",
    "first",
    "third",
    "last",
    "csv",
    "png",
    "bestand",
    "bestanden",
    "tabel",
    "tabellen",
    "figuur",
    "figuren",
    "tweede",
    "eerste",
    "derde",
    "laatste",
    "fichier",
    "fichiers",
    "tableau",
    "tableaux",
    "deuxième",
    "premier",
    "première",
    "troisième",
    "dernier",
    "dernière",
    "graph",
    "grafiek",
    "graphique",
    "plot",
    "folder",
    "map",
    "dossier",
];

/// Words that make it doubtful that something is taken back.
pub(super) const PERHAPS: &[&str] = &[
    "not",
    "don't",
    "never",
    "if",
    "unless",
    "whether",
    "before",
    "how",
    "maybe",
    "perhaps",
    "want to know",
    "niet",
    "indien",
    "als",
    "tenzij",
    "hoe",
    "misschien",
    "ne",
    "n'",
    "pas",
    "si",
    "comment",
    "peut-être",
    "instead",
    "why",
    "was",
    "did",
    "can i still",
    "kan ik nog",
    "puis-je encore",
];

const YES: &[&str] = &[
    "yes",
    "yep",
    "yeah",
    "ja",
    "jawel",
    "jazeker",
    "zeker",
    "oui",
    "ok",
    "okay",
    "oké",
    "akkoord",
    "accord",
    "agreed",
    "correct",
    "klopt",
    "exact",
    "exactement",
    "juist",
    "inderdaad",
    "indeed",
    "confirmed",
    "bevestigd",
    "bevestig",
    "confirm",
    "confirme",
    "right",
    "sure",
    "absolutely",
    "precies",
    "parfait",
    "effectivement",
];

const FILLER: &[&str] = &[
    "please",
    "thanks",
    "thank",
    "you",
    "dank",
    "je",
    "u",
    "bedankt",
    "merci",
    "dat",
    "dit",
    "is",
    "that",
    "that's",
    "s",
    "it",
    "it's",
    "they",
    "those",
    "these",
    "are",
    "graag",
    "hoor",
    "tout",
    "à",
    "fait",
    "c'",
    "est",
    "bien",
    "cela",
    "ça",
    "me",
    "i",
    "we",
    "the",
    "files",
    "file",
    "ones",
    "one",
    "this",
    "alvast",
    "goed",
    "zo",
    "all",
    "both",
    "take",
    "go",
    "ahead",
    "d'",
    "beaucoup",
    "avance",
    "ces",
    "les",
    "fichiers",
    "bestanden",
    "de",
    "het",
    "allebei",
    "alle",
    "wel",
    "vous",
    "helemaal",
    "much",
    "very",
    "many",
    "dear",
    "hi",
    "hello",
    "beste",
    "dag",
    "hallo",
    "bonjour",
    "desk",
    "all",
    "colleague",
    "colleagues",
    "sir",
    "madam",
    "collega",
    "collega's",
    "madame",
    "monsieur",
    "a",
    "lot",
    "sont",
    "bons",
    "bon",
    "corrects",
    "everyone",
    "team",
    "tous",
    "toutes",
    "release",
    "good",
    "morning",
    "afternoon",
    "goedemorgen",
    "goedemiddag",
    "for",
    "voor",
    "pour",
    "uw",
    "your",
    "votre",
    "hulp",
    "help",
    "aide",
    "question",
    "so",
    "do",
    "doe",
    "maar",
    "mij",
    "moi",
    "wat",
    "bedoelde",
    "bedoel",
    "meant",
    "what",
    "ik",
    "i",
    "ce",
    "que",
    "je",
    "voulais",
    "dire",
];

/// Whether the words are a yes and nothing else.
pub(super) fn is_yes(words: &str) -> bool {
    let mut count = 0;
    let mut yes = false;
    for word in words.split_whitespace() {
        count += 1;
        if YES.contains(&word) {
            yes = true;
        } else if !FILLER.contains(&word) {
            return false;
        }
    }
    yes && count <= 25
}

/// Whether the words begin with a yes, or a no.
pub(super) fn begins_with_answer(words: &str) -> bool {
    words.split_whitespace().next().is_some_and(|word| {
        matches!(
            word,
            "yes"
                | "yep"
                | "yeah"
                | "ja"
                | "oui"
                | "no"
                | "nope"
                | "nee"
                | "neen"
                | "non"
                | "akkoord"
                | "klopt"
        )
    })
}

/// How much of a folder the words before its path ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// The folder is named, and nothing else.
    Named,
    /// All that is in it.
    Everything,
    /// Its files, where none of them is named.
    TheFiles,
    /// Its files of these types, and no deeper.
    Types(Vec<String>),
    /// Things in it that the words do not name by their files: it is only where they are.
    Place,
    /// Some of it.
    Some,
}

const LINKS: &[&str] = &[
    "the",
    "my",
    "our",
    "this",
    "that",
    "these",
    "are",
    "is",
    "which",
    "following",
    "folder",
    "directory",
    "share",
    "subfolder",
    "map",
    "submap",
    "het",
    "mijn",
    "onze",
    "deze",
    "die",
    "dat",
    "staan",
    "staat",
    "zijn",
    "volgende",
    "wat",
    "ce",
    "le",
    "la",
    "les",
    "mon",
    "notre",
    "l'",
    "qui",
    "est",
    "sont",
    "se",
    "trouve",
    "trouvent",
    "suivant",
    "dossier",
    "répertoire",
    "located",
    "stored",
    "saved",
    "available",
    "found",
    "be",
    "can",
    "de",
    "d'",
    "zich",
    "bevinden",
    "onderstaande",
    "shared",
    "gedeelde",
    "partagé",
    "in:",
    "path",
    "location",
    "situés",
    "situé",
    "te",
    "vinden",
    "kan",
    "kunnen",
    "there",
    "here",
];

const WITHIN: &[&str] = &[
    "in",
    "inside",
    "under",
    "from",
    "at",
    "of",
    "on",
    "within",
    "uit",
    "onder",
    "van",
    "op",
    "dans",
    "du",
    "des",
    "sous",
    "depuis",
    "location",
    "locatie",
    "emplacement",
    "binnen",
    "sur",
    "de",
    "below",
];

const ALL: &[&str] = &[
    "everything",
    "all",
    "whole",
    "entire",
    "complete",
    "full",
    "every",
    "contents",
    "content",
    "alles",
    "alle",
    "al",
    "hele",
    "volledige",
    "ganse",
    "inhoud",
    "tout",
    "toute",
    "tous",
    "toutes",
    "intégralité",
    "ensemble",
    "contenu",
    "each",
];

const FILES: &[&str] = &[
    "files",
    "file",
    "results",
    "outputs",
    "output",
    "outputfiles",
    "bestanden",
    "bestand",
    "resultaten",
    "uitvoer",
    "fichiers",
    "fichier",
    "résultats",
    "sorties",
    "export",
    "exports",
    "aggregated",
    "geaggregeerde",
    "agrégés",
    "mijn",
    "my",
    "mes",
    "nos",
    "ce",
    "qui",
    "de",
    "the",
    "of",
    "les",
    "le",
    "onze",
    "our",
    "these",
    "those",
    "that",
    "what",
    "wat",
    "s",
    "ces",
    "deze",
    "van",
    "onderstaande",
    "following",
    "volgende",
    "suivants",
];

/// The types of files that words name, without the words for "files" joined to them.
fn type_of(word: &str) -> Option<&str> {
    let word = word.trim_start_matches('.');
    let stem = ["-bestanden", "-files", "-fichiers", "-bestand", "'s", "s", ""]
        .iter()
        .find_map(|tail| word.strip_suffix(tail).filter(|stem| super::ext::known(stem)))?;
    (!matches!(stem, "r" | "do" | "out" | "log" | "md")).then_some(stem)
}

/// What the words before a folder say of how much of it is asked for.
///
/// `listed` says that a path stands before them in the sentence, so that "of" alone says where that one lies.
pub(super) fn amount(words: &str, listed: bool) -> Amount {
    let all: Vec<&str> = words.split_whitespace().filter(|word| !word.is_empty()).collect();
    let linked = all.iter().rev().take_while(|word| LINKS.contains(word) || WITHIN.contains(word)).count();
    let (head, links) = all.split_at(all.len() - linked);
    let located = links
        .iter()
        .any(|word| WITHIN.contains(word) && !matches!(*word, "de" | "of" | "van") || matches!(*word, "uit"))
        || (links.iter().any(|word| matches!(*word, "de" | "of" | "van"))
            && head.last().map_or(listed, |word| {
                ALL.contains(word) || FILES.contains(word) || type_of(word).is_some()
            }));
    let mut types: Vec<String> = vec![];
    let (mut files, mut all_of_it) = (false, links.iter().any(|word| ALL.contains(word)));
    for word in head.iter().rev().take(12) {
        if let Some(kind) = type_of(word) {
            if !types.iter().any(|known| known == kind) {
                types.push(kind.to_owned());
            }
        } else if ALL.contains(word) {
            all_of_it = true;
            break;
        } else if FILES.contains(word) {
            files = true;
        } else if !matches!(*word, "and" | "en" | "et" | "&" | "+" | "-") {
            break;
        }
    }
    types.reverse();
    let counted = head
        .iter()
        .rev()
        .take(4)
        .any(|word| NUMBERS.contains(word) || word.chars().all(|c| c.is_ascii_digit()));
    match (types.is_empty(), located) {
        _ if counted && !all_of_it => Amount::Some,
        (false, true) => Amount::Types(types),
        (false, false) => Amount::Some,
        (true, _) if all_of_it => Amount::Everything,
        (true, true) if files => Amount::TheFiles,
        (true, true) => Amount::Place,
        (true, false) => Amount::Named,
    }
}

const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "both", "twee", "drie", "vier",
    "vijf", "zes", "zeven", "acht", "negen", "tien", "beide", "deux", "trois", "quatre", "cinq", "sept",
    "huit", "neuf", "dix",
];
