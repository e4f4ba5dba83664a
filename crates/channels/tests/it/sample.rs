//! Letters that say what letters say, about people who do not exist.

use std::path::Path;

use chrono::{DateTime, Utc};
use exeat_channels::Sender;
use exeat_desk::ports::{
    Answering, Attachment, Body, Infected, Lapsed, Letter, Ready, Received, Recipient, Rejected, Released,
    Returned, ReturnedFile, Standing,
};
use exeat_domain::digest::Sha256;
use exeat_domain::finding::{Finding, Outcome, Place, Severity};
use exeat_domain::message::Answer;
use exeat_domain::request::{Leaving, Problem, Seal, Thread};
use exeat_domain::roster::{DemotionCause, Language};
use sha2::Digest;

pub(crate) fn sender() -> Sender {
    Sender { name: "Release desk".into(), address: "desk@example.org".parse().unwrap() }
}

pub(crate) fn letter(language: Language, body: Body) -> Letter {
    Letter {
        message_id: "2026-0007.returned.1@example.org".into(),
        date: "2026-11-23T09:30:00Z".parse::<DateTime<Utc>>().unwrap(),
        to: Recipient { name: "Zoë D'Hondt".into(), address: "zoe@example.org".parse().unwrap() },
        language,
        thread: Thread {
            message_id: Some("ask-2@mail.example.org".into()),
            references: vec!["ask-1@mail.example.org".into()],
            subject: Some("RE: tables for the asthma paper".into()),
            ticket: None,
        },
        body,
        attachments: vec![],
    }
}

pub(crate) fn package(folder: &Path, name: &str, bytes: &[u8]) -> Attachment {
    let path = folder.join("package.zip");
    std::fs::write(&path, bytes).unwrap();
    Attachment { name: name.into(), path, sha256: Sha256(sha2::Sha256::digest(bytes).into()) }
}

pub(crate) fn finding(rule: &str, severity: Severity, place: Place) -> Finding {
    Finding {
        rule: rule.into(),
        risk: None,
        severity,
        outcome: Outcome::Found,
        message: "What the check saw: 85073003328.".into(),
        fix: "What the rule advises.".into(),
        place,
        interval: None,
    }
}

fn cell(row: u64, column: u64, name: &str, value: &str) -> Place {
    Place {
        column: Some(name.into()),
        row: Some(row),
        cell: Some([row, column]),
        value: Some(value.into()),
        ..Place::default()
    }
}

fn table() -> ReturnedFile {
    let mut findings =
        vec![finding("STA-N", Severity::Note, Place { column: Some("mean".into()), ..Place::default() })];
    findings.extend((0..12).map(|row| finding("CNT-MIN", Severity::Block, cell(row, 2, "n", "4"))));
    findings.push(finding("CNT-MIN", Severity::Block, Place { more: Some(35), ..Place::default() }));
    findings.push(finding("DID-VAL", Severity::Block, cell(0, 0, "85073003328", "85073003328")));
    findings.push(Finding {
        outcome: Outcome::Undecided,
        ..finding("DOF-MIN", Severity::Review, Place { table: Some(1), ..Place::default() })
    });
    let reasons = vec!["Please merge the age groups above 80.\n\nThe rest of the table is fine.".into()];
    ReturnedFile {
        by_person: true,
        chosen: false,
        path: "Users/zoe_P/asthma/table 1.csv".into(),
        reasons,
        findings,
    }
}

fn document() -> ReturnedFile {
    let mut refused = finding("FMT-TYPE", Severity::Block, Place::default());
    refused.message = "The file is not released: it holds PDF, which is not a table or a picture.".into();
    ReturnedFile {
        by_person: true,
        chosen: false,
        path: "Users/zoe_P/asthma/figure 2.pdf".into(),
        reasons: vec![],
        findings: vec![refused],
    }
}

fn problem(asked: &str, code: &str, message: &str) -> Problem {
    Problem { asked: asked.into(), code: code.into(), message: message.into(), offer: vec![] }
}

fn problems() -> Vec<Problem> {
    vec![
        problem(r"\\other\share\x.csv", "path-other-server", "the path leads to another server (other)."),
        problem("tabel.csv", "ambiguous", "“tabel.csv” may mean “Tabel.csv” or “TABEL.csv”."),
        problem("notes", "newer-code", "Something that only the newest desk knows happened."),
    ]
}

pub(crate) fn received() -> Body {
    Body::Received(Received {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        files: vec![
            ("Users/zoe_P/asthma/table 1.csv".into(), 4_210),
            ("Users/zoe_P/asthma/figure 1.png".into(), 1_204_000),
        ],
        problems: problems(),
    })
}

pub(crate) fn understood() -> Body {
    let files = vec![("Users/zoe_P/asthma/table 1.csv".into(), 4_210)];
    Body::Received(Received { request: "2026-0007".into(), project: None, files, problems: vec![] })
}

pub(crate) fn asked_back() -> Body {
    let problems = vec![
        Problem {
            offer: vec!["Users/zoe_P/t1.csv".into(), "Users/zoe_P/t2.csv".into()],
            ..problem("t1-t2.csv", "newer-code", "This may mean several files.")
        },
        problem(
            "",
            "which-project",
            "you work on several projects: say which of asthma, copd this request is for.",
        ),
    ];
    Body::Received(Received { request: "2026-0007".into(), project: None, files: vec![], problems })
}

pub(crate) fn answered(answer: Answer) -> Body {
    Body::Answered(Answering { request: "2026-0007".into(), project: Some("asthma".into()), answer })
}

pub(crate) fn returned() -> Body {
    Body::Returned(Returned {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        files: vec![table(), document()],
        held: vec!["Users/zoe_P/asthma/figure 1.png".into()],
        problems: problems(),
    })
}

pub(crate) fn nothing_found() -> Body {
    Body::Returned(Returned {
        request: "2026-0007".into(),
        project: None,
        files: vec![],
        held: vec![],
        problems: problems(),
    })
}

pub(crate) fn released() -> Body {
    let leaving = |name: &str, bytes, digit: u8| Leaving {
        name: name.into(),
        seal: Seal { sha256: Sha256([digit; 32]), bytes },
    };
    Body::Released(Released {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        files: vec![leaving("table 1.csv", 4_210, 0xa1), leaving("figure 1.png", 1_204_000, 0xb2)],
        part: 1,
        of: 3,
        returned: vec![document()],
    })
}

pub(crate) fn ready() -> Body {
    Body::Ready(Ready {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        files: 2,
        bytes: 214_500_000,
        link: "https://exeat.example.org/pickup/EX-7/c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0".into(),
        until: "2026-11-30".parse().unwrap(),
        returned: vec![document()],
    })
}

pub(crate) fn given_up() -> Body {
    Body::Lapsed(Lapsed {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        kept_until: "2026-12-23".parse().unwrap(),
    })
}

pub(crate) fn rejected() -> Body {
    let file = ReturnedFile {
        reasons: vec!["One row a patient; the project's permit does not cover it.".into()],
        findings: vec![],
        ..table()
    };
    Body::Rejected(Rejected {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        files: vec![file],
    })
}

pub(crate) fn blocked() -> Body {
    let why = DemotionCause::Blocked { request: "2026-0007".into() };
    Body::Standing(Standing { since: "2026-11-23".parse().unwrap(), why })
}

pub(crate) fn lapsed() -> Body {
    let why = DemotionCause::TrainingLapsed { until: "2026-06-30".parse().unwrap() };
    Body::Standing(Standing { since: "2026-07-01".parse().unwrap(), why })
}

pub(crate) fn infected() -> Body {
    Body::Infected(Infected {
        request: "2026-0007".into(),
        project: Some("asthma".into()),
        requester: "Zoé Peeters (zoe_P)".into(),
        files: vec![("Users/zoe_P/asthma/table 1.csv".into(), "Win.Test.Signature-1".into())],
    })
}
