//! The small words of each language: what stands between the sentences of the templates.

use chrono::{Datelike, NaiveDate};
use exeat_domain::finding::Severity;
use exeat_domain::roster::Language;
use exeat_domain::state::State;

/// Labels and short phrases; `{n}`, `{name}` and the like are filled in.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) checker_wrote: &'static str,
    pub(super) finding: &'static str,
    pub(super) place: &'static str,
    pub(super) why: &'static str,
    pub(super) mend: &'static str,
    pub(super) asked: &'static str,
    pub(super) problem: &'static str,
    pub(super) offer: &'static str,
    /// Where a request stands of which nothing can be taken back: approved, sent, refused for good, taken back.
    standings: [&'static str; 4],
    pub(super) file: &'static str,
    pub(super) size: &'static str,
    pub(super) more: &'static str,
    /// What stands between a name and what is said of it.
    pub(super) colon: &'static str,
    pub(super) severities: [&'static str; 4],
    decimal: char,
    units: [&'static str; 4],
    months: [&'static str; 12],
    first: &'static str,
}

static EN: Words = Words {
    language: Language::En,
    checker_wrote: "The checker wrote:",
    finding: "Finding",
    place: "Where",
    why: "Why:",
    mend: "To mend it:",
    asked: "Asked for",
    problem: "What happened",
    offer: "Answer “yes” to ask for {files}.",
    standings: [
        "it is approved and being sent",
        "it was sent",
        "it was refused for good",
        "it was taken back before",
    ],
    file: "File",
    size: "Size",
    more: "and {n} more",
    colon: ":",
    severities: ["for information", "needs judgement", "not allowed", "could not be decided"],
    decimal: '.',
    units: ["bytes", "kB", "MB", "GB"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    first: "1",
};

static NL: Words = Words {
    language: Language::Nl,
    checker_wrote: "Opmerking van de outputcontroleur:",
    finding: "Bevinding",
    place: "Waar",
    why: "Waarom:",
    mend: "Wat u kunt doen:",
    asked: "Gevraagd",
    problem: "Wat er gebeurde",
    offer: "Antwoord “ja” om {files} aan te vragen.",
    standings: [
        "ze is goedgekeurd en wordt verstuurd",
        "ze is verstuurd",
        "ze is definitief geweigerd",
        "ze was al ingetrokken",
    ],
    file: "Bestand",
    size: "Grootte",
    more: "en nog {n} andere",
    colon: ":",
    severities: ["ter informatie", "vraagt een beoordeling", "niet toegelaten", "kon niet worden beslist"],
    decimal: ',',
    units: ["bytes", "kB", "MB", "GB"],
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    first: "1",
};

static FR: Words = Words {
    language: Language::Fr,
    checker_wrote: "Remarque de l’équipe de vérification\u{a0}:",
    finding: "Constat",
    place: "Où",
    why: "Pourquoi\u{a0}:",
    mend: "Que faire\u{a0}:",
    asked: "Demandé",
    problem: "Ce qui s’est passé",
    offer: "Répondez «\u{a0}oui\u{a0}» pour demander {files}.",
    standings: [
        "elle est approuvée et en cours d’envoi",
        "elle a été envoyée",
        "elle a été refusée définitivement",
        "elle avait déjà été retirée",
    ],
    file: "Fichier",
    size: "Taille",
    more: "et {n} autres",
    colon: "\u{a0}:",
    severities: ["pour information", "demande une appréciation", "non autorisé", "n’a pas pu être tranché"],
    decimal: ',',
    units: ["octets", "ko", "Mo", "Go"],
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    first: "1er",
};

impl Words {
    /// The words of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Nl => &NL,
            Language::Fr => &FR,
        }
    }

    /// The tag of the language, for HTML.
    pub(super) fn tag(&self) -> &'static str {
        crate::compose::tag(self.language)
    }

    /// How much a finding weighs, in words.
    pub(super) fn severity(&self, severity: Severity, undecided: bool) -> &'static str {
        let [note, review, block, open] = self.severities;
        match severity {
            _ if undecided => open,
            Severity::Note => note,
            Severity::Review => review,
            Severity::Block => block,
        }
    }

    /// Where a request stands of which nothing can be taken back.
    pub(super) fn standing(&self, state: State) -> &'static str {
        let [approved, sent, refused, withdrawn] = self.standings;
        match state {
            State::Released => sent,
            State::Rejected | State::Refused => refused,
            State::Withdrawn => withdrawn,
            _ => approved,
        }
    }

    /// A day, written out.
    pub(super) fn day(&self, date: NaiveDate) -> String {
        let month = self.months.get(date.month0() as usize).copied().unwrap_or_default();
        let day = if date.day() == 1 { self.first.to_owned() } else { date.day().to_string() };
        format!("{day} {month} {}", date.year())
    }

    /// A size in the largest unit that leaves a whole, with one decimal; a kilobyte is 1000 bytes.
    pub(super) fn size(&self, bytes: u64) -> String {
        let [one, units @ ..] = self.units;
        let mut tenths = u128::from(bytes) * 10;
        if bytes < 1000 {
            return format!("{bytes} {one}");
        }
        let mut unit = one;
        for next in units {
            if tenths < 10_000 {
                break;
            }
            (tenths, unit) = ((tenths + 500) / 1000, next);
        }
        format!("{}{}{} {unit}", tenths / 10, self.decimal, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_days_are_written_as_in_the_language() {
        let (en, nl, fr) = (Words::of(Language::En), Words::of(Language::Nl), Words::of(Language::Fr));
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1_204_000, "1.2 MB"),
            (999_999, "1.0 MB"),
            (u64::MAX, "18446744073.7 GB"),
        ] {
            assert_eq!(en.size(bytes), words);
        }
        assert_eq!(nl.size(52_428), "52,4 kB");
        assert_eq!(fr.size(52_428), "52,4 ko");
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(fr.day(day("2026-08-01")), "1er août 2026");
        assert_eq!(nl.day(day("2026-11-23")), "23 november 2026");
        assert_eq!(en.day(day("2026-01-02")), "2 January 2026");
    }
}
