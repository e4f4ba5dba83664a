//! The record of a release as an RO-Crate, opened by the library that researchers open theirs with.
//!
//! `EXEAT_TEST_PYTHON` names a Python that has rocrate; without it, `python3` must have it.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::Ports;
use exeat_desk::ports::{Failure, People};
use exeat_domain::ledger::Actor;
use exeat_domain::review::Choice;
use exeat_domain::roster::{Person, Role, Roster};
use exeat_testkit::site::{Site, ask, decide, run};

/// What rocrate makes of it: every entity that is named is there, and what was released is found from the root.
const READ: &str = "
import json, sys
from rocrate.rocrate import ROCrate
crate = ROCrate(sys.argv[1])
root = crate.root_dataset
conforms = crate.metadata['conformsTo']
assert getattr(conforms, 'id', conforms) == 'https://w3id.org/ro/crate/1.2', conforms
for name in ('name', 'description', 'datePublished', 'license'):
    assert root[name], name
def named(value):
    if isinstance(value, dict):
        if set(value) == {'@id'}:
            yield value['@id']
        for one in value.values():
            yield from named(one)
    elif isinstance(value, list):
        for one in value:
            yield from named(one)
graph = crate.metadata.generate()['@graph']
there = [entity['@id'] for entity in graph]
assert len(there) == len(set(there)), there
outside = {'https://w3id.org/ro/crate/1.2'}
for entity in graph:
    for one in named({key: value for key, value in entity.items() if key != '@id'}):
        assert one in there or one in outside, one
files = [part for part in root['hasPart'] if part.id.startswith('ni:///')]
print(json.dumps({
    'files': sorted(file['name'] for file in files),
    'asked': root['creator']['name'],
    'checked': [one['agent']['name'] for one in crate.get_by_type('AssessAction')],
    'record': json.load(open(crate.get('release.json').source))['schema'],
}))
";

/// The people of the site, and `cleo` may audit too.
struct WithAuditor(Arc<dyn People>);

#[async_trait]
impl People for WithAuditor {
    async fn roster(&self) -> Result<Roster, Failure> {
        let people = self.0.roster().await?;
        let rows = people.people().cloned().map(|person| match person.account.as_str() {
            "cleo" => Person { roles: BTreeSet::from([Role::Checker, Role::Auditor]), ..person },
            _ => person,
        });
        Ok(Roster::new(rows.collect(), vec![]).unwrap())
    }
}

#[tokio::test]
async fn rocrate_reads_the_record_of_a_release() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::furnish(folder.path()).await.unwrap();
    let with_auditor =
        |ports: Ports| Ports { people: Arc::new(WithAuditor(Arc::clone(&ports.people))), ..ports };
    let desk = site.desk(with_auditor).await.unwrap();
    let id = ask(&desk).await.unwrap();
    run(&desk).await.unwrap();
    decide(&desk, id, Choice::Approve).await.unwrap();
    assert!(run(&desk).await.unwrap().is_empty());
    let record = desk.auditor(Actor::person("cleo")).await.unwrap().record(id).await.unwrap();
    let zip = folder.path().join("crate.zip");
    std::fs::write(&zip, record.research_object().unwrap()).unwrap();

    let python = std::env::var("EXEAT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let read = Command::new(python).args(["-c", READ]).arg(&zip).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let found: serde_json::Value = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!(found["files"], serde_json::json!(["regions.csv", "sexes.csv"]));
    assert_eq!((&found["asked"], &found["checked"][0]), (&"Ann Peeters".into(), &"Cleo Maes".into()));
    assert_eq!(found["record"], "exeat.release/1");
}

#[tokio::test]
async fn who_checks_too_gets_no_whole_ledger_while_requests_wait() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::furnish(folder.path()).await.unwrap();
    let with_auditor =
        |ports: Ports| Ports { people: Arc::new(WithAuditor(Arc::clone(&ports.people))), ..ports };
    let desk = site.desk(with_auditor).await.unwrap();
    let id = ask(&desk).await.unwrap();
    run(&desk).await.unwrap();
    let auditor = desk.auditor(Actor::person("cleo")).await.unwrap();
    let now = chrono::Utc::now();
    assert_eq!(auditor.export(None, now).await.unwrap_err().code(), "blind");
    assert_eq!(auditor.record(id).await.unwrap_err().code(), "not-released");
    decide(&desk, id, Choice::Return).await.unwrap();
    assert!(auditor.export(None, now).await.is_ok());
    assert_eq!(desk.auditor(Actor::person("ann_P")).await.err().unwrap().code(), "not-allowed");
}
