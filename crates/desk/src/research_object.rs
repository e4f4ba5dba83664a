//! A release as an RO-Crate 1.2: the record, described with the words of schema.org, in a ZIP. The files themselves are
//! named by their digests (RFC 6920) and are not in it.

use exeat_package::bundle;
use serde_json::{Value, json};

use crate::record::{Left, ReleaseRecord, Someone};

/// The file that describes the crate.
const METADATA: &str = "ro-crate-metadata.json";
/// The record within it.
const RECORD: &str = "release.json";

impl ReleaseRecord {
    /// The crate, as a ZIP.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn research_object(&self) -> std::io::Result<Vec<u8>> {
        let metadata = serde_json::to_vec_pretty(&self.metadata())?;
        let record = serde_json::to_vec_pretty(self)?;
        let modified = self.released_at.unwrap_or(self.approved_at).naive_utc();
        bundle(&[(METADATA, &metadata), (RECORD, &record)], modified)
    }

    /// The crate's description, as JSON-LD.
    #[must_use]
    pub fn metadata(&self) -> Value {
        let mut graph = vec![
            json!({
                "@id": METADATA, "@type": "CreativeWork",
                "about": { "@id": "./" }, "conformsTo": { "@id": "https://w3id.org/ro/crate/1.2" },
            }),
            self.root(),
            json!({
                "@id": RECORD, "@type": "File", "name": format!("Record of the release of {}", self.request),
                "encodingFormat": "application/json",
            }),
            self.release(),
            json!({ "@id": "#exeat", "@type": "SoftwareApplication", "name": "Exeat", "version": env!("CARGO_PKG_VERSION") }),
        ];
        graph.extend(self.people().into_iter().map(person));
        graph.extend(self.checkers.iter().map(|checker| self.assessment(checker)));
        graph.extend(self.distinct().iter().map(|file| self.file(file)));
        if let Some(project) = &self.project {
            graph.push(json!({ "@id": project_id(project), "@type": "Project", "name": project }));
        }
        json!({ "@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph })
    }

    fn root(&self) -> Value {
        let mut parts = vec![json!({ "@id": RECORD })];
        parts.extend(self.objects());
        let mut mentions = vec![json!({ "@id": "#release" })];
        mentions.extend(self.checkers.iter().map(|checker| json!({ "@id": assessment_id(checker) })));
        let purpose = if self.purpose.is_empty() { "no purpose given" } else { &self.purpose };
        let mut root = json!({
            "@id": "./", "@type": "Dataset", "identifier": self.request.to_string(),
            "name": format!("Release of {}", self.request),
            "description": format!("What left the research environment under {}: {purpose}", self.request),
            "datePublished": self.released_at.unwrap_or(self.approved_at).to_rfc3339(),
            "license": "A record of a secure research environment, kept for audit; not for publication.",
            "creator": { "@id": person_id(&self.requester) },
            "hasPart": parts, "mentions": mentions,
        });
        if let (Some(project), Some(root)) = (&self.project, root.as_object_mut()) {
            root.insert("sourceOrganization".into(), json!({ "@id": project_id(project) }));
        }
        root
    }

    fn release(&self) -> Value {
        json!({
            "@id": "#release", "@type": "CreateAction", "name": format!("Release of {}", self.request),
            "agent": { "@id": person_id(&self.requester) }, "instrument": { "@id": "#exeat" },
            "startTime": self.approved_at.to_rfc3339(),
            "endTime": self.released_at.unwrap_or(self.approved_at).to_rfc3339(),
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "object": self.objects(), "result": { "@id": RECORD },
        })
    }

    /// What one checker decided of all files.
    fn assessment(&self, checker: &Someone) -> Value {
        let of_checker = |file: &&Left| file.decisions.iter().any(|judged| judged.checker == *checker);
        let files: Vec<Value> =
            self.files.iter().filter(of_checker).map(|file| json!({ "@id": file_id(file) })).collect();
        let last =
            self.files.iter().flat_map(|file| &file.decisions).filter(|judged| judged.checker == *checker);
        json!({
            "@id": assessment_id(checker), "@type": "AssessAction", "name": "Disclosure check by an output checker",
            "agent": { "@id": person_id(checker) }, "object": files,
            "endTime": last.map(|judged| judged.at).max().unwrap_or(self.approved_at).to_rfc3339(),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        })
    }

    fn file(&self, file: &Left) -> Value {
        let names: Vec<&str> = self
            .files
            .iter()
            .filter(|other| other.sha256 == file.sha256)
            .map(|other| other.name.as_str())
            .collect();
        json!({
            "@id": file_id(file), "@type": "File", "name": names.join(" = "), "sha256": file.sha256.to_string(),
            "contentSize": file.bytes.to_string(), "encodingFormat": media(file),
        })
    }

    fn objects(&self) -> Vec<Value> {
        self.distinct().iter().map(|file| json!({ "@id": file_id(file) })).collect()
    }

    /// One file of each digest.
    fn distinct(&self) -> Vec<&Left> {
        let mut distinct: Vec<&Left> = vec![];
        for file in &self.files {
            if distinct.iter().all(|other| other.sha256 != file.sha256) {
                distinct.push(file);
            }
        }
        distinct
    }

    fn people(&self) -> Vec<&Someone> {
        let mut people = vec![&self.requester];
        people.extend(self.checkers.iter().filter(|checker| **checker != self.requester));
        people
    }
}

/// What the bytes that left are: pictures leave as PNG, whatever they were.
fn media(file: &Left) -> &'static str {
    match (file.name.ends_with(".png"), file.kind.as_str()) {
        (true, _) => "image/png",
        (_, "csv") => "text/csv",
        (_, "tsv") => "text/tab-separated-values",
        (_, "json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn person(one: &Someone) -> Value {
    let name = one.name.as_deref().unwrap_or(&one.account);
    json!({ "@id": person_id(one), "@type": "Person", "name": name, "identifier": one.account })
}

/// An account as part of an address.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn person_id(one: &Someone) -> String {
    format!("#person-{}", encoded(&one.account))
}

fn project_id(project: &str) -> String {
    format!("#project-{}", encoded(project))
}

fn assessment_id(checker: &Someone) -> String {
    format!("#check-{}", encoded(&checker.account))
}

/// A file by its digest: `ni:///sha-256;…` in the base64 of addresses.
fn file_id(file: &Left) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut id = String::from("ni:///sha-256;");
    for group in file.sha256.0.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            let at = (bits >> (18 - 6 * digit)) & 63;
            id.extend(DIGITS.get(at as usize).map(|digit| char::from(*digit)));
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use exeat_domain::digest::Sha256;
    use exeat_domain::finding::Verdict;

    use super::*;

    #[test]
    fn a_digest_is_an_address() {
        // The example of RFC 6920: SHA-256 of "Hello World!".
        let sha256: Sha256 =
            "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069".parse().unwrap();
        let file = Left {
            name: "a".into(),
            path: "a".into(),
            sha256,
            bytes: 12,
            kind: "csv".into(),
            verdict: Verdict::Clear,
            findings: vec![],
            decisions: vec![],
            round: 1,
        };
        assert_eq!(file_id(&file), "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
    }
}
