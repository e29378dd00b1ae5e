//! One flipped bit, in every byte of a segment: what is lost is at most the message to which the byte belongs.

use crate::bytes;
use crate::support::{Message, START, open, run, small_segments};
use spool::disk::Disk as _;
use spool::disk::shim::MemDisk;
use spool::{Phase, Spool, SpoolError};

const MESSAGES: [Message; 3] = [
    Message { number: 1, recipients: 1, size: 60 },
    Message { number: 2, recipients: 2, size: 90 },
    Message { number: 3, recipients: 1, size: 0 },
];

/// A disk with one segment that holds the three messages, stopped in order.
fn written() -> (MemDisk, String) {
    run(async {
        let disk = MemDisk::new();
        let (spool, _) = open(&disk, small_segments(), START).unwrap();
        for message in MESSAGES {
            message.commit(&spool, START).await.unwrap();
        }
        spool.stop().await;
        let name = disk.list().unwrap().remove(0);
        (disk, name)
    })
}

/// How many of the messages are whole; one that is not says so and never gives other bytes.
async fn whole(spool: &Spool) -> usize {
    let mut whole = 0;
    for message in MESSAGES {
        match spool.original(message.id()).await {
            Ok(body) => {
                assert_eq!(body, message.body());
                whole += 1;
            }
            Err(error) => {
                assert!(matches!(error, SpoolError::Gone(_) | SpoolError::Damaged { .. }), "{error}")
            }
        }
    }
    whole
}

#[test]
fn a_flipped_bit_costs_at_most_the_message_that_it_is_in() {
    let (disk, name) = written();
    let segment = disk.bytes(&name);
    let end = bytes::records(&segment).last().unwrap().end();
    for byte in (0..64).chain(4096..4160).chain(bytes::RECORDS_START..end) {
        let damaged = MemDisk::new();
        damaged.put(&name, segment.clone());
        damaged.flip_bit(&name, byte, (byte % 8) as u8);
        run(async {
            let (spool, recovered) = open(&damaged, small_segments(), START).unwrap();
            let left = whole(&spool).await;
            assert!(left >= 2, "byte {byte}: {left} of 3 are whole");
            assert!(
                left == 3 || recovered.damaged_records > 0 || byte >= bytes::RECORDS_START,
                "byte {byte}"
            );
        });
    }
}

#[test]
fn a_damaged_body_stays_in_the_queue_and_is_parked() {
    let (disk, name) = written();
    let segment = disk.bytes(&name);
    let chunk = bytes::records(&segment).into_iter().find(|record| record.kind == 1).unwrap();
    disk.flip_bit(&name, chunk.at + 4, 6);
    run(async {
        let (spool, recovered) = open(&disk, small_segments(), START).unwrap();
        assert_eq!(recovered.damaged, [MESSAGES[0].id()]);
        assert_eq!(spool.show(MESSAGES[0].id()).unwrap().phase, Phase::Parked);
        assert_eq!(recovered.messages, 3);
        spool.maintain(START + model::Duration::from_secs(3600)).await.unwrap();
        assert_eq!(whole(&spool).await, 2);
    });
}

#[test]
fn a_segment_of_a_later_version_is_refused_by_name() {
    let disk = MemDisk::new();
    let mut segment = bytes::header(9, 1, [0; 16]);
    segment.resize(32 << 10, 0);
    disk.put("0000000000000001.segment", segment);
    let error = open(&disk, small_segments(), START).map(drop).unwrap_err().to_string();
    assert!(error.contains("version 9") && error.contains("0000000000000001.segment"), "{error}");
}

#[test]
fn records_written_by_hand_from_the_page_are_read() {
    let (disk, name) = written();
    let segment = disk.bytes(&name);
    let mut copy = bytes::header(1, 1, [0; 16]);
    copy.resize(bytes::RECORDS_START, 0);
    for record in bytes::records(&segment) {
        copy.extend(bytes::record(record.kind, &record.payload));
    }
    copy.resize(32 << 10, 0);
    let other = MemDisk::new();
    other.put(&name, copy);
    run(async {
        let (spool, recovered) = open(&other, small_segments(), START).unwrap();
        assert_eq!((recovered.damaged_records, whole(&spool).await), (0, 3));
        assert!(bytes::records(&segment).iter().any(|record| record.is_event("accepted")));
    });
}

/// A segment that the first release wrote, cut behind its last record.
const FIXTURE: &[u8] = include_bytes!("fixtures/v1.segment");

#[test]
fn a_segment_of_the_first_release_is_read() {
    let disk = MemDisk::new();
    disk.put("0000000000000001.segment", FIXTURE.to_vec());
    run(async {
        let (spool, recovered) = open(&disk, small_segments(), START).unwrap();
        assert_eq!((recovered.damaged_records, recovered.messages, whole(&spool).await), (0, 3, 3));
        assert_eq!(spool.show(MESSAGES[1].id()).unwrap().envelope.recipients.len(), 2);
    });
}
