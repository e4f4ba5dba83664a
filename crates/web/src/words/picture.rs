//! Words of the picture view.

/// See the module.
#[derive(Debug)]
pub(crate) struct PictureWords {
    pub(crate) about: &'static str,
    pub(crate) zoom: &'static str,
    pub(crate) fit: &'static str,
    pub(crate) left_out: &'static str,
    pub(crate) nothing_left_out: &'static str,
    pub(crate) more: &'static str,
    /// In the order of the losses.
    pub(crate) losses: [&'static str; 13],
}

pub(super) static EN: PictureWords = PictureWords {
    about: "{format}, {w} × {h} pixels",
    zoom: "Size",
    fit: "Fit",
    left_out: "What was left out of it",
    nothing_left_out: "The file held nothing but its pixels.",
    more: "and {n} more",
    losses: [
        "words about the picture",
        "what a camera or program wrote (EXIF)",
        "where it was taken",
        "a second, small picture",
        "a colour profile",
        "further frames, pages or layers",
        "bytes behind the picture",
        "private or unknown parts",
        "see-through pixels",
        "script",
        "a reference to something outside the file",
        "foreign content",
        "words or pictures that are not seen",
    ],
};

pub(super) static NL: PictureWords = PictureWords {
    about: "{format}, {w} × {h} pixels",
    zoom: "Grootte",
    fit: "Passend",
    left_out: "Wat is weggelaten",
    nothing_left_out: "Het bestand bevatte niets dan zijn pixels.",
    more: "en nog {n}",
    losses: [
        "woorden over de afbeelding",
        "wat een camera of programma schreef (EXIF)",
        "waar ze genomen is",
        "een tweede, kleine afbeelding",
        "een kleurprofiel",
        "verdere beelden, pagina’s of lagen",
        "bytes na de afbeelding",
        "eigen of onbekende delen",
        "doorzichtige pixels",
        "script",
        "een verwijzing naar iets buiten het bestand",
        "vreemde inhoud",
        "woorden of afbeeldingen die niet te zien zijn",
    ],
};

pub(super) static FR: PictureWords = PictureWords {
    about: "{format}, {w} × {h} pixels",
    zoom: "Taille",
    fit: "Ajuster",
    left_out: "Ce qui a été laissé de côté",
    nothing_left_out: "Le fichier ne contenait que ses pixels.",
    more: "et {n} autres",
    losses: [
        "des mots sur l’image",
        "ce qu’un appareil ou un programme a écrit (EXIF)",
        "le lieu de la prise de vue",
        "une seconde image, petite",
        "un profil de couleurs",
        "d’autres images, pages ou calques",
        "des octets après l’image",
        "des parties privées ou inconnues",
        "des pixels transparents",
        "du script",
        "une référence à quelque chose hors du fichier",
        "un contenu étranger",
        "des mots ou images qui ne se voient pas",
    ],
};
