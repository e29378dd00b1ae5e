//! A spool directory with any bytes in it: opened or refused, never a panic, and what is found is read or told to be damaged.

use model::{ByteCount, Metrics, Timestamp};
use spool::disk::Disk as _;
use spool::disk::shim::MemDisk;
use spool::{Phase, Spool, SpoolConfig};
use std::sync::Arc;

/// The first segment of a sound spool is what the bytes are laid over.
const SEGMENT: &str = "0000000000000001.segment";
const RECORDS_START: usize = 8192;
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// The first byte chooses: records behind sound headers, or a whole file.
pub(crate) fn recovery(data: &[u8]) {
    let [choice, bytes @ ..] = data else { return };
    let disk = MemDisk::new();
    let file = if choice & 1 == 1 { bytes.to_vec() } else { behind_sound_headers(bytes) };
    disk.put(SEGMENT, file);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(open_and_read(&disk));
}

fn config() -> SpoolConfig {
    SpoolConfig { segment_size: ByteCount(16 << 10), reserve: ByteCount(0), ..SpoolConfig::default() }
}

fn behind_sound_headers(bytes: &[u8]) -> Vec<u8> {
    let made = MemDisk::new();
    let opened = Spool::open(config(), Arc::new(made.clone()), Arc::new(Metrics::default()), NOW);
    drop(opened.expect("an empty disk"));
    let mut file = made.bytes(SEGMENT);
    file.truncate(RECORDS_START);
    file.extend_from_slice(bytes);
    file
}

async fn open_and_read(disk: &MemDisk) {
    let Ok((spool, unread)) =
        Spool::open(config(), Arc::new(disk.clone()), Arc::new(Metrics::default()), NOW)
    else {
        return;
    };
    let recovered = unread.read().expect("a sound disk").join();
    let found = spool.list(usize::MAX, |_| true);
    assert_eq!(found.len(), recovered.messages, "what is counted is there");
    for entry in &found {
        assert!(entry.phase != Phase::Delivering, "{} is held by nobody", entry.id);
        let body = spool.original(entry.id).await;
        if let Ok(body) = body {
            assert_eq!(body.len() as u64, entry.size, "{} has another length", entry.id);
        }
    }
    spool.maintain(NOW).await.expect("a sound disk");
    spool.stop().await;
    drop(spool);
    drop(disk.list());
}
