//! Name servers that are slow, strange or cut off; what right ones say is asked in the tests of the watch.

use super::*;
use hickory_proto::op::MessageType;
use hickory_proto::rr::Record;
use hickory_proto::rr::rdata::{A, TXT};
use tokio::net::TcpListener;

const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

fn answer_to(question: &[u8], code: ResponseCode, records: &[(u32, RData)]) -> Message {
    let mut answer = Message::from_vec(question).unwrap();
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.response_code = code;
    let name = answer.queries[0].name().clone();
    for (ttl, data) in records {
        answer.answers.push(Record::from_rdata(name.clone(), *ttl, data.clone()));
    }
    answer
}

async fn next(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 2_000];
    let (length, peer) = socket.recv_from(&mut buffer).await.unwrap();
    buffer.truncate(length);
    (buffer, peer)
}

/// A witness, and the socket behind it.
async fn server() -> (Witness, UdpSocket) {
    let socket = UdpSocket::bind(LOOPBACK).await.unwrap();
    (Witness::new(socket.local_addr().unwrap(), Duration::from_secs(10)), socket)
}

/// What a witness makes of one answer.
async fn said(code: ResponseCode, records: &[(u32, RData)]) -> Said<Ipv4Addr> {
    let (witness, socket) = server().await;
    let serve = async {
        let (question, peer) = next(&socket).await;
        socket.send_to(&answer_to(&question, code, records).to_vec().unwrap(), peer).await.unwrap();
    };
    tokio::join!(witness.addresses("2.0.0.127.list.example"), serve).0
}

#[tokio::test]
async fn each_code_has_its_meaning() {
    let a = |last| RData::A(A(Ipv4Addr::new(127, 0, 0, last)));
    let found = said(ResponseCode::NoError, &[(300, a(2)), (60, a(4))]).await;
    let values = vec![Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 4)];
    assert_eq!(found, Said::Found { values, ttl: Duration::from_secs(60) });
    let text = RData::TXT(TXT::new(vec!["not asked for".to_owned()]));
    assert_eq!(said(ResponseCode::NoError, &[(60, text)]).await, Said::NoData);
    assert_eq!(said(ResponseCode::NoError, &[]).await, Said::NoData);
    assert_eq!(said(ResponseCode::NXDomain, &[]).await, Said::NoName);
    assert_eq!(said(ResponseCode::Refused, &[]).await, Said::Refused);
    for code in [ResponseCode::ServFail, ResponseCode::FormErr, ResponseCode::NotImp] {
        assert!(matches!(said(code, &[]).await, Said::Failed(_)), "{code}");
    }
}

#[tokio::test]
async fn answers_to_other_questions_are_passed_over() {
    let (witness, socket) = server().await;
    let serve = async {
        let (question, peer) = next(&socket).await;
        let right = answer_to(&question, ResponseCode::NXDomain, &[]);
        let mut other_id =
            answer_to(&question, ResponseCode::NoError, &[(1, RData::A(A::new(127, 0, 0, 2)))]);
        other_id.metadata.id = right.metadata.id.wrapping_add(1);
        let mut other_name = right.clone();
        other_name.queries = vec![Query::query(Name::from_ascii("x.example.").unwrap(), RecordType::A)];
        other_name.metadata.response_code = ResponseCode::NoError;
        socket.send_to(b"noise", peer).await.unwrap();
        for answer in [other_id, other_name, right] {
            socket.send_to(&answer.to_vec().unwrap(), peer).await.unwrap();
        }
    };
    assert_eq!(tokio::join!(witness.addresses("7.2.0.192.list.example"), serve).0, Said::NoName);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_asked_for_again_by_tcp() {
    let (witness, socket) = server().await;
    let listener = TcpListener::bind(socket.local_addr().unwrap()).await.unwrap();
    let long = "reason ".repeat(200);
    let record = RData::TXT(TXT::new(
        long.as_bytes().chunks(200).map(|c| String::from_utf8_lossy(c).into_owned()).collect(),
    ));
    let serve = async {
        let (question, peer) = next(&socket).await;
        let mut cut = answer_to(&question, ResponseCode::NoError, &[]);
        cut.metadata.truncation = true;
        socket.send_to(&cut.to_vec().unwrap(), peer).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut question).await.unwrap();
        let whole = answer_to(&question, ResponseCode::NoError, &[(5, record.clone())]).to_vec().unwrap();
        stream.write_u16(u16::try_from(whole.len()).unwrap()).await.unwrap();
        stream.write_all(&whole).await.unwrap();
    };
    let Said::Found { values, .. } = tokio::join!(witness.texts("7.2.0.192.list.example"), serve).0 else {
        panic!()
    };
    assert_eq!(values, [long]);
}

#[tokio::test]
async fn a_lost_packet_is_sent_again_and_silence_is_a_failure_without_the_name() {
    let (_, socket) = server().await;
    let witness = Witness::new(socket.local_addr().unwrap(), Duration::from_millis(50));
    let Said::Failed(why) = witness.addresses("1.0.0.127.secretkey.list.example").await else { panic!() };
    assert!(why.contains("did not answer in time") && !why.contains("secretkey"), "{why}");
    for _ in 0..TRIES {
        next(&socket).await;
    }
}
