//! Words of the ledger, and of what happened.

use exeat_domain::comment::Visibility;
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::{Fact, Noted};
use exeat_domain::path::SharePath;
use exeat_domain::review::Choice;
use exeat_domain::roster::DemotionCause;

use super::{Words, count, fill};

/// See the module.
#[derive(Debug)]
pub(crate) struct LedgerWords {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) all: &'static str,
    pub(crate) kinds: [&'static str; 5],
    pub(crate) kind: &'static str,
    pub(crate) words: &'static str,
    pub(crate) who: &'static str,
    pub(crate) request: &'static str,
    pub(crate) from: &'static str,
    pub(crate) until: &'static str,
    pub(crate) search: &'static str,
    pub(crate) entry: &'static str,
    pub(crate) when: &'static str,
    pub(crate) what: &'static str,
    pub(crate) hash: &'static str,
    pub(crate) take: &'static str,
    pub(crate) export: &'static str,
    pub(crate) verify: &'static str,
    pub(crate) blind: &'static str,
    pub(crate) whole: &'static str,
    pub(crate) whole_hint: &'static str,
    pub(crate) walking: &'static str,
    pub(crate) walking_hint: &'static str,
    pub(crate) broken: &'static str,
    pub(crate) broken_hint: &'static str,
    pub(crate) none_found: &'static str,
    pub(crate) none_found_hint: &'static str,
    pub(crate) show_all: &'static str,
    pub(crate) older: &'static str,
    pub(crate) releases: &'static str,
    pub(crate) releases_about: &'static str,
    pub(crate) no_releases: &'static str,
    pub(crate) no_releases_hint: &'static str,
    pub(crate) released: &'static str,
    pub(crate) project: &'static str,
    pub(crate) requester: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) files: &'static str,
    pub(crate) record: &'static str,
    pub(crate) requested: &'static str,
    pub(crate) for_project: &'static str,
    pub(crate) lines: [&'static str; 2],
    pub(crate) refused: &'static str,
    pub(crate) sealed: &'static str,
    pub(crate) problems: [&'static str; 2],
    pub(crate) checked: &'static str,
    pub(crate) handed_over: &'static str,
    pub(crate) decided: [&'static str; 3],
    pub(crate) because: &'static str,
    pub(crate) under: &'static str,
    pub(crate) review_submitted: &'static str,
    pub(crate) approved: &'static str,
    pub(crate) approved_automatic: &'static str,
    pub(crate) returned: &'static str,
    pub(crate) returned_automatic: &'static str,
    pub(crate) rejected: &'static str,
    pub(crate) taken_back: &'static str,
    pub(crate) withdrawn: &'static str,
    pub(crate) archived: &'static str,
    pub(crate) packaged: &'static str,
    pub(crate) package_discarded: &'static str,
    pub(crate) verified: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) wiped: &'static str,
    pub(crate) done: &'static str,
    pub(crate) notified: &'static str,
    pub(crate) demoted_blocked: &'static str,
    pub(crate) demoted_training: &'static str,
    pub(crate) desk_opened: &'static str,
    pub(crate) claimed: &'static str,
    pub(crate) unclaimed: &'static str,
    pub(crate) chosen: &'static str,
    pub(crate) decision_undone: &'static str,
    pub(crate) review_reopened: &'static str,
    pub(crate) reviews_settled: &'static str,
    pub(crate) commented: &'static str,
    pub(crate) commented_among_checkers: &'static str,
    pub(crate) worded: &'static str,
    pub(crate) invited: &'static str,
    pub(crate) enrolled: &'static str,
    pub(crate) account_shut: &'static str,
    pub(crate) account_opened: &'static str,
    pub(crate) signed_in: &'static str,
}

pub(super) static EN: LedgerWords = LedgerWords {
    title: "Ledger",
    about: "Everything that happened, each entry chained to the one before it and signed.",
    all: "Everything",
    kinds: ["Requests", "Decisions", "Releases", "Messages", "Desk and accounts"],
    kind: "Kind",
    words: "Words",
    who: "Who",
    request: "Request",
    from: "From",
    until: "Until",
    search: "Search",
    entry: "Entry",
    when: "When",
    what: "What",
    hash: "Hash",
    take: "Take these away as",
    export: "Export all, signed",
    verify: "Verify again from the first entry",
    blind: "You check requests too, and the whole ledger holds decisions that are not yours to see yet. Export it when nothing waits, or have someone do it who does not check.",
    whole: "Whole up to entry {n}, verified {when}",
    whole_hint: "Each entry is as it was written and signed. Write this down elsewhere, and a later export can be held against it: {place}",
    walking: "Being verified: whole up to entry {n} so far",
    walking_hint: "This goes on by itself. Open the page again to see how far it is.",
    broken: "Broken at entry {n}, seen {when}",
    broken_hint: "What is wrong: {fault}. Everything before it is as it was written. Keep a copy of the database file and tell an administrator.",
    none_found: "No entry fits",
    none_found_hint: "Search for other words, or a longer time.",
    show_all: "Show all",
    older: "Older",
    releases: "Releases",
    releases_about: "What has left, with a record of each.",
    no_releases: "Nothing was released yet",
    no_releases_hint: "Each release appears here with its record as soon as it is done.",
    released: "Released",
    project: "Project",
    requester: "Requester",
    purpose: "What for",
    files: "Files",
    record: "Record",
    requested: "asks for {lines} in round {round}{project}",
    for_project: " for {project}",
    lines: ["{n} line", "{n} lines"],
    refused: "refused {claimed}: {reason}",
    sealed: "sealed {files}",
    problems: [", {n} could not be taken", ", {n} could not be taken"],
    checked: "checked under {policy}: {tally}",
    handed_over: "for the checkers: {why}",
    decided: ["approved {file}", "returned {file}", "rejected {file}"],
    because: " ({reason})",
    under: " under {exceptions}",
    review_submitted: "submitted the review of round {round}",
    approved: "approved {files}",
    approved_automatic: "approved {files} without a person: every file is clear",
    returned: "returned {files}",
    returned_automatic: "returned {files} at once",
    rejected: "rejected the request",
    taken_back: "took back {file}",
    withdrawn: "withdrew the request",
    archived: "archived as {path} ({size})",
    packaged: "packed and protected: {names}",
    package_discarded: "discarded the package, to make it anew: {why}",
    verified: "tested: it stays shut without the right password; {files} as reviewed",
    delivered: "sent to {to}, part {part} of {of}, Message-ID {id}",
    wiped: "wiped {paths} temporary and {seals} sealed copies",
    done: "released",
    notified: "told {to}, Message-ID {id}",
    demoted_blocked: "{account} is back on validated release: a file of {request} was blocked",
    demoted_training: "{account} is back on validated release: the training ended on {until}",
    desk_opened: "opened the desk {desk}",
    claimed: "looks at round {round}",
    unclaimed: "no longer looks at round {round}",
    chosen: "chose what to tell of {file}: {rules}",
    decision_undone: "took back the decision on {file}",
    review_reopened: "took the review of round {round} back",
    reviews_settled: "the reviews of round {round} are settled",
    commented: "wrote a comment that the requester sees",
    commented_among_checkers: "wrote a comment among checkers",
    worded: "the words of the letter {id} are kept by their digest",
    invited: "invited {account} to the web desk",
    enrolled: "{account} set a password",
    account_shut: "{account} may no longer sign in",
    account_opened: "{account} may sign in again",
    signed_in: "signed in",
};

pub(super) static NL: LedgerWords = LedgerWords {
    title: "Logboek",
    about: "Alles wat gebeurd is; elke regel is vastgeketend aan de vorige en ondertekend.",
    all: "Alles",
    kinds: ["Aanvragen", "Beslissingen", "Vrijgaven", "Berichten", "Desk en accounts"],
    kind: "Soort",
    words: "Woorden",
    who: "Wie",
    request: "Aanvraag",
    from: "Van",
    until: "Tot en met",
    search: "Zoeken",
    entry: "Regel",
    when: "Wanneer",
    what: "Wat",
    hash: "Hash",
    take: "Neem deze mee als",
    export: "Alles exporteren, ondertekend",
    verify: "Opnieuw nagaan vanaf de eerste regel",
    blind: "U controleert ook aanvragen, en het hele logboek bevat beslissingen die u nog niet mag zien. Exporteer het wanneer er niets wacht, of laat het doen door iemand die niet controleert.",
    whole: "Gaaf tot en met regel {n}, nagegaan {when}",
    whole_hint: "Elke regel staat er zoals ze geschreven en ondertekend is. Schrijf dit elders op; een latere export kunt u daaraan toetsen: {place}",
    walking: "Wordt nagegaan: tot dusver gaaf tot en met regel {n}",
    walking_hint: "Dit loopt vanzelf door. Open de pagina opnieuw om te zien hoe ver het staat.",
    broken: "Verbroken bij regel {n}, gezien {when}",
    broken_hint: "Wat er mis is: {fault}. Alles daarvoor staat er zoals het geschreven is. Bewaar een kopie van het databasebestand en waarschuw een beheerder.",
    none_found: "Geen regel past hierbij",
    none_found_hint: "Zoek andere woorden, of een langere periode.",
    show_all: "Alles tonen",
    older: "Ouder",
    releases: "Vrijgaven",
    releases_about: "Wat vertrokken is, met van elke vrijgave een dossier.",
    no_releases: "Er is nog niets vrijgegeven",
    no_releases_hint: "Elke vrijgave verschijnt hier met haar dossier zodra ze afgerond is.",
    released: "Vrijgegeven",
    project: "Project",
    requester: "Aanvrager",
    purpose: "Waarvoor",
    files: "Bestanden",
    record: "Dossier",
    requested: "vraagt {lines} aan in ronde {round}{project}",
    for_project: " voor {project}",
    lines: ["{n} regel", "{n} regels"],
    refused: "{claimed} geweigerd: {reason}",
    sealed: "{files} verzegeld",
    problems: [", {n} kon niet worden opgenomen", ", {n} konden niet worden opgenomen"],
    checked: "gecontroleerd volgens {policy}: {tally}",
    handed_over: "voor de controleurs: {why}",
    decided: ["{file} goedgekeurd", "{file} teruggestuurd", "{file} afgewezen"],
    because: " ({reason})",
    under: " krachtens {exceptions}",
    review_submitted: "heeft het oordeel over ronde {round} ingediend",
    approved: "{files} goedgekeurd",
    approved_automatic: "{files} zonder tussenkomst goedgekeurd: elk bestand is in orde",
    returned: "{files} teruggestuurd",
    returned_automatic: "{files} meteen teruggestuurd",
    rejected: "aanvraag afgewezen",
    taken_back: "heeft {file} teruggenomen",
    withdrawn: "heeft de aanvraag ingetrokken",
    archived: "gearchiveerd als {path} ({size})",
    packaged: "ingepakt en beveiligd: {names}",
    package_discarded: "pakket weggegooid om het opnieuw te maken: {why}",
    verified: "getest: zonder het juiste wachtwoord blijft het dicht; {files} zoals beoordeeld",
    delivered: "verstuurd naar {to}, deel {part} van {of}, Message-ID {id}",
    wiped: "{paths} tijdelijke en {seals} verzegelde kopieën gewist",
    done: "vrijgegeven",
    notified: "bericht aan {to}, Message-ID {id}",
    demoted_blocked: "{account} staat weer op gecontroleerde vrijgave: een bestand van {request} was geblokkeerd",
    demoted_training: "{account} staat weer op gecontroleerde vrijgave: de opleiding gold tot {until}",
    desk_opened: "heeft de desk {desk} geopend",
    claimed: "bekijkt ronde {round}",
    unclaimed: "bekijkt ronde {round} niet meer",
    chosen: "koos wat over {file} wordt verteld: {rules}",
    decision_undone: "nam de beslissing over {file} terug",
    review_reopened: "nam de beoordeling van ronde {round} terug",
    reviews_settled: "de beoordelingen van ronde {round} liggen vast",
    commented: "schreef een opmerking die de aanvrager ziet",
    commented_among_checkers: "schreef een opmerking onder controleurs",
    worded: "de woorden van brief {id} zijn met hun digest vastgelegd",
    invited: "heeft {account} uitgenodigd op de webdesk",
    enrolled: "{account} heeft een wachtwoord ingesteld",
    account_shut: "{account} mag zich niet meer aanmelden",
    account_opened: "{account} mag zich weer aanmelden",
    signed_in: "heeft zich aangemeld",
};

pub(super) static FR: LedgerWords = LedgerWords {
    title: "Registre",
    about: "Tout ce qui s’est passé\u{a0}; chaque entrée est liée à la précédente et signée.",
    all: "Tout",
    kinds: ["Demandes", "Décisions", "Livraisons", "Messages", "Bureau et comptes"],
    kind: "Genre",
    words: "Mots",
    who: "Qui",
    request: "Demande",
    from: "Du",
    until: "Au",
    search: "Chercher",
    entry: "Entrée",
    when: "Quand",
    what: "Quoi",
    hash: "Empreinte",
    take: "Emporter ces entrées en",
    export: "Tout exporter, signé",
    verify: "Revérifier depuis la première entrée",
    blind: "Vous vérifiez aussi des demandes, et le registre entier contient des décisions que vous ne pouvez pas encore voir. Exportez-le quand rien n’attend, ou confiez-le à quelqu’un qui ne vérifie pas.",
    whole: "Intact jusqu’à l’entrée {n}, vérifié {when}",
    whole_hint: "Chaque entrée est telle qu’elle a été écrite et signée. Notez ceci ailleurs pour pouvoir y confronter un export ultérieur\u{a0}: {place}",
    walking: "Vérification en cours\u{a0}: intact jusqu’à l’entrée {n} pour l’instant",
    walking_hint: "Cela continue tout seul. Rouvrez la page pour voir où cela en est.",
    broken: "Rompu à l’entrée {n}, constaté {when}",
    broken_hint: "Ce qui ne va pas\u{a0}: {fault}. Tout ce qui précède est tel qu’écrit. Gardez une copie du fichier de la base et prévenez un administrateur.",
    none_found: "Aucune entrée ne correspond",
    none_found_hint: "Cherchez d’autres mots, ou une période plus longue.",
    show_all: "Tout afficher",
    older: "Plus anciennes",
    releases: "Livraisons",
    releases_about: "Ce qui est sorti, avec un dossier pour chaque livraison.",
    no_releases: "Rien n’a encore été livré",
    no_releases_hint: "Chaque livraison apparaît ici avec son dossier dès qu’elle est terminée.",
    released: "Livrée",
    project: "Projet",
    requester: "Demandeur",
    purpose: "Objet",
    files: "Fichiers",
    record: "Dossier",
    requested: "demande {lines} au tour {round}{project}",
    for_project: " pour {project}",
    lines: ["{n} ligne", "{n} lignes"],
    refused: "a refusé {claimed}\u{a0}: {reason}",
    sealed: "a scellé {files}",
    problems: [", {n} n’a pas pu être pris", ", {n} n’ont pas pu être pris"],
    checked: "a contrôlé selon {policy}\u{a0}: {tally}",
    handed_over: "pour les vérificateurs\u{a0}: {why}",
    decided: ["a approuvé {file}", "a renvoyé {file}", "a rejeté {file}"],
    because: " ({reason})",
    under: " en vertu de {exceptions}",
    review_submitted: "a remis son avis sur le tour {round}",
    approved: "a approuvé {files}",
    approved_automatic: "a approuvé {files} sans intervention\u{a0}: chaque fichier est en ordre",
    returned: "a renvoyé {files}",
    returned_automatic: "a renvoyé {files} aussitôt",
    rejected: "a rejeté la demande",
    taken_back: "a repris {file}",
    withdrawn: "a retiré la demande",
    archived: "a archivé {path} ({size})",
    packaged: "a emballé et protégé\u{a0}: {names}",
    package_discarded: "a jeté le paquet pour le refaire\u{a0}: {why}",
    verified: "a testé\u{a0}: il reste fermé sans le bon mot de passe\u{a0}; {files} tels qu’examinés",
    delivered: "a envoyé à {to}, partie {part} sur {of}, Message-ID {id}",
    wiped: "a effacé {paths} copies temporaires et {seals} copies scellées",
    done: "livrée",
    notified: "a prévenu {to}, Message-ID {id}",
    demoted_blocked: "{account} revient à la livraison validée\u{a0}: un fichier de {request} était bloqué",
    demoted_training: "{account} revient à la livraison validée\u{a0}: la formation valait jusqu’au {until}",
    desk_opened: "a ouvert le bureau {desk}",
    claimed: "examine le tour {round}",
    unclaimed: "n’examine plus le tour {round}",
    chosen: "a choisi ce qui est dit de {file} : {rules}",
    decision_undone: "a repris la décision sur {file}",
    review_reopened: "a repris l’examen du tour {round}",
    reviews_settled: "les examens du tour {round} sont arrêtés",
    commented: "a écrit un commentaire que le demandeur voit",
    commented_among_checkers: "a écrit un commentaire entre vérificateurs",
    worded: "les mots de la lettre {id} sont gardés par leur empreinte",
    invited: "a invité {account} au bureau en ligne",
    enrolled: "{account} a choisi un mot de passe",
    account_shut: "{account} ne peut plus se connecter",
    account_opened: "{account} peut à nouveau se connecter",
    signed_in: "s’est connecté",
};

impl Words {
    /// What happened, without who and when.
    pub(crate) fn fact(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Requested { project, round, asked, .. } => {
                let project = project
                    .as_ref()
                    .map(|project| fill(l.for_project, &[("project", project)]))
                    .unwrap_or_default();
                let lines = count(l.lines, *asked as u64);
                fill(l.requested, &[("lines", &lines), ("round", round), ("project", &project)])
            }
            Fact::Refused { claimed, reason, .. } => {
                fill(l.refused, &[("claimed", claimed), ("reason", reason)])
            }
            Fact::Sealed { files, problems, .. } => {
                let problems =
                    if *problems == 0 { String::new() } else { count(l.problems, *problems as u64) };
                fill(l.sealed, &[("files", &self.files(files.len()))]) + &problems
            }
            Fact::Checked { policy, verdicts, .. } => {
                fill(l.checked, &[("policy", policy), ("tally", &self.tally(verdicts))])
            }
            Fact::HandedOver { why, .. } => fill(l.handed_over, &[("why", why)]),
            Fact::TakenBack { file } => fill(l.taken_back, &[("file", file)]),
            Fact::Withdrawn => l.withdrawn.to_owned(),
            Fact::Claimed { round } => fill(l.claimed, &[("round", round)]),
            Fact::Unclaimed { round } => fill(l.unclaimed, &[("round", round)]),
            Fact::Decided { file, choice, reason, exceptions, .. } => {
                self.decided(file, *choice, reason.as_deref(), exceptions)
            }
            Fact::Chosen { .. }
            | Fact::DecisionUndone { .. }
            | Fact::ReviewReopened { .. }
            | Fact::ReviewsSettled { .. }
            | Fact::Commented { .. }
            | Fact::Worded { .. } => self.told(fact),
            Fact::ReviewSubmitted { round } => fill(l.review_submitted, &[("round", round)]),
            Fact::Approved { files, automatic, .. } => {
                let phrase = if *automatic { l.approved_automatic } else { l.approved };
                fill(phrase, &[("files", &self.noted(files))])
            }
            Fact::Returned { files, automatic, .. } => {
                let phrase = if *automatic { l.returned_automatic } else { l.returned };
                fill(phrase, &[("files", &self.files(files.len()))])
            }
            Fact::Rejected { reason, .. } => l.rejected.to_owned() + &self.because(reason.as_deref()),
            Fact::Demoted { account, why } => match why {
                DemotionCause::Blocked { request } => {
                    fill(l.demoted_blocked, &[("account", account), ("request", request)])
                }
                DemotionCause::TrainingLapsed { until } => {
                    fill(l.demoted_training, &[("account", account), ("until", until)])
                }
            },
            other => self.step(other),
        }
    }

    /// What a review told or took back.
    fn told(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Chosen { file, rules, .. } => {
                let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
                fill(l.chosen, &[("file", file), ("rules", &rules.join(", "))])
            }
            Fact::DecisionUndone { file, .. } => fill(l.decision_undone, &[("file", file)]),
            Fact::ReviewReopened { round } => fill(l.review_reopened, &[("round", round)]),
            Fact::ReviewsSettled { round } => fill(l.reviews_settled, &[("round", round)]),
            Fact::Commented { visibility: Visibility::Public, .. } => l.commented.to_owned(),
            Fact::Commented { .. } => l.commented_among_checkers.to_owned(),
            Fact::Worded { message_id, .. } => fill(l.worded, &[("id", message_id)]),
            other => self.step(other),
        }
    }

    /// What happened in a release, or to the desk itself.
    fn step(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Archived { path, bytes, .. } => {
                fill(l.archived, &[("path", path), ("size", &self.size(*bytes))])
            }
            Fact::Packaged { packages } => {
                let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
                fill(l.packaged, &[("names", &names.join(", "))])
            }
            Fact::PackageDiscarded { why } => fill(l.package_discarded, &[("why", why)]),
            Fact::Verified { files, .. } => fill(l.verified, &[("files", &self.files(*files))]),
            Fact::Delivered { part, of, message_id, to, .. } => {
                fill(l.delivered, &[("to", to), ("part", part), ("of", of), ("id", message_id)])
            }
            Fact::Offered { .. }
            | Fact::FetchBegun { .. }
            | Fact::FetchContinued { .. }
            | Fact::FetchRefused { .. }
            | Fact::Fetched { .. }
            | Fact::LinkRenewed
            | Fact::PickupLapsed => self.picked_up(fact),
            Fact::Wiped { seals, paths } => fill(l.wiped, &[("paths", paths), ("seals", seals)]),
            Fact::Released => l.done.to_owned(),
            Fact::Notified { message_id, to, .. } => fill(l.notified, &[("to", to), ("id", message_id)]),
            Fact::DeskOpened { desk } => fill(l.desk_opened, &[("desk", desk)]),
            Fact::Invited { account } => fill(l.invited, &[("account", account)]),
            Fact::Enrolled { account } => fill(l.enrolled, &[("account", account)]),
            Fact::AccountShut { account } => fill(l.account_shut, &[("account", account)]),
            Fact::AccountOpened { account } => fill(l.account_opened, &[("account", account)]),
            Fact::SignedIn { .. } => l.signed_in.to_owned(),
            Fact::TokenMade { .. } | Fact::TokenRevoked { .. } => self.token_fact(fact),
            // As it was written: better than nothing.
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    /// What happened to a package that is picked up.
    fn picked_up(&self, fact: &Fact) -> String {
        let p = self.pickup;
        let [_, begun, _, _, _, renewed, lapsed] = p.facts;
        match fact {
            Fact::Offered { message_id, to, until, .. } => {
                fill(p.offered, &[("to", to), ("until", &until.date_naive()), ("id", message_id)])
            }
            Fact::FetchBegun { .. } => begun.to_owned(),
            Fact::FetchContinued { from } => fill(p.continued, &[("from", from)]),
            Fact::FetchRefused { why } => {
                fill(p.refused, &[("why", &crate::pages::pickup::word(&p.why, *why))])
            }
            Fact::Fetched { bytes, .. } => fill(p.fetched, &[("size", &self.size(*bytes))]),
            Fact::LinkRenewed => renewed.to_owned(),
            Fact::PickupLapsed => lapsed.to_owned(),
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    fn decided(
        &self,
        file: &SharePath,
        choice: Choice,
        reason: Option<&str>,
        exceptions: &[String],
    ) -> String {
        let [approved, returned, rejected] = self.ledger.decided;
        let phrase = match choice {
            Choice::Approve => approved,
            Choice::Return => returned,
            Choice::Reject => rejected,
        };
        let under = match exceptions {
            [] => String::new(),
            named => fill(self.ledger.under, &[("exceptions", &named.join(", "))]),
        };
        fill(phrase, &[("file", file)]) + &under + &self.because(reason)
    }

    fn because(&self, reason: Option<&str>) -> String {
        reason.map(|reason| fill(self.ledger.because, &[("reason", &reason)])).unwrap_or_default()
    }

    fn files(&self, number: usize) -> String {
        count(self.common.files, number as u64)
    }

    /// How many files, and their names where they are few.
    fn noted(&self, files: &[Noted]) -> String {
        let names: Vec<&str> = files.iter().take(3).map(|file| file.name.as_str()).collect();
        let more = if files.len() > names.len() { ", …" } else { "" };
        format!("{} ({}{more})", self.files(files.len()), names.join(", "))
    }

    fn tally(&self, verdicts: &[(SharePath, Verdict)]) -> String {
        let part = |verdict: Verdict| {
            let number = verdicts.iter().filter(|(_, one)| *one == verdict).count();
            (number > 0).then(|| format!("{number} {}", self.verdict(verdict).word))
        };
        let parts: Vec<String> =
            [Verdict::Clear, Verdict::Review, Verdict::Blocked].into_iter().filter_map(part).collect();
        parts.join(", ")
    }
}
