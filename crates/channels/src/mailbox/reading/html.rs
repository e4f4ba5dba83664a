//! HTML as its reader sees it: the lines that show, without what is hidden, each known for whose words it is.
//!
//! The tokens come from a library; what is kept of the tree is a stack of open elements, so that the time is linear
//! in the mail whatever it holds.

use html5gum::{DefaultEmitter, EndTag, StartTag, Token, Tokenizer};

use super::line::{Part, View};
use super::link;
use super::look::{Look, Rgb, Sheet, alike, color};

/// How deep elements are followed, and how many are: nothing is read beyond, and that is known.
const DEEPEST: usize = 250;
const MOST_TAGS: usize = 200_000;

/// The most bytes of style sheets that are read.
const MOST_STYLE: usize = 128 * 1024;

/// The lines of an HTML text.
pub(super) fn read(html: &str, view: &mut View, budget: &mut usize) {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut reader = Reader {
        view,
        budget,
        open: vec![],
        line: String::new(),
        item: false,
        sheet: Sheet::default(),
        style: None,
        anchor: None,
        rest: None,
        styled: 0,
    };
    let mut tags = 0;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        tags += usize::from(matches!(token, Token::StartTag(_) | Token::EndTag(_)));
        if tags > MOST_TAGS || reader.open.len() > DEEPEST {
            *reader.budget = 0;
        }
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&tag),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
        if *reader.budget == 0 {
            reader.view.cut = true;
            return;
        }
    }
    reader.finish_anchor();
    reader.flush(false);
}

/// An open element, and what holds inside it.
#[derive(Clone, Debug)]
struct Open {
    tag: String,
    part: Part,
    hidden: bool,
    kept_lines: bool,
    color: Rgb,
    background: Rgb,
}

impl Open {
    const ROOT: Self = Self {
        tag: String::new(),
        part: Part::Own,
        hidden: false,
        kept_lines: false,
        color: [0, 0, 0],
        background: [255, 255, 255],
    };
}

struct Reader<'v> {
    view: &'v mut View,
    budget: &'v mut usize,
    open: Vec<Open>,
    line: String,
    item: bool,
    sheet: Sheet,
    /// The style sheet that is being read.
    style: Option<String>,
    /// How many bytes of style sheets were read.
    styled: usize,
    /// The link that is open: its target, and where its words begin in the line.
    anchor: Option<(String, usize)>,
    /// Whose words all that follows is.
    rest: Option<Part>,
}

impl Reader<'_> {
    fn now(&self) -> &Open {
        const ROOT: &Open = &Open::ROOT;
        self.open.last().unwrap_or(ROOT)
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let value = |name: &str| {
            let value = tag.attributes.get(name.as_bytes());
            value.map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
        };
        match name.as_str() {
            "br" => return self.flush(true),
            "hr" => return self.flush(false),
            "style" => self.style = Some(String::new()),
            "a" => {
                self.finish_anchor();
                self.anchor = Some((value("href"), self.line.len()));
            }
            "li" => {
                self.flush(false);
                self.item = true;
            }
            "td" | "th" if !self.line.trim().is_empty() => self.line.push('\t'),
            name if is_block(name) => self.flush(false),
            _ => {}
        }
        if is_void(&name) || tag.self_closing {
            return;
        }
        let mut inner = self.inner(&name, &value, tag.attributes.contains_key(b"hidden".as_slice()));
        if inner.part != Part::Own && follows(&name, &value) {
            self.rest = Some(inner.part);
        }
        if let Some(part) = self.rest {
            inner.part = part;
        }
        self.open.push(inner);
    }

    /// What holds inside an element that begins here.
    fn inner(&self, tag: &str, value: &dyn Fn(&str) -> String, hidden: bool) -> Open {
        let outer = self.now();
        let (id, classes, style) = (value("id"), value("class"), value("style"));
        let mut look = self.sheet.look(tag, &id, &classes);
        if tag == "font" || tag == "body" || tag == "table" || tag == "td" || tag == "tr" {
            let painted = |name: &str| {
                Some(value(name)).filter(|value| !value.is_empty()).and_then(|value| color(&value))
            };
            let painted = Look {
                color: painted("color").or_else(|| painted("text")),
                background: painted("bgcolor"),
                ..Look::default()
            };
            look = look.and(painted);
        }
        let look = look.and(Look::of(&style));
        let part =
            if outer.part == Part::Own { part_of(tag, &id, &classes, value, look) } else { outer.part };
        let (fore, back) = (look.color.unwrap_or(outer.color), look.background.unwrap_or(outer.background));
        Open {
            tag: tag.to_owned(),
            part,
            hidden: outer.hidden || hidden || look.hidden || is_unseen(tag),
            kept_lines: outer.kept_lines || look.kept_lines || tag == "pre",
            color: fore,
            background: back,
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if let (true, Some(css)) = (name == "style", self.style.take()) {
            self.sheet.read(&css);
        }
        if name == "a" {
            self.finish_anchor();
        }
        if is_block(&name) || name == "li" {
            self.flush(name == "p" || name == "div");
        }
        let Some(at) = self.open.iter().rposition(|open| open.tag == name) else { return };
        // A browser opens formatting again that a block closed over: what it hides stays hidden.
        let reopened = |open: &Open| open.hidden && is_formatting(&open.tag);
        let again = self.open.get(at + 1..).unwrap_or_default().iter().rfind(|open| reopened(open)).cloned();
        self.open.truncate(at);
        self.open.extend(again.filter(|_| is_block(&name)));
    }

    fn text(&mut self, text: &str) {
        if let Some(style) = &mut self.style {
            if self.styled + text.len() <= MOST_STYLE {
                self.styled += text.len();
                style.push_str(text);
            } else {
                self.view.cut = true;
            }
            return;
        }
        let now = self.now();
        if now.hidden || alike(now.color, now.background) {
            return;
        }
        let kept = now.kept_lines;
        for c in text.chars() {
            match c {
                '\n' if kept => self.flush(true),
                '\n' | '\r' | '\t' | ' ' | '\u{c}' => {
                    if !self.line.ends_with(' ') && !self.line.is_empty() {
                        self.line.push(' ');
                    }
                }
                c if self.line.len() < *self.budget => self.line.push(c),
                _ => {
                    (self.view.cut, *self.budget) = (true, 0);
                    return;
                }
            }
        }
    }

    /// Ends the line. An empty one counts where something stood that a person sees as one.
    fn flush(&mut self, counts: bool) {
        if self.anchor.is_some() && !self.line.is_empty() {
            let target = self.anchor.as_ref().map(|(target, _)| target.clone());
            self.finish_anchor();
            self.anchor = target.map(|target| (target, 0));
        }
        let line = std::mem::take(&mut self.line);
        let empty = line.trim().is_empty();
        let after_words = self.view.lines.last().is_some_and(|line| !line.text.is_empty());
        if !empty
            || (counts && self.anchor.is_none() && after_words && line.is_empty() && self.broke(&line))
            || (empty && !line.is_empty() && after_words)
        {
            let part = self.rest.unwrap_or_else(|| self.now().part);
            self.view.push(if empty { "" } else { &line }, part, self.item && !empty, self.budget);
        }
        if !empty {
            self.item = false;
        }
        if let Some((_, from)) = &mut self.anchor {
            *from = 0;
        }
    }

    /// Whether an end without words is a line that shows: a `<br>` of its own, an empty paragraph.
    fn broke(&self, line: &str) -> bool {
        line.is_empty() && !self.item
    }

    /// Weighs the link that ends here: where its words and its target say different things, neither is read.
    fn finish_anchor(&mut self) {
        let Some((target, from)) = self.anchor.take() else { return };
        let words = self.line.get(from..).unwrap_or_default().to_owned();
        if words.trim().is_empty() {
            return;
        }
        match link::weigh(&words, &target) {
            link::Says::Words => {}
            link::Says::Target(path) => {
                self.line.truncate(from);
                self.line.push_str(&format!("<{path}>"));
            }
            link::Says::Different(target) => {
                let own = self.rest.is_none() && self.now().part == Part::Own;
                if own {
                    self.view.astray.push((words.trim().to_owned(), target));
                }
                self.line.truncate(from);
                self.line.push(link::ASTRAY);
            }
        }
    }
}

/// Whose words an element holds, by the marks that mail programs leave.
fn part_of(tag: &str, id: &str, classes: &str, value: &dyn Fn(&str) -> String, look: Look) -> Part {
    let class = |name: &str| {
        classes.split_whitespace().any(|class| class.trim_start_matches("x_").eq_ignore_ascii_case(name))
    };
    let id = id.trim_start_matches("x_").to_ascii_lowercase();
    if class("moz-forward-container") {
        return Part::Forwarded;
    }
    let quoted = [
        "gmail_quote",
        "gmail_attr",
        "moz-cite-prefix",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "gmail_extra_quote",
    ];
    let answered = [
        "divrplyfwdmsg",
        "appendonsend",
        "olk_src_body_section",
        "mail-editor-reference-message-container",
        "replysplit",
        "reply-intro",
    ];
    if quoted.into_iter().any(class) || answered.contains(&id.as_str()) {
        return Part::Quoted;
    }
    if tag == "blockquote" && (value("type") == "cite" || !value("cite").is_empty() || !look.borderless) {
        return Part::Quoted;
    }
    let signatures = ["gmail_signature", "moz-signature", "signature", "protonmail_signature_block"];
    let ids =
        ["signature", "applemailsignature", "ms-outlook-mobile-signature", "linebreakatbeginningofsignature"];
    if signatures.into_iter().any(class)
        || ids.contains(&id.as_str())
        || value("data-smartmail") == "gmail_signature"
    {
        return Part::Signature;
    }
    Part::Own
}

/// Whether what follows the element, too, is what its mark says.
fn follows(tag: &str, value: &dyn Fn(&str) -> String) -> bool {
    let id = value("id").trim_start_matches("x_").to_ascii_lowercase();
    tag == "div" && matches!(id.as_str(), "divrplyfwdmsg" | "appendonsend" | "replysplit")
}

fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "p" | "div"
            | "ul"
            | "ol"
            | "table"
            | "tr"
            | "blockquote"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dl"
            | "dt"
            | "dd"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "center"
            | "address"
            | "body"
            | "html"
            | "form"
            | "fieldset"
            | "thead"
            | "tbody"
            | "tfoot"
    )
}

fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

fn is_formatting(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt" | "u"
    )
}

/// Whether programs show nothing of what is in the element.
fn is_unseen(tag: &str) -> bool {
    matches!(
        tag,
        "s" | "strike"
            | "del"
            | "head"
            | "title"
            | "style"
            | "script"
            | "template"
            | "noscript"
            | "noframes"
            | "select"
            | "textarea"
            | "object"
            | "iframe"
            | "svg"
            | "math"
            | "audio"
            | "video"
            | "xml"
            | "datalist"
    )
}
