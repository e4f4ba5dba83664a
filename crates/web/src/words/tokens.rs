//! Words of tokens for scripts.

use exeat_domain::ledger::Fact;
use exeat_domain::token::Reach;

use super::{Words, fill};
use crate::tokens::TokenError;

/// See the module.
#[derive(Debug)]
pub(crate) struct TokenWords {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) none: &'static str,
    pub(crate) new: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) days: &'static str,
    pub(crate) days_hint: &'static str,
    pub(crate) reach: &'static str,
    pub(crate) reaches: [&'static str; 3],
    pub(crate) reach_names: [&'static str; 3],
    pub(crate) roles: &'static str,
    pub(crate) make: &'static str,
    pub(crate) made: &'static str,
    pub(crate) made_hint: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) number: &'static str,
    pub(crate) until: &'static str,
    pub(crate) used: &'static str,
    pub(crate) never: &'static str,
    pub(crate) past: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) revoke_one: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) wrong_name: &'static str,
    pub(crate) wrong_days: &'static str,
    pub(crate) wrong_roles: &'static str,
    pub(crate) too_many: &'static str,
    pub(crate) by_token: &'static str,
    pub(crate) was_made: &'static str,
    pub(crate) was_revoked: &'static str,
}

pub(super) static EN: TokenWords = TokenWords {
    title: "Tokens for scripts",
    about: "A script that works in your name sends a token in place of your password. It can do at most what you can, and less if you say so.",
    none: "You have no tokens.",
    new: "A new token",
    name: "Name",
    name_hint: "What it is for, such as: nightly tables.",
    days: "Days that it is good",
    days_hint: "1 to {n}. The script stops working after them.",
    reach: "What it may do",
    reaches: [
        "Look, and change nothing",
        "Look, ask for files, correct, withdraw, comment and claim",
        "All of that, and decide on others’ files",
    ],
    reach_names: ["look", "look and ask", "look, ask and decide"],
    roles: "As",
    make: "Make the token",
    made: "The token {name} is made",
    made_hint: "Copy it now and keep it where only the script can read it. It is not shown again, and nobody can look it up.",
    secret: "The token",
    number: "No.",
    until: "Good until",
    used: "Last used",
    never: "never",
    past: "past",
    revoke: "Revoke",
    revoke_one: "Revoke the token {name}; scripts that use it stop at once",
    revoked: "The token is revoked. Nothing is done with it any more.",
    wrong_name: "Give the token a name of at most 80 characters.",
    wrong_days: "A token is good for 1 to {n} days.",
    wrong_roles: "Tick at least one role.",
    too_many: "You have 20 tokens already. Revoke one that you do not need any more.",
    by_token: "token {n}",
    was_made: "made the token {token} ({name}) for {account}: {reach}, until {until}",
    was_revoked: "revoked the token {token} ({name}) of {account}",
};

pub(super) static NL: TokenWords = TokenWords {
    title: "Tokens voor scripts",
    about: "Een script dat in uw naam werkt, stuurt een token in plaats van uw wachtwoord. Het kan hoogstens wat u kunt, en minder als u dat wilt.",
    none: "U hebt geen tokens.",
    new: "Een nieuw token",
    name: "Naam",
    name_hint: "Waar het voor dient, bijvoorbeeld: nachtelijke tabellen.",
    days: "Aantal dagen geldig",
    days_hint: "1 tot {n}. Daarna werkt het script niet meer.",
    reach: "Wat het mag",
    reaches: [
        "Kijken, en niets veranderen",
        "Kijken, bestanden vragen, verbeteren, intrekken, opmerkingen maken en opnemen",
        "Dat alles, en over bestanden van anderen beslissen",
    ],
    reach_names: ["kijken", "kijken en vragen", "kijken, vragen en beslissen"],
    roles: "Als",
    make: "Token maken",
    made: "Het token {name} is gemaakt",
    made_hint: "Kopieer het nu en bewaar het waar alleen het script het kan lezen. Het wordt niet meer getoond, en niemand kan het opzoeken.",
    secret: "Het token",
    number: "Nr.",
    until: "Geldig tot",
    used: "Laatst gebruikt",
    never: "nooit",
    past: "verlopen",
    revoke: "Intrekken",
    revoke_one: "Token {name} intrekken; scripts die het gebruiken stoppen meteen",
    revoked: "Het token is ingetrokken. Er kan niets meer mee.",
    wrong_name: "Geef het token een naam van hoogstens 80 tekens.",
    wrong_days: "Een token is 1 tot {n} dagen geldig.",
    wrong_roles: "Vink minstens één rol aan.",
    too_many: "U hebt al 20 tokens. Trek er een in dat u niet meer nodig hebt.",
    by_token: "token {n}",
    was_made: "maakte token {token} ({name}) voor {account}: {reach}, tot {until}",
    was_revoked: "trok token {token} ({name}) van {account} in",
};

pub(super) static FR: TokenWords = TokenWords {
    title: "Jetons pour scripts",
    about: "Un script qui travaille en votre nom envoie un jeton au lieu de votre mot de passe. Il peut au plus ce que vous pouvez, et moins si vous le voulez.",
    none: "Vous n’avez pas de jeton.",
    new: "Un nouveau jeton",
    name: "Nom",
    name_hint: "Son usage, par exemple\u{a0}: tableaux de la nuit.",
    days: "Nombre de jours de validité",
    days_hint: "De 1 à {n}. Ensuite, le script ne fonctionne plus.",
    reach: "Ce qu’il peut faire",
    reaches: [
        "Regarder, sans rien changer",
        "Regarder, demander des fichiers, corriger, retirer, commenter et prendre en charge",
        "Tout cela, et décider des fichiers des autres",
    ],
    reach_names: ["regarder", "regarder et demander", "regarder, demander et décider"],
    roles: "En tant que",
    make: "Créer le jeton",
    made: "Le jeton {name} est créé",
    made_hint: "Copiez-le maintenant et gardez-le là où seul le script peut le lire. Il ne sera plus affiché, et personne ne peut le retrouver.",
    secret: "Le jeton",
    number: "N\u{b0}",
    until: "Valable jusqu’au",
    used: "Dernier usage",
    never: "jamais",
    past: "expiré",
    revoke: "Révoquer",
    revoke_one: "Révoquer le jeton {name}\u{a0}; les scripts qui l’utilisent s’arrêtent aussitôt",
    revoked: "Le jeton est révoqué. Il ne sert plus à rien.",
    wrong_name: "Donnez au jeton un nom de 80 caractères au plus.",
    wrong_days: "Un jeton est valable de 1 à {n} jours.",
    wrong_roles: "Cochez au moins un rôle.",
    too_many: "Vous avez déjà 20 jetons. Révoquez-en un dont vous n’avez plus besoin.",
    by_token: "jeton {n}",
    was_made: "a créé le jeton {token} ({name}) pour {account}\u{a0}: {reach}, jusqu’au {until}",
    was_revoked: "a révoqué le jeton {token} ({name}) de {account}",
};

impl Words {
    /// What a reach is called.
    pub(crate) fn reach(&self, reach: Reach) -> &'static str {
        let [read, write, decide] = self.tokens.reach_names;
        match reach {
            Reach::Read => read,
            Reach::Write => write,
            Reach::Decide => decide,
        }
    }

    /// By which token something was done.
    pub(crate) fn by_token(&self, token: &u64) -> String {
        fill(self.tokens.by_token, &[("n", token)])
    }

    /// What happened to a token.
    pub(super) fn token_fact(&self, fact: &Fact) -> String {
        let t = self.tokens;
        match fact {
            Fact::TokenMade { account, token, name, reach, until, .. } => {
                let (until, reach) = (until.date_naive(), self.reach(*reach));
                let blanks: [(&str, &dyn std::fmt::Display); 5] = [
                    ("token", token),
                    ("account", account),
                    ("reach", &reach),
                    ("until", &until),
                    ("name", name),
                ];
                fill(t.was_made, &blanks)
            }
            Fact::TokenRevoked { account, token, name } => {
                fill(t.was_revoked, &[("token", token), ("account", account), ("name", name)])
            }
            _ => String::new(),
        }
    }

    /// Why a token cannot be made; none where it is the desk's own failure.
    pub(crate) fn no_token(&self, error: &TokenError) -> Option<String> {
        let t = self.tokens;
        match error {
            TokenError::Nameless => Some(t.wrong_name.to_owned()),
            TokenError::Days(most) => Some(fill(t.wrong_days, &[("n", most)])),
            TokenError::TooMany => Some(t.too_many.to_owned()),
            TokenError::Roles(_) => Some(t.wrong_roles.to_owned()),
            TokenError::Shut(_) | TokenError::SignIn(_) => None,
        }
    }
}
