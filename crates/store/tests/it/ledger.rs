//! Nothing in the ledger can be changed, cut, moved or added without its being found.

use std::sync::OnceLock;

use exeat_desk::ports::Store;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Fact;
use exeat_domain::request::RequestId;
use exeat_domain::state::State;
use exeat_store::{Anchor, Broken, Fault, PublicKey, SigningKey, VerifyError, verify};
use proptest::prelude::*;
use sea_orm::ConnectionTrait;

use crate::support::{House, at, effects, event, key, opened};

async fn export(house: &House) -> Vec<u8> {
    let mut out = Vec::new();
    house.store.export(&mut out, at(60)).await.unwrap();
    out
}

/// A ledger of some entries, with names that JSON writes in more than one way.
async fn house(entries: u64) -> House {
    let house = House::new().await;
    for entry in 1..entries {
        let mut happened = effects(RequestId(entry));
        happened.events[0].fact =
            Fact::Rejected { round: 1, reason: Some("é \"quoted\" / \\ \u{1}".into()) };
        house.store.record(happened).await.unwrap();
    }
    house
}

fn check(export: &[u8]) -> Result<u64, Broken> {
    verify(export, &key().public(), None).map(|report| report.entries)
}

fn fault(export: &[u8]) -> Fault {
    check(export).unwrap_err().fault
}

fn lines(export: &[u8]) -> Vec<Vec<u8>> {
    export.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[tokio::test]
async fn an_entry_is_written_in_one_way() {
    let house = House::new().await;
    let text = String::from_utf8(export(&house).await).unwrap();
    assert!(
        text.starts_with(concat!(
            r#"{"seq":1,"entry":{"seq":1,"at":"2026-11-23T09:00:00.000001Z","actor":{"account":"exeat"},"#,
            r#""request":null,"fact":{"event":"desk_opened","desk":"test desk"}},"#,
            r#""prev":"0000000000000000000000000000000000000000000000000000000000000000","#,
        )),
        "{text}"
    );
}

#[tokio::test]
async fn entries_are_numbered_without_gaps_and_read_by_request() {
    let house = House::new().await;
    for _ in 0..3 {
        house.request(State::Submitted, &[]).await;
    }
    let id = RequestId(2);
    let two = effects(id).and(event(id, Fact::Withdrawn));
    house.store.record(two).await.unwrap();
    let all = house.store.ledger(None, 0, 100).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(all[0].event, opened());
    assert_eq!(all[5].event, event(id, Fact::Withdrawn));
    assert_eq!(house.store.ledger(None, 2, 3).await.unwrap(), all[2..5]);
    let of_two = house.store.ledger(Some(id), 0, 100).await.unwrap();
    assert_eq!(of_two.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 5, 6]);
    assert_eq!(house.store.ledger(Some(id), 5, 1).await.unwrap(), all[5..]);
}

#[tokio::test]
async fn the_database_refuses_to_change_or_cut_the_ledger() {
    let house = house(3).await;
    let raw = house.raw().await;
    for sql in [
        "UPDATE ledger SET entry = entry",
        "DELETE FROM ledger WHERE seq = 3",
        "INSERT OR REPLACE INTO ledger SELECT seq, request_id, entry, hash, sig FROM ledger WHERE seq = 2",
        "INSERT INTO ledger SELECT 9, request_id, entry, hash, sig FROM ledger WHERE seq = 2",
    ] {
        let error = raw.execute_unprepared(sql).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(house.store.verify_store(None).await.unwrap().entries, 3);
}

#[tokio::test]
async fn a_whole_export_verifies_and_the_store_agrees() {
    let house = house(5).await;
    let mut out = Vec::new();
    let head = house.store.export(&mut out, at(60)).await.unwrap();
    let report = verify(out.as_slice(), &key().public(), None).unwrap();
    assert_eq!((report.entries, report.head, head.exported_at), (5, Some(head), at(60)));
    let stored = house.store.verify_store(Some(report.end)).await.unwrap();
    assert_eq!((stored.entries, stored.end, stored.head), (5, report.end, None));
    let anchor = Anchor { seq: 3, hash: house.store.ledger(None, 2, 1).await.unwrap()[0].hash };
    assert_eq!(verify(out.as_slice(), &key().public(), Some(anchor)), Ok(report));
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let export = export(&house(4).await).await;
    assert_eq!(check(&export), Ok(4));
    for at in 0..export.len() {
        for flip in [0x01, 0x20, 0x80, export[at] ^ b'\n', export[at] ^ b' '] {
            let mut changed = export.clone();
            changed[at] ^= flip;
            if changed != export {
                let answer = check(&changed);
                assert!(answer.is_err(), "byte {at} as {:?}", char::from(changed[at]));
            }
        }
    }
}

#[tokio::test]
async fn what_is_found_is_said_in_words() {
    let export = export(&house(4).await).await;
    let lines = lines(&export);
    let with = |order: &[usize]| order.iter().flat_map(|&line| lines[line].clone()).collect::<Vec<u8>>();
    assert_eq!(fault(&with(&[0, 2, 3, 4])), Fault::Missing { first: 2, last: 2 });
    assert_eq!(fault(&with(&[1, 2, 3, 4])), Fault::Missing { first: 1, last: 1 });
    assert_eq!(fault(&with(&[0, 2, 1, 3, 4])), Fault::Missing { first: 2, last: 2 });
    assert_eq!(fault(&with(&[0, 1, 1, 2, 3, 4])), Fault::Again { seq: 2, next: 3 });
    assert_eq!(fault(&with(&[0, 1, 2, 3])), Fault::Unclosed { last: 4 });
    assert_eq!(fault(&with(&[])), Fault::Unclosed { last: 0 });
    assert_eq!(fault(&with(&[0, 1, 2, 4])), Fault::OtherHead { head: 4, last: 3 });
    assert_eq!(fault(&with(&[0, 1, 2, 3, 4, 4])), Fault::AfterClosing);
    assert_eq!(fault(&with(&[0, 1, 2, 3, 4, 3])), Fault::AfterClosing);
    assert_eq!(fault(&[export.as_slice(), b"\n"].concat()), Fault::AfterClosing);
    assert_eq!(fault(&[export.as_slice(), b"x"].concat()), Fault::AfterClosing);
    assert_eq!(fault(&export[..export.len() - 1]), Fault::Unended);
    let broken = check(&with(&[0, 1, 3, 4])).unwrap_err();
    assert_eq!(
        broken.to_string(),
        "the ledger is broken at line 3: entries 3 to 3 are missing before it; they were removed or moved"
    );
}

#[tokio::test]
async fn every_cut_is_found() {
    let export = export(&house(3).await).await;
    for end in 0..export.len() {
        assert!(check(&export[..end]).is_err(), "cut at {end}");
    }
}

#[tokio::test]
async fn an_older_or_rewritten_ledger_is_found_by_what_was_written_down() {
    let house = house(3).await;
    let old = export(&house).await;
    house.store.record(effects(RequestId(1))).await.unwrap();
    let new = export(&house).await;
    let end = verify(new.as_slice(), &key().public(), None).unwrap().end;
    // The tail is cut off, and the closing line of the older export pasted on: whole in itself.
    let mut pasted: Vec<Vec<u8>> = lines(&new)[..3].to_vec();
    pasted.extend(lines(&old).pop());
    assert_eq!(check(&pasted.concat()), Ok(3));
    let answer = verify(pasted.concat().as_slice(), &key().public(), Some(end)).unwrap_err();
    assert_eq!(answer.fault, Fault::BeforeAnchor { last: 3, anchor: 4 });
    let rewritten = Anchor { hash: Sha256([7; 32]), ..end };
    let answer = verify(new.as_slice(), &key().public(), Some(rewritten)).unwrap_err();
    assert_eq!(answer.fault, Fault::OtherHistory { seq: 4 });
    let answer = house.store.verify_store(Some(Anchor { seq: 9, ..end })).await.unwrap_err();
    assert_eq!(
        answer,
        VerifyError::Broken(Broken { line: 5, fault: Fault::BeforeAnchor { last: 4, anchor: 9 } })
    );
}

#[tokio::test]
async fn another_keys_ledger_is_not_this_ones() {
    let export = export(&house(2).await).await;
    let other: PublicKey = SigningKey::generate().unwrap().public();
    let answer = verify(export.as_slice(), &other, None).unwrap_err();
    assert_eq!((answer.line, answer.fault), (1, Fault::Forged { seq: 1, key: other.fingerprint() }));
    let closing = lines(&export).pop().unwrap();
    let answer = verify(closing.as_slice(), &other, None).unwrap_err();
    assert_eq!(answer.fault, Fault::HeadForged { key: other.fingerprint() });
}

#[tokio::test]
async fn a_line_without_end_is_not_read_to_its_end() {
    let endless = std::io::BufReader::new(std::io::repeat(b'x'));
    assert_eq!(verify(endless, &key().public(), None).unwrap_err().fault, Fault::TooLong);
}

#[tokio::test]
async fn a_store_that_was_tampered_with_does_not_verify() {
    let house = house(4).await;
    house.tamper("DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_cut").await;
    let answer = async |sql: &str| {
        house.tamper(sql).await;
        house.store.verify_store(None).await
    };
    let broken = |line, fault| Err(VerifyError::Broken(Broken { line, fault }));
    let misfiled = answer("UPDATE ledger SET request_id = 9 WHERE seq = 3").await;
    assert_eq!(misfiled, broken(3, Fault::Misfiled { seq: 3 }));
    let changed = answer("UPDATE ledger SET entry = replace(entry, 'ann_P', 'bob_P') WHERE seq = 2").await;
    assert_eq!(changed, broken(2, Fault::Changed { seq: 2 }));
    let forged = answer(
        "UPDATE ledger SET entry = replace(entry, 'bob_P', 'ann_P'), sig = zeroblob(64) WHERE seq = 2",
    );
    assert_eq!(forged.await, broken(2, Fault::Forged { seq: 2, key: key().public().fingerprint() }));
    assert_eq!(
        answer("DELETE FROM ledger WHERE seq = 2").await,
        broken(2, Fault::Missing { first: 2, last: 2 })
    );
}

static EXPORT: OnceLock<Vec<u8>> = OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever lines are left out, doubled, moved or swapped, only the export itself verifies.
    #[test]
    fn only_the_export_itself_verifies(order in proptest::collection::vec(0..6_usize, 0..9), from in 0..3000_usize, bytes: Vec<u8>) {
        let export = EXPORT.get_or_init(|| {
            tokio::runtime::Runtime::new().unwrap().block_on(async { export(&house(5).await).await })
        });
        let lines = lines(export);
        let shuffled: Vec<u8> = order.iter().flat_map(|&line| lines[line].clone()).collect();
        prop_assert_eq!(check(&shuffled).is_ok(), shuffled == *export);
        let mut spliced = export.clone();
        let from = from.min(export.len());
        let to = (from + bytes.len()).min(export.len());
        spliced.splice(from..to, bytes);
        prop_assert_eq!(check(&spliced).is_ok(), spliced == *export);
    }
}
