//! Words in the Atlassian Document Format, in which Jira Cloud keeps texts: plain text from it, and into it.

use serde_json::{Value, json};

/// So deep a document is read; deeper nests nobody writes.
const DEEPEST: usize = 40;

/// The words of a field: a document, a plain text, the value of a choice, or several of these.
pub(super) fn words(field: &Value) -> String {
    let mut text = String::new();
    match field {
        Value::String(plain) => text.push_str(plain),
        Value::Array(several) => {
            let words: Vec<String> = several.iter().map(words).filter(|words| !words.is_empty()).collect();
            text = words.join("\n");
        }
        Value::Object(object) if object.contains_key("type") => read(field, 0, &mut text),
        Value::Object(object) => text = object.get("value").map(words).unwrap_or_default(),
        _ => {}
    }
    text.replace("\r\n", "\n").trim().to_owned()
}

fn read(node: &Value, depth: usize, text: &mut String) {
    if depth > DEEPEST {
        return;
    }
    let attribute = |name: &str| node["attrs"][name].as_str().unwrap_or_default();
    match node["type"].as_str().unwrap_or_default() {
        "text" => {
            let words = node["text"].as_str().unwrap_or_default();
            text.push_str(words);
            // Where a link leads elsewhere than it says, both count.
            if let Some(target) = link(node).filter(|target| !same(target, words)) {
                text.push_str(&format!(" <{target}>"));
            }
        }
        "hardBreak" => text.push('\n'),
        "mention" | "emoji" | "status" => text.push_str(attribute("text")),
        "inlineCard" | "blockCard" | "embedCard" => text.push_str(attribute("url")),
        kind => {
            let mut inner = String::new();
            for child in node["content"].as_array().into_iter().flatten() {
                read(child, depth + 1, &mut inner);
            }
            block(kind, &inner, text);
        }
    }
}

/// What stands in a block, as people write it in plain text.
fn block(kind: &str, inner: &str, text: &mut String) {
    match kind {
        "listItem" | "taskItem" | "decisionItem" => text.push_str(&format!("- {}\n", inner.trim())),
        "blockquote" => {
            for line in inner.trim().lines() {
                text.push_str(&format!("> {line}\n"));
            }
            text.push('\n');
        }
        "paragraph" | "heading" | "codeBlock" | "bulletList" | "orderedList" | "tableCell"
        | "tableHeader" => {
            text.push_str(inner);
            text.push_str("\n\n");
        }
        _ => text.push_str(inner),
    }
}

fn link(node: &Value) -> Option<&str> {
    let marks = node["marks"].as_array()?;
    marks.iter().find(|mark| mark["type"] == "link")?["attrs"]["href"].as_str()
}

/// Whether a link's words are its target, but for what makes it one.
fn same(target: &str, words: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim();
        text.strip_prefix("mailto:").unwrap_or(text).trim_end_matches('/').to_lowercase()
    };
    bare(target) == bare(words)
}

/// A plain text as a document: paragraphs where it has blank lines. Nothing in it is read as markup.
pub(super) fn document(text: &str) -> Value {
    let paragraph = |lines: &str| {
        let mut content = vec![];
        for (number, line) in lines.lines().enumerate() {
            if number > 0 {
                content.push(json!({ "type": "hardBreak" }));
            }
            // A text node is never empty.
            if !line.is_empty() {
                content.push(json!({ "type": "text", "text": line }));
            }
        }
        json!({ "type": "paragraph", "content": content })
    };
    let paragraphs: Vec<Value> = text
        .split("\n\n")
        .map(|part| part.trim_matches('\n'))
        .filter(|part| !part.is_empty())
        .map(paragraph)
        .collect();
    json!({ "type": "doc", "version": 1, "content": paragraphs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in
            ["one", "one\ntwo", "Dear Ann,\n\n- \\\\files\\share\\a *b* {code}\n- c\n\n[mark@example.org]"]
        {
            assert_eq!(words(&document(text)), text);
        }
    }

    #[test]
    fn lists_quotes_links_and_code_are_as_people_write_them() {
        let text = |text: &str| json!({ "type": "text", "text": text });
        let linked = |text: &str, href: &str| json!({ "type": "text", "text": text, "marks": [{ "type": "link", "attrs": { "href": href } }] });
        let within = |kind: &str, content: Vec<Value>| json!({ "type": kind, "content": content });
        let item = |words: Value| within("listItem", vec![within("paragraph", vec![words])]);
        let document = within(
            "doc",
            vec![
                within(
                    "paragraph",
                    vec![text("Please release"), json!({ "type": "hardBreak" }), text("these:")],
                ),
                within(
                    "bulletList",
                    vec![item(text(r"\\files\a.csv")), item(linked("b", "file://files/c.csv"))],
                ),
                within("codeBlock", vec![text("\\\\files\\d e.csv\n\\\\files\\f.csv")]),
                within("blockquote", vec![within("paragraph", vec![text("an older word")])]),
                within("paragraph", vec![linked("https://example.org", "https://example.org/")]),
                json!({ "type": "mediaSingle", "content": [{ "type": "media", "attrs": { "id": "1" } }] }),
            ],
        );
        assert_eq!(
            words(&document),
            "Please release\nthese:\n\n- \\\\files\\a.csv\n- b <file://files/c.csv>\n\n\n\\\\files\\d e.csv\n\\\\files\\f.csv\n\n\
             > an older word\n\nhttps://example.org"
        );
    }

    #[test]
    fn other_fields_and_odd_ones_are_read_or_empty() {
        assert_eq!(words(&json!({ "id": "1", "value": "Asthma" })), "Asthma");
        assert_eq!(words(&json!([{ "value": "a" }, "b", null])), "a\nb");
        let mut deep = json!({ "type": "text", "text": "deep" });
        for _ in 0..60 {
            deep = json!({ "type": "panel", "content": [deep] });
        }
        for odd in [json!(null), json!(7), json!({}), json!({ "type": 7 }), deep] {
            assert_eq!(words(&odd), "", "{odd}");
        }
    }
}
