//! What a route of the API takes and gives, and the OpenAPI document that is written from the table of routes.

use axum::http::Method;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::problem::{Problem, role_name};
use crate::routes::Who;

/// Where schemas stand in the document.
const SCHEMAS: &str = "/components/schemas";

/// Writes the schema of a type.
type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What a route gives.
#[derive(Clone, Copy)]
enum Gives {
    Nothing,
    Json(Shape),
    File(&'static str),
}

/// What a route of the API does, takes and gives.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    says: &'static str,
    asks: Option<Shape>,
    takes: Option<Shape>,
    status: u16,
    gives: Gives,
}

/// An operation that takes and gives nothing yet.
pub(crate) const fn does(says: &'static str) -> Operation {
    Operation { says, asks: None, takes: None, status: 204, gives: Gives::Nothing }
}

impl Operation {
    /// It understands this behind the question mark.
    pub(crate) const fn asks<T: JsonSchema>(self) -> Self {
        Self { asks: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It takes this as its body.
    pub(crate) const fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers with this.
    pub(crate) const fn gives<T: JsonSchema>(self) -> Self {
        Self { status: 200, gives: Gives::Json(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It makes something, and answers with it.
    pub(crate) const fn makes<T: JsonSchema>(self) -> Self {
        Self { status: 201, gives: Gives::Json(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers with a file of this kind.
    pub(crate) const fn file(self, kind: &'static str) -> Self {
        Self { status: 200, gives: Gives::File(kind), ..self }
    }
}

/// The document, of these routes.
pub(crate) fn openapi<'r>(
    routes: impl Iterator<Item = (&'r Method, &'static str, Who, Operation)>,
    version: &str,
) -> Value {
    let at = |settings: &mut SchemaSettings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    };
    let mut answers = SchemaSettings::draft2020_12().for_serialize().with(at).into_generator();
    // What is sent is written out where it is sent: what may be left out differs from what is always answered.
    let inline = |settings: &mut SchemaSettings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    };
    let mut bodies = SchemaSettings::draft2020_12().for_deserialize().with(inline).into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for (method, path, who, operation) in routes {
        let written = operation.written(method, path, who, (&mut answers, &mut bodies));
        let methods = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        if let Some(methods) = methods.as_object_mut() {
            methods.insert(method.as_str().to_lowercase(), written);
        }
    }
    let problem = answers.subschema_for::<Problem>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Exeat",
            "version": version,
            "summary": "The release desk of a secure research environment.",
            "description": "Everything the pages of the desk do, for scripts. A token is made on the account page or with \
                            `exeat account token`; it may at most what its owner may. `x-roles` names the roles of which \
                            it needs one, `x-reach` how far it must reach.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": answers.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "exeat_…" } },
            "responses": { "Problem": {
                "description": "What happened, and what to do next (RFC 9457).",
                "content": { "application/problem+json": { "schema": problem } },
            } },
        },
    })
}

impl Operation {
    fn written(
        self,
        method: &Method,
        path: &'static str,
        who: Who,
        (answers, bodies): (&mut SchemaGenerator, &mut SchemaGenerator),
    ) -> Value {
        let mut parameters: Vec<Value> = names(path).map(path_parameter).collect();
        parameters.extend(self.asks.map(|shape| query_parameters(&shape(bodies))).into_iter().flatten());
        let mut written = json!({
            "operationId": operation_id(method, path),
            "summary": self.says,
            "tags": [path.split('/').nth(3).unwrap_or_default()],
            "parameters": parameters,
            "responses": { self.status.to_string(): self.answer(answers), "default": { "$ref": "#/components/responses/Problem" } },
        });
        if let Some(shape) = self.takes {
            written["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": shape(bodies) } } });
        }
        if let Who::Token(token) = who {
            let roles: Vec<&str> = token.roles.iter().map(|role| role_name(*role)).collect();
            written["x-roles"] = json!(roles);
            written["x-reach"] = json!(token.reach);
        } else {
            written["security"] = json!([]);
        }
        written
    }

    fn answer(self, answers: &mut SchemaGenerator) -> Value {
        match self.gives {
            Gives::Nothing => json!({ "description": "It is done." }),
            Gives::Json(shape) => {
                json!({ "description": "It is done.", "content": { "application/json": { "schema": shape(answers) } } })
            }
            Gives::File(kind) => json!({ "description": "The file.", "content": { kind: {} } }),
        }
    }
}

/// The blanks of a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn path_parameter(name: &str) -> Value {
    let (schema, says) = match name {
        "id" => {
            (json!({ "type": "string", "pattern": "^EX-[1-9][0-9]{0,17}$" }), "The request, such as EX-7.")
        }
        "draft" => (json!({ "type": "integer", "minimum": 1, "maximum": 999_999_999 }), "The draft."),
        "round" => (json!({ "type": "integer", "minimum": 1, "maximum": 9999 }), "The round, from 1."),
        _ => (json!({ "type": "integer", "minimum": 1, "maximum": 9999 }), "The file of the round, from 1."),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": says })
}

fn query_parameters(schema: &Schema) -> Vec<Value> {
    let member = |name: &str| schema.get(name);
    let required: Vec<&str> = member("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = member("properties").and_then(Value::as_object).into_iter().flatten();
    let parameter = |(name, property): (&String, &Value)| {
        let mut schema = property.clone();
        let says = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&name.as_str()),
            "schema": schema,
            "description": says.unwrap_or_else(|| json!("")),
        })
    };
    properties.map(parameter).collect()
}

/// A name of its own for each operation: `getReviewsIdRelease`.
fn operation_id(method: &Method, path: &str) -> String {
    let mut id = method.as_str().to_lowercase();
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words.skip(2) {
        let (first, rest) = word.split_at(1);
        id += &first.to_uppercase();
        id += rest;
    }
    id
}
