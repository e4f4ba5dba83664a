//! The phrases of Dutch, French and English that a request is told by; `|` stands between them.

/// What means nothing for the request.
pub(super) const HARMLESS: &str = "\
    if possible|if you can|if you could|if you would|if it is possible|if that is possible|\
    if that's possible|if needed|if you need|if that is ok|if that's ok|do not contain|don't contain|\
    does not contain|doesn't contain|not contain|do not include|does not include|not identifiable|\
    not disclosive|do not hesitate|don't hesitate|do not hold|does not hold|not record-level|\
    not patient-level|not individual|not only|sorry for|sorry to|no problem|not sure whether you need|\
    not later than|why not|indien mogelijk|indien nodig|niet herleidbaar|niet identificeerbaar|\
    aarzel niet|niet alleen|niet later dan|bevatten niet|bevat niet|sorry voor|laat maar weten|\
    laat maar iets weten|laat het maar weten|si possible|si vous pouvez|si vous le pouvez|si besoin|\
    n' hésitez pas|ne contient pas|ne contiennent pas|ne contient aucune|ne contiennent aucune|\
    ne contient aucun|ne contiennent aucun|pas de données|désolé pour|désolée pour|ne comportent pas|\
    ne comporte pas|pas seulement";

/// What is said of supporting files, which stay.
pub(super) const STAYS: &str = "\
    not to be sent|not to be released|not for release|do not send|don't send|please do not send|\
    not send|do not release|don't release|not be released|not be sent|need not be released|\
    does not need to leave|not leave|not to leave|niet versturen|niet vrijgeven|niet vrij te geven|\
    niet meesturen|moet niet mee|hoeft niet mee|niet te versturen|mag niet naar buiten|ne pas envoyer|\
    à ne pas envoyer|à ne pas libérer|ne pas libérer|ne pas exporter|ne doivent pas sortir|\
    ne doit pas sortir";

/// What makes it doubtful that a path is asked for.
pub(super) const DOUBT: &str = "\
    not|don't|doesn't|didn't|won't|isn't|aren't|cannot|can't|shouldn't|no longer|never|except|excluding|\
    exclude|except for|apart from|other than|instead|rather than|replace|replaces|replaced|ignore|skip|\
    leave out|sorry|correction|i meant|i mean|mistake|wrong|oops|already|if|unless|whether|maybe|\
    perhaps|probably|i think|for example|e g|such as|forget|disregard|either|previously|yet|hold off|\
    wait with|postpone|keep inside|must stay|niet|behalve|uitgezonderd|tenzij|in plaats van|\
    in de plaats|ipv|i p v|vervang|vervangt|vervangen|ik bedoel|ik bedoelde|vergissing|verkeerd|\
    verkeerde|foutief|foute|misschien|reeds|al ontvangen|al gekregen|al vrijgegeven|al gevraagd|indien|\
    bijvoorbeeld|bv|bijv|negeer|negeren|weglaten|overslaan|hetzij|wellicht|eerder|zonder §|nooit|\
    correctie|ne|n'|pas|sauf|excepté|exceptés|exceptée|à l' exception|hormis|au lieu|plutôt|remplace|\
    remplacer|remplacent|à la place|désolé|désolée|pardon|je voulais dire|erreur|erroné|erronée|\
    peut-être|déjà|si|par exemple|ignorez|ignorer|jamais|soit|oubliez|\
    i received|we received|have received|i have got|thanks for §|thank you for §|based on|derived from|computed from|same as|error|errors|bug|\
    bedankt voor §|dank voor §|heb ontvangen|hebben ontvangen|gebaseerd op|afgeleid van|dezelfde als|\
    merci pour §|j' ai reçu|avons reçu|ai bien reçu|basé sur|basée sur|basées sur|basés sur|calculé à partir|erreurs|fout in|fouten";

/// What takes something back of what stands elsewhere.
pub(super) const AFTERTHOUGHT: &str = "\
    except|excluding|except for|apart from|instead|but not|not the|ignore|leave out|scrap that|forget|\
    disregard|never mind|i meant|i mean|correction|skip|hold off|do not release|don't release|\
    do not send|don't send|not yet|behalve|uitgezonderd|in plaats van|maar niet|niet de|niet het|negeer|\
    weglaten|laat maar|ik bedoel|ik bedoelde|nog niet|niet vrijgeven|niet versturen|vergeet|sauf|\
    à l' exception|hormis|au lieu|mais pas|pas le|pas la|pas les|ignorez|oubliez|je voulais dire|\
    pas encore|ne pas envoyer|ne pas libérer";

/// What corrects what was said before.
pub(super) const CORRECTION: &str = "\
    i meant|i mean|correction|oops|scrap that|ik bedoel|ik bedoelde|vergissing|correctie|\
    je voulais dire|pardon|erreur|wrong|mistake|verkeerd|verkeerde|sorry not|forget|disregard";

/// How questions begin that ask how things stand.
pub(super) const STATUS: &str = "\
    was|were|is §|are §|did|has|have you|when|why|what|where|how|who|werd|werden|wanneer|waarom|waar|\
    wat|hoe|wie|is § al|hebben jullie|heb je|quand|pourquoi|où|comment|avez-vous|est-ce que vous avez|\
    qui";

/// Words that say that a file explains another and stays.
pub(super) const SUPPORTING: &str = "\
    supporting|supporting file|supporting files|for the check only|only for the check|ondersteunend|\
    ondersteunende|ter ondersteuning|ter staving|enkel ter controle|alleen ter controle|justificatif|\
    justificatifs|à l' appui|pour vérification seulement";

/// Words that limit a folder to some of its files.
pub(super) const SOME: &str = "\
    only|just|latest|most recent|newest|last|some|first|enkel|alleen|slechts|laatste|nieuwste|recentste|\
    meest recente|sommige|eerste|uniquement|seulement|dernier|derniers|dernière|dernières|récents|\
    récentes|plus récent|certains|certaines|premiers";

/// Words for what lies below a folder.
pub(super) const BELOW: &str = "\
    subfolders|subfolder|sub-folders|subdirectories|recursively|recursive|submappen|submap|\
    onderliggende mappen|sous-dossiers|sous-dossier|sous-répertoires";

/// Words between the ends of a range.
pub(super) const RANGE: &str = "\
    to|through|until|till|up to|t/m|tot|tot en met|tem|t e m|à|jusqu' à|jusque|au|-|and onwards|\
    up to and including|through to";

/// Words that take back.
pub(super) const WITHDRAW: &str = "\
    withdraw|withdrawn|retract|cancel|take back|revoke|intrekken|ingetrokken|in te trekken|trek|\
    in trekken|terugtrekken|terug te trekken|annuleer|annuleren|te annuleren|geannuleerd|stopzetten|\
    stop te zetten|retirer|retirez|retire|annuler|annulez|annule|abandonner|retiré|retirée";

/// Words that take single things out.
pub(super) const TAKE_OUT: &str = "\
    remove|delete|drop|take out of my request|take out of the request|verwijder|verwijderen|\
    te verwijderen|schrap|schrappen|te schrappen|supprimer|supprimez|enlever|enlevez|ôter";

/// Words for the whole request.
pub(super) const REQUEST: &str = "\
    request|this|it|aanvraag|verzoek|vraag|deze|dit|demande|requête|celle-ci|l' ensemble|everything|\
    alles|tout|my request|la|hele aanvraag|withdraw|ticket";

/// Words for single things.
pub(super) const SINGLE: &str = "\
    file|files|table|tables|figure|figures|one|second|first|third|last|csv|png|bestand|bestanden|tabel|\
    tabellen|figuur|figuren|tweede|eerste|derde|laatste|fichier|fichiers|tableau|tableaux|deuxième|\
    premier|première|troisième|dernier|dernière|graph|grafiek|graphique|plot|folder|map|dossier";

/// Words that make it doubtful that something is taken back.
pub(super) const PERHAPS: &str = "\
    not|don't|never|if|unless|whether|before|how|maybe|perhaps|want to know|niet|indien|als|tenzij|hoe|\
    misschien|ne|n'|pas|si|comment|peut-être|instead|why|was|did|can i still|kan ik nog|puis-je encore";

/// A yes.
pub(super) const YES: &str = "\
    yes|yep|yeah|ja|jawel|jazeker|zeker|oui|ok|okay|oké|akkoord|accord|agreed|correct|klopt|exact|\
    exactement|juist|inderdaad|indeed|confirmed|bevestigd|bevestig|confirm|confirme|right|sure|\
    absolutely|precies|parfait|effectivement";

/// What may stand around a yes.
pub(super) const FILLER: &str = "\
    please|thanks|thank|you|dank|je|u|bedankt|merci|dat|dit|is|that|that's|s|it|it's|they|those|these|\
    are|graag|hoor|tout|à|fait|c'|est|bien|cela|ça|me|i|we|the|files|file|ones|one|this|alvast|goed|zo|\
    all|both|take|go|ahead|d'|beaucoup|avance|ces|les|fichiers|bestanden|de|het|allebei|alle|wel|vous|\
    helemaal|much|very|many|dear|hi|hello|beste|dag|hallo|bonjour|desk|colleague|colleagues|sir|madam|\
    collega|collega's|madame|monsieur|a|lot|sont|bons|bon|corrects|everyone|team|tous|toutes|release|\
    good|morning|afternoon|goedemorgen|goedemiddag|for|voor|pour|uw|your|votre|hulp|help|aide|question|\
    so|do|doe|maar|mij|moi|wat|bedoelde|bedoel|meant|what|ik|ce|que|voulais|dire";

/// What may stand between an amount and a folder.
pub(super) const LINKS: &str = "\
    the|my|our|this|that|these|are|is|which|following|folder|directory|share|subfolder|map|submap|het|\
    mijn|onze|deze|die|dat|staan|staat|zijn|volgende|wat|ce|le|la|les|mon|notre|l'|qui|est|sont|se|\
    trouve|trouvent|suivant|dossier|répertoire|located|stored|saved|available|found|be|can|de|d'|zich|\
    bevinden|onderstaande|shared|gedeelde|partagé|in:|path|location|situés|situé|te|vinden|kan|kunnen|\
    there|here";

/// What says that something is in a folder.
pub(super) const WITHIN: &str = "\
    in|inside|under|from|at|of|on|within|uit|onder|van|op|dans|du|des|sous|depuis|location|locatie|\
    emplacement|binnen|sur|de|below";

/// What says that all of it is meant.
pub(super) const ALL: &str = "\
    everything|all|whole|entire|complete|full|every|contents|content|alles|alle|al|hele|volledige|ganse|\
    inhoud|tout|toute|tous|toutes|intégralité|ensemble|contenu|each";

/// What files are called, and what is said with it.
pub(super) const FILES: &str = "\
    files|file|results|outputs|output|outputfiles|bestanden|bestand|resultaten|uitvoer|fichiers|fichier|\
    résultats|sorties|export|exports|aggregated|geaggregeerde|agrégés|mijn|my|mes|nos|ce|qui|de|the|of|\
    les|le|onze|our|these|those|that|what|wat|s|ces|deze|van|onderstaande|following|volgende|suivants";

/// Numbers.
pub(super) const NUMBERS: &str = "\
    two|three|four|five|six|seven|eight|nine|ten|both|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|\
    beide|deux|trois|quatre|cinq|sept|huit|neuf|dix";

/// Words between two of which one is meant.
pub(super) const OR: &str = "or|or else|of|of anders|ou|ou bien|and/or|en/of|et/ou";

/// Lines that close a mail.
pub(super) const CLOSING: &str = "\
    best|br|kr|rgds|cheers|all the best|mvg|m.v.g|grt|gr|groet|groeten|groetjes|cdt|cdlt|cordialement|\
    salutations|bàv|bav|sincerely|yours|vg|hgr";

/// How lines begin that close a mail.
pub(super) const CLOSING_BEGINS: &str = "\
    kind regards|best regards|regards|warm regards|with kind regards|many regards|with best regards|\
    kindest regards|best wishes|with best wishes|yours sincerely|yours faithfully|sincerely yours|\
    met vriendelijke groet|met de meeste hoogachting|vriendelijke groet|hartelijke groet|\
    met hartelijke groet|mvg |mvg,|beste groeten|hoogachtend|bien à vous|bien à toi|bien cordialement|\
    très cordialement|salutations distinguées|sincères salutations|meilleures salutations|cordialement,|\
    cordialement |avec mes meilleures salutations|veuillez agréer|je vous prie d'agréer|groeten,|\
    groeten |groet,|groetjes,|cheers,|best,|met vr. gr|amitiés";

/// How lines begin that come after the closing and are own words.
pub(super) const POSTSCRIPT: &str = "\
    ps |ps:|ps.|ps,|p.s.|p.s |nb |nb:|n.b.|pps";

/// How lines begin that a mail program adds.
pub(super) const PROGRAM: &str = "\
    sent from my|sent from outlook|sent from mail for|sent from yahoo|sent via|sent with|\
    verstuurd vanaf|verzonden vanaf|verstuurd met|verzonden met|verzonden via|envoyé de mon|\
    envoyé depuis|envoyé à partir|envoyé avec|get outlook for|download outlook|outlook voor |\
    obtenir outlook|télécharger outlook|téléchargez outlook|von meinem|gesendet von|\
    provenance : courrier";

/// Words that ask: a path in a sentence without any of them is perhaps only spoken of.
pub(super) const ASKING: &str = "\
    please|pls|plz|release|releasing|released|send|export|exporting|exported|take out|receive|need|want|would like|could|\
    may|can|would|request|requesting|requested|take|get|following|new|corrected|here|this|these|look at|outputs|output|\
    files are|file is|have|for release|i'd like|we'd like|thanks|thx|below|links|mended|adapted|fixed|revised|\
    graag|vrijgeven|vrijgave|vrijgegeven|vrij te geven|uitvoer|exporteren|versturen|sturen|opsturen|bezorgen|ontvangen|\
    onderstaande|hierbij|hier|nieuwe|verbeterde|aangepaste|gelieve|mag|mogen|kan|kunnen|kun|wil|willen|zou|zouden|aub|\
    alstublieft|alsjeblieft|bestanden staan|verzoek|vraag|aanvraag|volgende|alvast bedankt|nodig|meesturen|\
    libérer|libérez|exporter|exportez|envoyer|envoyez|m' envoyer|recevoir|souhaite|souhaitons|souhaiterais|voudrais|voudrions|\
    aimerais|pouvez|pourriez|peut|peux|puis-je|merci|veuillez|voici|nouveau|nouvelle|corrigé|corrigée|corrigés|suivant|\
    suivante|suivants|suivantes|besoin|sortir|svp|s' il vous plaît|s' il te plaît|vouloir|demande|prenez|fichiers sont|ci-dessous";
