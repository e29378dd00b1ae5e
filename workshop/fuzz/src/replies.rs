//! Replies: read the same however they are cut, written and read again, judged without surprise.

use bounce::{Context, Failure, Judgement, Route};
use model::{Reply, Stage};
use smtp::{ReplyReader, write_reply};

/// The first byte says where bytes are cut.
pub(crate) fn replies(data: &[u8]) {
    let [cut, bytes @ ..] = data else { return };
    let (whole, pieces) = (read(bytes, bytes.len().max(1)), read(bytes, usize::from(*cut % 31) + 1));
    assert_eq!(whole, pieces, "a reply depends on how bytes are cut");
    for reply in whole.0 {
        judge(&reply);
        let mut written = Vec::new();
        write_reply(&reply, &mut written);
        let (again, is_sound) = read(&written, written.len());
        assert!(is_sound, "what we write is no reply: {:?}", String::from_utf8_lossy(&written));
        assert_eq!(again.len(), 1, "one reply was written");
        assert_eq!(again[0].code, reply.code);
        // Bytes that are no text are written as spaces, which may make an enhanced code of what was none.
        let is_text = reply.lines.iter().flatten().all(|byte| (b' '..=b'~').contains(byte));
        assert!(!is_text || again[0].enhanced == reply.enhanced, "{reply:?} became {:?}", again[0]);
    }
}

/// The replies, and whether all was sound.
fn read(bytes: &[u8], piece: usize) -> (Vec<Reply>, bool) {
    let mut reader = ReplyReader::new();
    let mut replies = Vec::new();
    for piece in bytes.chunks(piece) {
        let mut next = reader.push(piece);
        while let Ok(Some(reply)) = next {
            replies.push(reply);
            next = reader.push(&[]);
        }
        if next.is_err() {
            return (replies, false);
        }
    }
    (replies, true)
}

fn judge(reply: &Reply) {
    let failure = Failure::Reply(reply.clone());
    let key = bounce::normalised(&failure.to_string());
    assert_eq!(bounce::normalised(&key), key, "a key made twice differs");
    for (route, recipient_is_tenants) in
        [(Route::Return, true), (Route::Return, false), (Route::Deliver, true), (Route::Deliver, false)]
    {
        for stage in [Stage::Banner, Stage::EndOfData] {
            let context =
                Context { stage, route, host: None, our_addresses: None, recipient_is_tenants, labels: None };
            let judgement = bounce::judge(&failure, context);
            let reported = matches!(judgement, Judgement::Report(_));
            assert!(!reported || (500..600).contains(&reply.code.0), "{reply:?} is reported");
            assert!(!reported || stage != Stage::Banner, "{reply:?} is reported before anything was said");
        }
    }
}
