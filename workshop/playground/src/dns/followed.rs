//! Zones whose answers come from another name server, such as a real rbldnsd: questions are passed on as they are, and when which answer came
//! is kept.

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use model::Timestamp;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::UdpSocket;

const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// RFC 1035 §2.3.4: an answer over UDP is no longer.
const ANSWER_LEN_MAX: usize = 512;

/// One answer of the other name server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    pub at: Timestamp,
    /// In small letters, without the dot at its end.
    pub name: String,
    /// Whether there were records.
    pub is_found: bool,
}

/// One question over UDP.
pub(super) async fn ask(server: SocketAddr, name: Name, wanted: RecordType) -> io::Result<Message> {
    let mut question = Message::query();
    question.add_query(Query::query(name, wanted));
    let bytes = question.to_vec().map_err(io::Error::other)?;
    let socket = UdpSocket::bind((server.ip(), 0)).await?;
    socket.connect(server).await?;
    socket.send(&bytes).await?;
    let mut heard = [0; ANSWER_LEN_MAX];
    loop {
        let length = tokio::time::timeout(ANSWER_WITHIN, socket.recv(&mut heard)).await??;
        let answer = Message::from_vec(&heard[..length]).map_err(io::Error::other)?;
        if answer.metadata.id == question.metadata.id {
            return Ok(answer);
        }
    }
}
