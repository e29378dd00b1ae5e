//! The asking side, for commands: blocking, one connection for one request.

use super::{ATTACHED_MAX, Answer, Line, Request};
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(60);
/// An act on a large queue takes its time; it goes on when nobody waits for it.
const ACT_WAIT: Duration = Duration::from_secs(15 * 60);

/// A node that runs over a data directory.
pub(crate) struct Client {
    socket: PathBuf,
}

impl Client {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { socket: data_dir.join("control.sock") }
    }

    /// Asks; gives the answer and what is attached to it.
    pub(crate) fn ask(&self, request: &Request, attached: &[u8]) -> Result<(serde_json::Value, Vec<u8>)> {
        let mut stream = UnixStream::connect(&self.socket).with_context(|| self.nobody())?;
        stream.set_read_timeout(Some(if request.is_an_act() { ACT_WAIT } else { WAIT }))?;
        let line = Line { content: request, attached: attached.len() as u64 };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(attached);
        stream.write_all(&bytes)?;
        let mut reader = BufReader::new(stream);
        let mut text = String::new();
        reader.read_line(&mut text).context("the running signpost did not answer")?;
        let answer: Line<Answer> =
            serde_json::from_str(&text).context("the answer of the running signpost is not readable")?;
        let mut rest = Vec::new();
        reader.take(answer.attached.min(ATTACHED_MAX)).read_to_end(&mut rest)?;
        match answer.content {
            Answer::Done(value) => Ok((value, rest)),
            Answer::Failed(why) => bail!("{why}"),
        }
    }

    fn nobody(&self) -> String {
        let data = self.socket.parent().unwrap_or(Path::new(".")).display();
        format!(
            "no signpost runs over {data}; start one with `signpost up`, or name its directory with --data or SIGNPOST_DATA"
        )
    }
}
