//! The name service as it is asked in earnest, by a name server of a few lines on this machine.

use std::net::SocketAddr;

use exeat_channels::mailbox::{Names as _, Resolver};
use tokio::net::UdpSocket;

/// Answers until the test ends: a key in two strings, nothing, a failure.
async fn server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut query = [0; 1500];
        loop {
            let (length, from) = socket.recv_from(&mut query).await.unwrap();
            socket.send_to(&answer(&query[..length]), from).await.unwrap();
        }
    });
    address
}

/// The header, the question again, and what there is to say to it (RFC 1035).
fn answer(query: &[u8]) -> Vec<u8> {
    let end = 12 + query[12..].iter().position(|&byte| byte == 0).unwrap() + 5;
    let name = String::from_utf8_lossy(&query[12..end - 5]).to_lowercase();
    let texts: &[&[u8]] = if name.contains("there") { &[b"v=DKIM1; ", b"p=AAAA"] } else { &[] };
    let code = if name.contains("broken") {
        2
    } else if texts.is_empty() {
        3
    } else {
        0
    };
    let answers = u8::from(!texts.is_empty());
    let mut out = [&query[..2], &[0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0], &query[12..end]].concat();
    if answers == 1 {
        let data: Vec<u8> =
            texts.iter().flat_map(|text| [&[u8::try_from(text.len()).unwrap()], *text].concat()).collect();
        out.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, u8::try_from(data.len()).unwrap()]);
        out.extend(data);
    }
    out
}

#[tokio::test]
async fn texts_come_in_one_piece_and_a_failure_is_not_an_answer() {
    let names = Resolver::new(&[server().await]).unwrap();
    assert_eq!(names.txt("a._domainkey.there.example.").await, Ok(vec![b"v=DKIM1; p=AAAA".to_vec()]));
    assert_eq!(names.txt("a._domainkey.nothing.example.").await, Ok(vec![]));
    assert!(names.txt("a._domainkey.broken.example.").await.is_err());
    assert_eq!(names.txt(&format!("{}.example.", "a".repeat(64))).await, Ok(vec![]));
}
