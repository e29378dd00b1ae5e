//! The name server asked over real sockets; queries are written and answers read with `hickory-proto`, the block list as RFC 5782 says.

use super::{Answer, NameServer};
use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinSet;

const LOOPBACK: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

async fn start() -> (NameServer, JoinSet<()>) {
    let (names, mut server) = NameServer::start(LOOPBACK, "zen.spamhaus.org").await.unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { server.block_until_done().await.unwrap() });
    (names, tasks)
}

fn query(name: &str, record_type: RecordType) -> Vec<u8> {
    let mut message = Message::query();
    message.metadata.id = 77;
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), record_type));
    message.to_vec().unwrap()
}

fn read(bytes: &[u8]) -> (ResponseCode, Vec<String>) {
    let message = Message::from_vec(bytes).unwrap();
    let data = message.answers.iter().map(|record| {
        if let RData::TXT(text) = &record.data {
            text.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()
        } else {
            record.data.to_string()
        }
    });
    (message.metadata.response_code, data.collect())
}

async fn ask(names: &NameServer, name: &str, record_type: RecordType) -> (ResponseCode, Vec<String>) {
    let socket = UdpSocket::bind(LOOPBACK).await.unwrap();
    socket.send_to(&query(name, record_type), names.address()).await.unwrap();
    let mut buffer = [0; 2_000];
    let received = tokio::time::timeout(Duration::from_secs(10), socket.recv(&mut buffer)).await;
    read(&buffer[..received.unwrap().unwrap()])
}

fn found(answers: &[&str]) -> (ResponseCode, Vec<String>) {
    (ResponseCode::NoError, answers.iter().map(|answer| (*answer).to_owned()).collect())
}

fn missing() -> (ResponseCode, Vec<String>) {
    (ResponseCode::NXDomain, Vec::new())
}

#[tokio::test]
async fn names_are_answered_by_type_and_unknown_ones_do_not_exist() {
    let (names, _tasks) = start().await;
    names.add("Host.example", Answer::Address(IpAddr::from([127, 0, 2, 1])));
    names.add("acme.example", Answer::Mx { preference: 10, host: "host.example".to_owned() });
    assert_eq!(ask(&names, "host.example.", RecordType::A).await, found(&["127.0.2.1"]));
    assert_eq!(ask(&names, "acme.EXAMPLE.", RecordType::MX).await, found(&["10 host.example."]));
    assert_eq!(ask(&names, "acme.example.", RecordType::A).await, found(&[]));
    assert_eq!(ask(&names, "other.example.", RecordType::A).await, missing());
    assert_eq!((names.queries("acme.example", "MX"), names.queries_total()), (1, 4));
}

#[tokio::test]
async fn the_block_list_has_its_test_points_and_changes_while_it_runs() {
    let (names, _tasks) = start().await;
    let (listed, clean) = ("2.0.0.127.zen.spamhaus.org.", "1.0.0.127.zen.spamhaus.org.");
    assert_eq!(ask(&names, listed, RecordType::A).await, found(&["127.0.0.2"]));
    assert_eq!(ask(&names, clean, RecordType::A).await, missing());
    let source = "1.1.0.127.zen.spamhaus.org.";
    assert_eq!(ask(&names, source, RecordType::A).await, missing());
    names.list(Ipv4Addr::new(127, 0, 1, 1), Ipv4Addr::new(127, 0, 0, 9));
    assert_eq!(ask(&names, source, RecordType::A).await, found(&["127.0.0.9"]));
    let reason = "https://www.spamhaus.org/query/ip/127.0.1.1";
    assert_eq!(ask(&names, source, RecordType::TXT).await, found(&[reason]));
    names.unlist(Ipv4Addr::new(127, 0, 1, 1));
    assert_eq!(ask(&names, source, RecordType::A).await, missing());
    names.unlist(Ipv4Addr::new(127, 0, 0, 2));
    assert_eq!(ask(&names, listed, RecordType::A).await, found(&["127.0.0.2"]));
}

#[tokio::test]
async fn tcp_answers_as_udp_does() {
    let (names, _tasks) = start().await;
    let mut stream = TcpStream::connect(names.address()).await.unwrap();
    let query = query("2.0.0.127.zen.spamhaus.org.", RecordType::A);
    stream.write_u16(u16::try_from(query.len()).unwrap()).await.unwrap();
    stream.write_all(&query).await.unwrap();
    let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(read(&answer), found(&["127.0.0.2"]));
}

#[tokio::test]
async fn a_failing_server_says_so() {
    let (names, _tasks) = start().await;
    names.set_failing(true);
    assert_eq!(ask(&names, "any.example.", RecordType::A).await, (ResponseCode::ServFail, Vec::new()));
}
