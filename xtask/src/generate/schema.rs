//! A JSON Schema as tables for people: one a section, a line a setting.

use serde_json::Value;

/// The tables of a whole configuration: what lies at the root first, then each section under its name in TOML.
pub(super) fn sections(schema: &Value) -> String {
    let mut text = String::new();
    section(schema, schema, &Value::Null, "", &mut text);
    text
}

/// Appends a section and those in it; `defaults` is what the section is where the file leaves it out.
fn section(root: &Value, schema: &Value, defaults: &Value, name: &str, text: &mut String) {
    if !name.is_empty() {
        *text += &format!("\n## `[{name}]`\n");
        *text += &table(root, schema, defaults).map(|table| format!("\n{table}")).unwrap_or_default();
    }
    for (key, value) in settings(schema) {
        if let Some(inner) = object(root, value) {
            let path = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            let own = value.get("default").filter(|default| !default.is_null());
            section(root, inner, own.unwrap_or(&defaults[key]), &path, text);
        }
    }
}

/// The settings of one section that are no sections themselves; `None` if there are none.
pub(super) fn table(root: &Value, schema: &Value, defaults: &Value) -> Option<String> {
    let plain = settings(schema).filter(|(_, value)| object(root, value).is_none());
    let lines: String = plain.map(|(name, value)| line(root, schema, defaults, (name, value))).collect();
    (!lines.is_empty())
        .then(|| format!("| setting | what it is | value | by itself |\n|---|---|---|---|\n{lines}"))
}

fn line(root: &Value, section: &Value, defaults: &Value, (name, value): (&String, &Value)) -> String {
    let required =
        section["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name));
    let own = value.get("default").filter(|default| !default.is_null());
    let default = match own.or_else(|| defaults.get(name)).filter(|default| !default.is_null()) {
        Some(default) => format!("`{default}`"),
        None if required => "must be given".to_owned(),
        None => "–".to_owned(),
    };
    format!("| `{name}` | {} | {} | {default} |\n", words(value), kind(root, value))
}

fn settings(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The description, on one line.
fn words(value: &Value) -> String {
    let text = value["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Follows a reference, and takes what an optional value may be.
fn resolved<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    if let Some(pointer) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return root.pointer(pointer).map_or(value, |found| resolved(root, found));
    }
    let choices = value["anyOf"].as_array();
    choices
        .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        .map_or(value, |one| resolved(root, one))
}

/// The section that a value is, if it is one.
fn object<'a>(root: &'a Value, value: &'a Value) -> Option<&'a Value> {
    Some(resolved(root, value)).filter(|found| found["properties"].is_object())
}

/// What may be written: the choices of an enumeration, or the type.
fn kind(root: &Value, value: &Value) -> String {
    let value = resolved(root, value);
    let choices = value["enum"].as_array().or_else(|| value["oneOf"].as_array());
    if let Some(choices) = choices {
        let choices = choices.iter().map(|choice| choice.get("const").unwrap_or(choice));
        return choices.map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
    }
    let types = value["type"].as_array().cloned().unwrap_or_else(|| vec![value["type"].clone()]);
    match types.iter().filter_map(Value::as_str).find(|name| *name != "null") {
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("string") => "text".to_owned(),
        Some("array") => format!("list of {}", kind(root, &value["items"])),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "properties": {"desk": {"$ref": "#/$defs/Desk"}, "mail": {"$ref": "#/$defs/Mail"},
                "policy": {"$ref": "#/$defs/Policy", "default": {"reviewers": 1}}},
            "$defs": {
                "Desk": {
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "string", "description": "What tells\nit from another."},
                        "operators": {"type": "array", "items": {"type": "string"}, "default": []},
                    },
                },
                "Policy": {"properties": {"reviewers": {"type": ["integer", "null"]}}},
                "Mail": {"properties": {"smtp": {"anyOf": [{"$ref": "#/$defs/Smtp"}, {"type": "null"}]}}},
                "Smtp": {"properties": {
                    "port": {"type": ["integer", "null"], "default": null},
                    "security": {"$ref": "#/$defs/Security", "default": "tls"},
                }},
                "Security": {"oneOf": [{"const": "tls"}, {"const": "none"}]},
            },
        })
    }

    #[test]
    fn a_section_is_a_heading_and_a_table() {
        assert_eq!(
            sections(&schema()),
            "\n## `[desk]`\n\n\
             | setting | what it is | value | by itself |\n|---|---|---|---|\n\
             | `id` | What tells it from another. | text | must be given |\n\
             | `operators` |  | list of text | `[]` |\n\
             \n## `[mail]`\n\
             \n## `[mail.smtp]`\n\n\
             | setting | what it is | value | by itself |\n|---|---|---|---|\n\
             | `port` |  | whole number | – |\n\
             | `security` |  | `\"tls\"`, `\"none\"` | `\"tls\"` |\n\
             \n## `[policy]`\n\n\
             | setting | what it is | value | by itself |\n|---|---|---|---|\n\
             | `reviewers` |  | whole number | `1` |\n"
        );
    }
}
