//! A store is made once, for its owner alone, and does not go on where something is wrong with it.

use std::os::unix::fs::PermissionsExt;

use exeat_desk::ports::{Failure, Health, Probe, Store};
use exeat_domain::ledger::Fact;
use exeat_domain::request::RequestId;
use exeat_domain::state::State;
use exeat_store::{LedgerProbe, SigningKey, SqliteStore, StoreProbe};

use crate::support::{House, effects, event, key, opened};

fn code(answer: Result<SqliteStore, Failure>) -> &'static str {
    answer.err().map_or("opened", |failure| failure.code)
}

async fn open(house: &House) -> &'static str {
    code(SqliteStore::open(&house.path(), key()).await)
}

#[tokio::test]
async fn file_and_folder_are_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("var/exeat/a store?mode=ro&%41.db");
    let store = SqliteStore::create(&path, key(), opened()).await.unwrap();
    store.record(effects(RequestId(1))).await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let files: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "the database, its log and its index: {files:?}");
    assert!(files.iter().all(|file| mode(file) == 0o600), "{files:?}");
    store.close().await.unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = SqliteStore::open(&path, key()).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(store.ledger(None, 0, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_store_is_not_made_over_another() {
    let house = House::new().await;
    assert_eq!(code(SqliteStore::create(&house.path(), key(), opened()).await), "store-exists");
    let other = house.folder.path().join("other.db");
    let wrong = event(RequestId(1), Fact::Released);
    assert_eq!(code(SqliteStore::create(&other, key(), wrong).await), "store-unmade");
    assert!(!other.exists());
    assert_eq!(
        code(SqliteStore::create("/dev/null/desk.db".as_ref(), key(), opened()).await),
        "store-unmade"
    );
    // A try that was cut short is gone on with.
    std::fs::write(&other, "").unwrap();
    assert_eq!(code(SqliteStore::open(&other, key()).await), "store-unopened");
    assert_eq!(code(SqliteStore::create(&other, key(), opened()).await), "opened");
    assert_eq!(code(SqliteStore::open(&other, key()).await), "opened");
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let house = House::new().await;
    let none = house.folder.path().join("none.db");
    assert_eq!(code(SqliteStore::open(&none, key()).await), "store-missing");
    assert!(!none.exists());
    let text = house.folder.path().join("text.db");
    std::fs::write(&text, "no database, but long enough that it might be one. ".repeat(40)).unwrap();
    assert_eq!(code(SqliteStore::open(&text, key()).await), "store-corrupt");
    assert_eq!(open(&house).await, "opened");
    house.tamper("INSERT INTO seaql_migrations VALUES ('9999_later', 0)").await;
    assert_eq!(open(&house).await, "store-newer-version");
}

/// What trying the store and its ledger comes to, and the first words of what was seen.
async fn tried(house: &House) -> [(Health, String); 2] {
    let seen = |signs: Vec<exeat_desk::ports::Sign>| {
        assert_eq!(signs.len(), 1, "{signs:?}");
        (signs[0].health, signs[0].saw.clone())
    };
    let ledger = LedgerProbe { file: house.path(), key: key().public() };
    [seen(StoreProbe(house.path()).probe().await), seen(ledger.probe().await)]
}

#[tokio::test]
async fn what_is_only_tried_is_left_as_it_is() {
    let house = House::new().await;
    house.request(State::Submitted, &[]).await;
    let [(store, _), (ledger, end)] = tried(&house).await;
    assert_eq!((store, ledger), (Health::Fine, Health::Fine));
    assert_eq!(end, "Its last entry, 2, is as it was written and signed with the desk's key.");
    let other = LedgerProbe { file: house.path(), key: SigningKey::generate().unwrap().public() };
    assert!(other.probe().await[0].saw.contains("not signed with the key"));

    house.tamper("DELETE FROM seaql_migrations WHERE version = '0009_tokens'").await;
    let [(older, saw), _] = tried(&house).await;
    assert!(older == Health::Warning && saw.contains("older version"), "{saw}");
    house.tamper("INSERT INTO seaql_migrations VALUES ('0009_tokens', 0), ('9999_later', 0)").await;
    let [(newer, saw), _] = tried(&house).await;
    assert!(newer == Health::Broken && saw.contains("newer version"), "{saw}");
    house.tamper("DROP TRIGGER ledger_is_not_cut; DELETE FROM ledger").await;
    let [_, (cut, saw)] = tried(&house).await;
    assert!(cut == Health::Broken && saw.contains("ledger verify"), "{saw}");
    let none = house.folder.path().join("none.db");
    assert_eq!(StoreProbe(none.clone()).probe().await[0].health, Health::Broken);
    assert!(!none.exists());
}

#[tokio::test]
async fn the_desk_does_not_go_on_with_another_key_or_another_last_entry() {
    let house = House::new().await;
    house.request(State::Submitted, &[]).await;
    let other = SigningKey::generate().unwrap();
    assert_eq!(code(SqliteStore::open(&house.path(), other).await), "ledger-key");
    house.tamper("DROP TRIGGER ledger_is_not_changed").await;
    house.tamper("UPDATE ledger SET entry = replace(entry, 'ann_P', 'bob_P')").await;
    assert_eq!(open(&house).await, "ledger-broken");
    house.tamper("UPDATE ledger SET entry = replace(entry, 'bob_P', 'ann_P')").await;
    assert_eq!(open(&house).await, "opened");
    house.tamper("DROP TRIGGER ledger_is_not_cut; DELETE FROM ledger").await;
    assert_eq!(open(&house).await, "ledger-broken");
    assert_eq!(code(SqliteStore::create(&house.path(), key(), opened()).await), "store-exists");
}

#[tokio::test]
async fn a_document_that_cannot_be_read_back_is_said_to_be_damaged() {
    let house = House::new().await;
    let id = house.request(State::Submitted, &[]).await.id;
    for damage in ["document = '{'", "document = replace(document, 'submitted', 'returned')"] {
        house.tamper(&format!("UPDATE requests SET {damage}")).await;
        let Err(exeat_desk::ports::StoreError::Failure(failure)) = house.store.load(id).await else {
            panic!("{damage}")
        };
        assert_eq!(failure.code, "store-corrupt");
        assert!(failure.message.starts_with("EX-1 in the store cannot be read back"), "{failure:?}");
    }
}
