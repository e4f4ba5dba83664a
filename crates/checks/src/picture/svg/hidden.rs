//! What an SVG holds beside what is drawn: scripts, foreign content, words that are not seen.

use std::collections::BTreeMap;

use resvg::usvg::roxmltree::{Document, Node as Element};
use resvg::usvg::{Group, Node, Rect, Tree};

use crate::picture::dropped::{Dropped, Loss};

/// The words that the drawing shows, a text element each.
pub(super) fn words(tree: &Tree) -> Vec<String> {
    let mut shown = Vec::new();
    each_text(tree.root(), &mut |text, bounds| {
        if on_page(tree, bounds) {
            shown.push(text);
        }
    });
    shown
}

/// What is in the document and not in the drawing.
pub(super) fn list(document: &Document<'_>, tree: &Tree) -> Vec<Dropped> {
    let mut found = Vec::new();
    for node in document.descendants() {
        if node.is_element() {
            element(node, &mut found);
        } else if node.is_comment() {
            let text = node.text().unwrap_or_default();
            found.push(Dropped::saying(Loss::Metadata, "comment", text.as_bytes(), text.len()));
        } else if node.is_pi() {
            found.push(Dropped::new(Loss::External, "processing instruction", 0));
        }
    }
    found.extend(unseen_words(document, tree));
    found
}

fn element(node: Element<'_, '_>, found: &mut Vec<Dropped>) {
    let bytes = node.range().len();
    let says = |loss, name: &str| Dropped::saying(loss, name, all_text(node).as_bytes(), bytes);
    match node.tag_name().name() {
        "script" | "handler" | "listener" => found.push(says(Loss::Script, "script")),
        "foreignObject" => found.push(says(Loss::Foreign, "foreignObject")),
        "metadata" | "RDF" if !node.ancestors().skip(1).any(|above| above.has_tag_name("metadata")) => {
            found.push(says(Loss::Metadata, "metadata"));
        }
        "desc" => found.push(says(Loss::Metadata, "desc")),
        "title" => found.push(says(Loss::Metadata, "title")),
        "style" if all_text(node).contains("@import") => {
            found.push(says(Loss::External, "style sheet outside the file"));
        }
        "iframe" | "object" | "embed" | "video" | "audio" | "canvas" => {
            found.push(says(Loss::Foreign, node.tag_name().name()));
        }
        _ => {}
    }
    if node
        .tag_name()
        .namespace()
        .is_some_and(|namespace| !namespace.starts_with("http://www.w3.org/2000/svg"))
        && node.parent_element().is_some()
    {
        let within =
            node.ancestors().any(|above| matches!(above.tag_name().name(), "metadata" | "foreignObject"));
        if !within {
            found.push(says(Loss::Foreign, &format!("element {}", node.tag_name().name())));
        }
    }
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        if name.starts_with("on") && name.len() > 3 {
            found.push(Dropped::saying(Loss::Script, name, value.as_bytes(), value.len()));
        } else if name.starts_with("data-") || name.starts_with("aria-") {
            found.push(Dropped::saying(Loss::Metadata, name, value.as_bytes(), value.len()));
        } else if refers_outside(name, value) && !matches!(node.tag_name().name(), "image" | "feImage") {
            // Pictures are said by the resolver that refuses them.
            found.push(Dropped::saying(Loss::External, name, value.as_bytes(), value.len()));
        }
    }
}

fn refers_outside(name: &str, value: &str) -> bool {
    let value = value.trim_start();
    let reference =
        name == "href" && !value.is_empty() && !value.starts_with('#') && !value.starts_with("data:");
    let within = value.find("url(").is_some_and(|at| {
        let target = value[at + 4..].trim_start().trim_start_matches(['"', '\'']);
        !target.starts_with('#') && !target.starts_with("data:")
    });
    reference || within
}

fn all_text(node: Element<'_, '_>) -> String {
    node.descendants().filter(Element::is_text).filter_map(|text| text.text()).collect::<Vec<_>>().join(" ")
}

/// Words of text elements that are drawn nowhere on the page: not displayed, fully clear, or outside the view.
fn unseen_words(document: &Document<'_>, tree: &Tree) -> Vec<Dropped> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for text in words(tree) {
        for word in text.split_whitespace() {
            *seen.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    for node in document.descendants().filter(|node| node.tag_name().name() == "text" && node.is_element()) {
        let text = all_text(node);
        let missing: Vec<&str> = text.split_whitespace().filter(|word| !take(&mut seen, word)).collect();
        // Words broken by tspan elements are joined in the drawing: compare without blanks too.
        let joined: String = text.split_whitespace().collect();
        if !missing.is_empty() && !take(&mut seen, &joined) {
            found.push(Dropped::saying(
                Loss::Hidden,
                "text that is not seen",
                missing.join(" ").as_bytes(),
                text.len(),
            ));
        }
    }
    found
}

fn take(seen: &mut BTreeMap<String, usize>, word: &str) -> bool {
    match seen.get_mut(word) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

fn on_page(tree: &Tree, bounds: Rect) -> bool {
    let size = tree.size();
    bounds.right() > 0.0
        && bounds.bottom() > 0.0
        && bounds.left() < size.width()
        && bounds.top() < size.height()
}

fn each_text(group: &Group, found: &mut impl FnMut(String, Rect)) {
    if group.opacity().get() == 0.0 {
        return;
    }
    for node in group.children() {
        match node {
            Node::Group(group) => each_text(group, found),
            Node::Text(text) => {
                let said = text.chunks().iter().map(resvg::usvg::TextChunk::text).collect();
                let drawn = |span: &resvg::usvg::TextSpan| {
                    span.is_visible() && (span.fill().is_some() || span.stroke().is_some())
                };
                if text.chunks().iter().any(|chunk| chunk.spans().iter().any(drawn)) {
                    found(said, text.abs_bounding_box());
                }
            }
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}
