//! Words of the connections: how each does, and trying them.

/// See the module.
#[derive(Debug)]
pub(crate) struct ConnectionWords {
    pub(crate) title: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) never: &'static str,
    pub(crate) tried: &'static str,
    pub(crate) try_now: &'static str,
    pub(crate) connection: &'static str,
    pub(crate) health: &'static str,
    pub(crate) saw: &'static str,
    pub(crate) mend: &'static str,
    /// Fine, warning, broken.
    pub(crate) healths: [&'static str; 3],
}

pub(super) static EN: ConnectionWords = ConnectionWords {
    title: "Connections",
    hint: "Each is tried as the desk uses it. Nothing is sent, and nothing stays behind. The same on the command line: exeat doctor",
    never: "Not tried since the desk was started.",
    tried: "tried {when}",
    try_now: "Try all now",
    connection: "Connection",
    health: "State",
    saw: "What was seen",
    mend: "To mend:",
    healths: ["fine", "to be mended", "broken"],
};

pub(super) static NL: ConnectionWords = ConnectionWords {
    title: "Verbindingen",
    hint: "Elke verbinding wordt geprobeerd zoals de desk ze gebruikt. Er wordt niets verstuurd en er blijft niets achter. Hetzelfde op de opdrachtregel: exeat doctor",
    never: "Niet geprobeerd sinds de desk gestart is.",
    tried: "geprobeerd {when}",
    try_now: "Alles nu proberen",
    connection: "Verbinding",
    health: "Toestand",
    saw: "Wat er gezien is",
    mend: "Te doen:",
    healths: ["in orde", "te verhelpen", "defect"],
};

pub(super) static FR: ConnectionWords = ConnectionWords {
    title: "Connexions",
    hint: "Chacune est essayée comme le bureau s’en sert. Rien n’est envoyé, rien ne reste. De même en ligne de commande\u{a0}: exeat doctor",
    never: "Pas d’essai depuis le démarrage du bureau.",
    tried: "essai {when}",
    try_now: "Tout essayer maintenant",
    connection: "Connexion",
    health: "État",
    saw: "Ce qui a été vu",
    mend: "À faire\u{a0}:",
    healths: ["en ordre", "à corriger", "en panne"],
};
